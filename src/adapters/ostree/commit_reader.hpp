// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "adapters/ostree/commit_index.hpp"
#include "adapters/ostree/object_directory.hpp"

#include "qpkg/model/id.hpp"
#include "qpkg/ports/object_reader.hpp"

#include <filesystem>

namespace qpkg::ostree {

/// Reads one commit of the store.
class StoredCommitReader final : public CommitReader {
public:
    StoredCommitReader(const ObjectDirectory& objects, const CommitId& commit, CommitIndex index,
                       std::filesystem::path index_path);

    const ModuleTree& tree() const override { return tree_; }
    std::span<const std::uint8_t> leaves(std::uint32_t object) const override { return index_.leaves(object); }
    LeafStorage leaf_storage() const override;
    Fd open(std::uint32_t object) const override;
    std::string content_from(std::uint32_t object, std::uint64_t offset) const override;

private:
    class Reading;

    const ObjectDirectory& objects_;
    CommitIndex index_;
    std::filesystem::path index_path_;
    ModuleTree tree_;
};

} // namespace qpkg::ostree

// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "adapters/ostree/object_directory.hpp"
#include "adapters/ostree/served/inflate.hpp"

#include "qpkg/ports/archive_repository.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace qpkg::ostree {

/// Contents are files of their own (.filez); objects come first, then signatures, the commit, the ref and the summary,
/// so that a reader never sees a name without what it names.
class Archive final : public ArchiveRepository {
public:
    /// Made when there is none.
    explicit Archive(const std::filesystem::path& directory);

    bool has_commit(const CommitId& commit) const override;
    std::uint64_t add(const CommitId& commit, const std::filesystem::path& from, const std::string& ref,
                      const CommitSigner* signer, Progress& progress) override;
    ImportReport pull(const CommitId& commit, const ImportLimits& limits, Fetcher& from, Progress& progress) override;
    void set_ref(const std::string& ref, const CommitId& commit) override;
    std::uint64_t keep_only(std::span<const CommitId> commits, const CommitSigner* signer) override;

private:
    void copy_metadata(const ObjectDirectory& other, const ObjectName& name);
    void compress(const ObjectDirectory& store, const Digest& content, Deflater& deflater);
    void link(const ObjectDirectory& other, const ObjectName& name);
    std::uint64_t served_bytes(const std::vector<ObjectName>& names) const;
    void publish(const CommitId& id, const std::string& commit, const ObjectDirectory& other, const std::string& ref,
                 const CommitSigner* signer);
    bool is_staged(const Digest& content) const;
    bool is_sound(const Digest& content) const;

    ObjectDirectory objects_;
};

} // namespace qpkg::ostree

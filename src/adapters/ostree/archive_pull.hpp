// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "adapters/ostree/object_directory.hpp"

#include "qpkg/ports/object_mirror.hpp"

#include <filesystem>

namespace qpkg::ostree {

/// Fills an archive repository object by object.
class ArchivePull final : public ObjectMirror {
public:
    /// Made when there is none.
    explicit ArchivePull(const std::filesystem::path& directory);

    bool has_commit(const CommitId& commit) const override;
    ImportReport pull(const CommitId& commit, const ImportLimits& limits, Fetcher& from, Progress& progress) override;
    void set_ref(const std::string& ref, const CommitId& commit) override;

private:
    bool is_staged(const Digest& content) const;

    ObjectDirectory objects_;
};

} // namespace qpkg::ostree

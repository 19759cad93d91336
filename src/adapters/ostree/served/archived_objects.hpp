// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "adapters/ostree/object_directory.hpp"

#include "qpkg/ports/served_objects.hpp"

#include <filesystem>

namespace qpkg::ostree {

/// Reads an archive repository.
class ArchivedObjects final : public ServedObjects {
public:
    /// Error not_found when there is none.
    explicit ArchivedObjects(const std::filesystem::path& directory) : objects_(directory) {}

    bool has_commit(const CommitId& commit) const override;
    std::vector<ServedObject> objects_of(const CommitId& commit) const override;
    void read(const ServedObject& object,
              const std::function<void(std::span<const std::uint8_t>)>& sink) const override;

private:
    std::uint64_t raw_length(const Digest& content) const;
    void read_content(const Digest& content, const std::function<void(std::span<const std::uint8_t>)>& sink) const;

    ObjectDirectory objects_;
};

} // namespace qpkg::ostree

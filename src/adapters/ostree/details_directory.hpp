// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "qpkg/base/digest.hpp"

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace qpkg::ostree {

/// What releases say of themselves, beside their objects: one file each, named by the SHA-256 of its bytes. Laid aside
/// files lie where no writer looks, as those of ObjectDirectory do.
class DetailsDirectory {
public:
    explicit DetailsDirectory(const std::filesystem::path& repository);

    std::vector<Digest> list() const;
    bool has(const Digest& id) const;
    /// Errors: not_found, corrupt.
    std::string read(const Digest& id) const;
    /// Durable on return.
    void add(std::string_view bytes) const;
    void remove(const Digest& id) const;

    void stage(std::string_view bytes) const;
    /// What was laid aside and is still what its name says.
    void adopt_staged() const;
    std::uint64_t staged_bytes() const;
    std::uint64_t clear_staging() const;

    std::uint64_t bytes_of_all_but(std::span<const Digest> keep) const;
    std::uint64_t remove_all_but(std::span<const Digest> keep) const;

private:
    std::filesystem::path path(const Digest& id) const { return directory_ / id.hex(); }
    std::vector<Digest> all_but(std::span<const Digest> keep) const;

    std::filesystem::path directory_;
    std::filesystem::path staging_;
};

} // namespace qpkg::ostree

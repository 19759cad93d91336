// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "qpkg/base/digest.hpp"
#include "qpkg/core/foreign_tree.hpp"
#include "qpkg/ports/package_source.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace qpkg::apt {

/// What apt downloaded, kept from build to build of one base. The base's own apt fills it: foreign code, so nothing in
/// it is believed before it was hashed, and it is reached through the door.
class PackageCache {
public:
    /// Made when absent. Held as long as this lives: apt locks its cache and gives up when another has it; we wait for
    /// each other.
    explicit PackageCache(const std::filesystem::path& directory);

    /// Nothing when it is not there.
    std::optional<Digest> digest_of(const std::string& file_name) const;
    std::uint64_t size_of(const std::string& file_name) const;
    /// When the package was made.
    std::int64_t time_of(const std::string& file_name) const;
    void remove(const std::string& file_name) const;
    void put(const std::string& file_name, std::string_view bytes) const;

private:
    ForeignTree tree_;
    Fd lock_;
};

/// Directories that apt expects in the cache, made when absent.
void prepare_cache(const std::filesystem::path& directory);

/// Copies the package file of a cache to a place of our own, so that what is installed is what was hashed,
/// whatever becomes of the cache. Error corrupt when it is not what the lock names.
void copy_package(const std::filesystem::path& cache, const LockedPackage& locked, const std::filesystem::path& to);

} // namespace qpkg::apt

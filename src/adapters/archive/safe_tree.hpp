// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why an archive is unpacked into a tree that remembers. An archive can name a link first and then a file below it, or
// one path twice, and so write elsewhere than its listing shows. Here each path is made once, through real directories
// only, by descriptors that follow no link. Checking names alone is not enough: "a/b" is a fine name when "a" is a link
// to /etc.
#pragma once

#include "qpkg/core/fd.hpp"
#include "qpkg/core/foreign_tree.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <unordered_map>

namespace qpkg::archive {

/// A directory that is being filled from an archive nobody trusts: each path once, and only through real directories.
/// Errors are corrupt, or what the system says.
class SafeTree {
public:
    explicit SafeTree(const std::filesystem::path& directory);

    void make_directory(const std::string& path);
    void make_symlink(const std::string& path, const std::string& target);
    /// `target` must be a file that was made before.
    void make_hard_link(const std::string& path, const std::string& target);
    Fd make_file(const std::string& path, unsigned mode);
    /// Of a file or link that was made before.
    void set_time(const std::string& path, std::int64_t seconds) { tree_.set_time(path, seconds); }

private:
    enum class Kind { directory, implied_directory, file, other };

    void claim(const std::string& path, Kind kind);
    /// The directory that is to hold `path`, when no entry has named it yet.
    void make_parent(const std::string& path);

    ForeignTree tree_;
    std::unordered_map<std::string, Kind> known_;
};

} // namespace qpkg::archive

// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why foreign trees have one door. qpkg is root and works in trees that maintainer scripts, archives or a base's own
// package manager filled. A path through `std::filesystem` follows any link in them, to the host's own files. Checking
// first and opening then does not help, for the tree may change between. The kernel can promise it: openat2 resolves a
// path beneath a directory and refuses every link on the way. A lint forbids std::filesystem where such trees are
// handled.
#pragma once

#include "qpkg/core/error.hpp"
#include "qpkg/core/fd.hpp"

#include <sys/stat.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace qpkg {

/// The one door to a directory tree that foreign code or a foreign archive shaped: what an installation changed, an
/// unpacked root file system, a cache that the base's own package manager fills. The top itself is ours.
///
/// Paths are those of the tree, with or without a slash in front; "" is the top. Each step of one is a real directory:
/// no link is followed, not even within the tree, so that whatever the tree holds nothing outside is read, written or
/// removed. `..` is refused. Errors: corrupt "/usr/lib is a symbolic link, where a directory must be"; not_found; else
/// what the system says.
class ForeignTree {
public:
    struct Entry {
        std::string path; ///< "/usr/bin/git"
        struct stat info; ///< of itself, when it is a link
    };

    explicit ForeignTree(const std::filesystem::path& top);
    explicit ForeignTree(const Fd& top);

    const Fd& top() const noexcept { return top_; }

    /// Nothing when nothing is there, or something that is no directory is on the way.
    std::optional<struct stat> look(const std::string& path) const;
    bool has_directory(const std::string& path) const;
    /// What is at `path` itself, without opening what a device or a pipe stands for.
    Fd open_node(const std::string& path) const;
    /// Error corrupt when it is no regular file.
    Fd open_file(const std::string& path) const;
    std::string read(const std::string& path, std::size_t cap) const;
    std::string read_link(const std::string& path) const;
    /// What lies in a directory, ascending by name; nothing when no directory is there.
    std::vector<Entry> list(const std::string& path) const;
    /// Everything below `path`, names in ascending order, a directory before what is in it. `visit` may change what it
    /// is shown.
    void walk(const std::string& path, const std::function<void(const Entry&)>& visit) const;

    /// With its missing parents; what is made has mode 0755 whatever the umask.
    void make_directories(const std::string& path) const;
    /// One directory in a parent that is there; there already is success.
    void make_directory(const std::string& path) const;
    /// A new file in a parent that is there, open for writing.
    Fd make_file(const std::string& path, unsigned mode) const;
    /// The file anew, with its missing parents; what was there and is no directory is replaced.
    void write(const std::string& path, std::string_view bytes, unsigned mode = 0644) const;
    /// Of a file or directory, not of a link.
    void set_mode(const std::string& path, unsigned mode) const;
    /// When it was last changed, in seconds since 1970; of a link itself.
    void set_time(const std::string& path, std::int64_t seconds) const;
    void make_symlink(const std::string& path, const std::string& target) const;
    void make_hard_link(const std::string& path, const std::string& existing) const;
    /// To a path where nothing is, of this tree or another one on the same file system.
    void move(const std::string& path, const ForeignTree& to, const std::string& new_path) const;
    /// With everything below it, as `files::remove_tree`; absent is success.
    void remove(const std::string& path) const;

private:
    /// Invalid, with errno, when it cannot be.
    Fd try_open(const std::string& path, int flags) const;
    Fd parent_of(const std::string& path) const;
    Error refusal(const std::string& action, const std::string& path, int cause) const;

    Fd top_;
};

/// What a process in the tree would find at `path`, links followed as if `root` were "/". For looking only. Invalid
/// when nothing is there; Error failed when that cannot be said.
Fd open_in_root(const Fd& root, const std::filesystem::path& path, int flags);

} // namespace qpkg

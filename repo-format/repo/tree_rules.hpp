// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why one set of rules is applied twice, when a module is built and when it is imported. At build it finds mistakes of
// a package while somebody is there to mend them; at import it is what a hostile publisher meets. Were they two sets, a
// module could be built that nobody can install. The rules leave out what no volume needs and attacks are made of:
// setuid, owners, devices, attributes, names that a terminal shows as something else, links that leave the module for
// anywhere but the directories of a base.
#pragma once

#include "repo-format/repo/ostree_objects.hpp"

#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

/// What a module's tree may hold, checked when it is built and when it is imported. A broken rule is Error untrusted,
/// which names the path; a tree larger than the limits is Error no_space.
namespace qpkg::ostree {

inline constexpr std::size_t max_depth = 64;
inline constexpr std::size_t max_files = 1'000'000;
inline constexpr std::size_t max_directories = 1'000'000;

/// 1–255 bytes of UTF-8 without "/", zero, control or bidirectional characters, not "." or "..".
void check_name(std::string_view name);
/// Owner 0:0, mode 0755, no extended attributes.
void check_directory(const DirMeta& meta);
/// A regular file with mode 0644 or 0755 and no target, or a symlink with mode 0777 and one of 1–4095 bytes;
/// owner 0:0, no device number, no extended attributes. A target where none belongs is Error corrupt.
void check_file(const FileHeader& header);
/// A symlink at `path` ("usr/bin/x", relative to the module's root) stays inside the module when it is resolved by its
/// words alone, or begins at a directory that every base has ("/usr/…", "/etc/…").
void check_link(std::string_view path, std::string_view target);
/// Names are good, ascending, and unique across files and directories.
void check_entries(const DirTree& tree);

/// The metadata of a commit that stands alone: no parent; its time is `timestamp`, or lies in 1980–2100.
void check_commit(const Commit& commit, std::optional<std::int64_t> timestamp);

/// A tree as it is walked: each directory and file passes here once per path.
struct TreeVisitor {
    std::function<DirTree(const Digest&)> tree;
    std::function<DirMeta(const Digest&)> meta;
    /// A directory, before what is in it; "" is the root.
    std::function<void(const std::string& path, const DirMeta&, const DirTree&)> directory;
    std::function<void(const std::string& path, const Digest& content)> file;
};

struct WalkSummary {
    std::size_t directories = 0;
    std::size_t files = 0;
    std::vector<std::string> case_twins; ///< up to 10 paths that differ from a neighbour only in ASCII case
};

/// Visits everything below the commit's root, depth first, entries ascending by name, and checks the rules on
/// directories and names. Files are the visitor's to check.
WalkSummary walk(const Commit& commit, const TreeVisitor& visitor);

} // namespace qpkg::ostree

// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why a commit carries its times in a file. OSTree's objects hold none, so that equal files are one object; but
// programs trust a cache for as long as the times of what it was made of are the same, and with one time for everything
// each cache believes a stranger's. A file in the tree is covered by the commit's checksum, and any OSTree carries it.
// It has no paths: the tree has them, in an order that everybody walks. It also says which paths are one file under
// several names, which OSTree forgets as well.
//
// Not taken: the commit's metadata, which clients read whole before they know what it is; a time for each object, since
// equal files of two packages have different ones.
#pragma once

#include "qpkg/base/digest.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// The times of a commit's files: `usr/lib/qpkg/times`. Normative text: repo-format/repo/times.md.
namespace qpkg {

inline constexpr std::string_view times_folder = "usr/lib/qpkg";
inline constexpr std::string_view times_path = "usr/lib/qpkg/times";
inline constexpr std::size_t largest_times = 4 * 1024 * 1024; ///< bytes of the file
inline constexpr std::size_t most_times = 1'000'000;          ///< paths, as many as a tree may have
inline constexpr std::int64_t latest_time = 4'102'444'799;    ///< the last second of 2099; the first is 1970's

/// What is said of one file or symlink, in the order of the tree.
struct PathTime {
    std::int64_t seconds; ///< since 1970
    /// The path is another name (a hard link) of the one at this position, counted from 0, which is none itself.
    std::optional<std::uint32_t> name_of;

    friend bool operator==(const PathTime&, const PathTime&) = default;
};

/// Error no_space when it comes to more than `largest_times`.
std::string encode_times(std::span<const PathTime> times);
/// Error corrupt: no such file, or another spelling of one. That the tree has as many paths, and that names of one file
/// lead to one object, is the caller's to check: `require_fitting`.
std::vector<PathTime> parse_times(std::string_view text);
/// Error corrupt when the times are not those of a tree with these objects, by path in the order of the tree.
void require_fitting(std::span<const PathTime> times, std::span<const Digest> objects);

/// A directory's time, of the checksum of its dirtree: other content, other time; older than any cache of it.
std::int64_t time_of_directory(const Digest& dirtree);
/// Of a directory that no commit brings. 2000-01-01: what archives and zip files can still say is all later than 1980.
inline constexpr std::int64_t directory_epoch = 946'684'800;

} // namespace qpkg

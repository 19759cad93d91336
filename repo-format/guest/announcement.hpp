// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why a qube is told of volumes in single lines. They go through QubesDB, a small disk, files and the kernel's command
// line, and are read by programs that have libc and nothing else. A line per slot can be set and taken away alone, and
// fits a value of QubesDB. It names the app and the root: where the kernel has dm-verity, a wrong or swapped disk is an
// error and not another app.
#pragma once

#include "qpkg/model/volume_slot.hpp"

#include <cstddef>
#include <set>
#include <string>
#include <string_view>

/// The line that tells a qube of a volume. Normative text: repo-format/guest/announcement.md.
/// libc only: the programs inside a qube read it.
namespace qpkg {

inline constexpr std::size_t longest_slot = 3072; ///< bytes of a line: what a value of QubesDB holds

/// "<app-id> <version> <view> <root>", the base of its view, the app's turn, a word for each ruling, then one for each
/// service that may start, without a newline. Errors: usage when the version or a name cannot be written, unsupported
/// when the line is longer than `longest_slot`.
std::string encode_slot(const VolumeSlot& slot);

/// Error corrupt naming the part that is wrong.
VolumeSlot parse_slot(std::string_view line);

/// "in-use NAME\n": the agent's word for a disk that is not announced any more, but that programs run from.
std::string encode_in_use(std::string_view disk);

/// The disks that such lines of an agent's answer name. A guest may say anything: other lines are skipped.
std::set<std::string> disks_in_use(std::string_view answer);

} // namespace qpkg

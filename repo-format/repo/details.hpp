// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why what is in a module does not stand in its manifest. A manifest is read at every command, for every release that
// is offered, so it must be small; a module of 1,500 packages says a megabyte about itself, which few commands ask for.
// So the manifest pins this file by its hash. It has one spelling, so two builds of a module have one file.
//
// Rows of a kind that is not known are passed by: a newer builder can tell more. What changes the meaning of a row
// needs another number in the first line.
#pragma once

#include "qpkg/model/details.hpp"

#include <cstddef>
#include <string>
#include <string_view>

/// How what a release says of itself is written. Normative text: repo-format/repo/details.md.
namespace qpkg {

inline constexpr std::size_t largest_details = 16 * 1024 * 1024; ///< bytes, raw, and compressed

/// What the directory of a module that was built calls it, compressed.
inline constexpr const char* packed_details_file = "details.zst";

/// Errors: corrupt (malformed, or not the one spelling), no_space (over 16 MiB), unsupported (of a newer qpkg).
Details parse_details(std::string_view bytes);

/// The one spelling, whatever the order. Error no_space when it does not fit into 16 MiB.
std::string encode_details(const Details& details);

/// Where a repository serves it compressed, and where a bundle has it raw.
std::string packed_details_path(const PinnedFile& details);
std::string raw_details_path(const PinnedFile& details);

} // namespace qpkg

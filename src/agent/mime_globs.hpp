// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why types are found by name alone. What a file is called decides nearly always, and every reader decides it in the
// same way: a heavier pattern wins over a lighter one, a longer one over a shorter one. Rules about contents (magic)
// were not taken: they are many, each reads the file, and a wrong guess starts a wrong program.
#pragma once

#include "repo-format/guest/mime_types.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

/// The table "globs2" of a folder "mime" (freedesktop.org, Shared MIME-info Database 0.21, section 2.4).
namespace qpkg::agent {

inline constexpr std::size_t largest_mime_table = 1024 * 1024; ///< bytes
inline constexpr unsigned heaviest_pattern = 100;

/// Lines that are none are skipped, as every reader of such a table does. Error no_space above 1 MiB.
std::vector<MimeGlob> parse_globs2(std::string_view bytes);

/// The types of a file of that name, each once: those of the heaviest patterns, of these the longest. First with the
/// name as it is, then in lower case. `folders` is ascending in distance: a nearer one takes back ("__NOGLOBS__") what
/// others say of a type, and its types come first.
std::vector<std::string> types_of_name(std::string_view name, const std::vector<std::vector<MimeGlob>>& folders);

/// A to Z only.
std::string lower_case(std::string_view text);

} // namespace qpkg::agent

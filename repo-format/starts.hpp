// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "qpkg/model/id.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

/// Which services of a module start by themselves, as a file in the module. Normative text: repo-format/exports.md.
/// libc only: the programs inside a qube read it.
namespace qpkg {

inline constexpr std::size_t largest_starts = 64 * 1024; ///< bytes

/// "/usr/share/qpkg/org.example.hello/starts": its place in the module of `app`, which need not have one.
std::string starts_path(const AppId& app);

/// Canonical bytes, whatever the order of `services`. Error usage for what is no service's name, or is there twice.
std::string encode_starts(const AppId& app, std::vector<std::string> services);

/// Ascending. Errors: corrupt "starts: line 3: …", unsupported (another format number), no_space.
std::vector<std::string> parse_starts(std::string_view bytes, const AppId& app);

} // namespace qpkg

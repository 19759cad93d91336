// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <string_view>

/// Diagnostics for `--verbose` and bug reports, on standard error. What people must read is a report or an Error.
namespace qpkg::log {

enum class Level { quiet, normal, verbose };

void set_level(Level level);
void debug(std::string_view message);   ///< shown with --verbose
void note(std::string_view message);    ///< what takes a while; shown unless --quiet
void warning(std::string_view message); ///< shown unless --quiet

} // namespace qpkg::log

// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <CLI/CLI.hpp>

#include <string>
#include <string_view>

namespace qpkg::cli {

/// The text of cli/commands/<name>.md, compiled in; empty when there is none.
std::string_view help_text(std::string_view name);

/// Help of `command` for a terminal: its text, then its options.
std::string plain_help(const CLI::App& command, std::string_view name);

/// The same as a man page (roff), section 1.
std::string man_page(const CLI::App& command, std::string_view name);

} // namespace qpkg::cli

// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "cli/command.hpp"
#include "cli/page.hpp"

#include <string>
#include <string_view>

namespace qpkg::cli {

/// The text of cli/commands/<name>.md, or of packaging/completion/<name>, compiled in; empty when there is none.
std::string_view help_text(std::string_view name);

/// Help for a terminal, of a command or of those that begin with `name` (empty: of the program): the text of its first
/// word, then its options; in lines of at most `columns` where that can be, 0 for lines as they were written.
std::string plain_help(const Program& program, std::string_view name, std::size_t columns = 0);

/// That, for this page: wide windows make lines that nobody likes to read.
std::string shown_help(const Program& program, std::string_view name, const Page& page);

/// The same as a man page (roff), section 1.
std::string man_page(const Program& program, std::string_view name);

} // namespace qpkg::cli

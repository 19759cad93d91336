// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <string>
#include <string_view>

namespace qpkg::cli {

bool is_terminal(int fd);

/// What a program ends with whose reader went away, as shells tell it of those that the signal ended.
inline constexpr int status_of_broken_pipe = 128 + 13;

/// Writes to standard output, all of it. False when nobody reads it any more, as behind `| head -1`; Error failed when
/// it cannot be written otherwise.
bool print_out(std::string_view bytes);

/// Asks on the terminal; only "y" and "yes" agree. Error usage when standard input is not a terminal: names --yes.
bool ask(std::string_view question);

/// Asks twice for a new passphrase without echo. Error usage when standard input is not a terminal.
std::string ask_new_passphrase(std::string_view what);
std::string ask_passphrase(std::string_view what);

} // namespace qpkg::cli

// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <string>
#include <string_view>

namespace qpkg::cli {

bool is_terminal(int fd);

/// Asks on the terminal; only "y" and "yes" agree. Error usage when standard input is not a terminal: names --yes.
bool ask(std::string_view question);

/// Asks twice for a new passphrase without echo. Error usage when standard input is not a terminal.
std::string ask_new_passphrase(std::string_view what);
std::string ask_passphrase(std::string_view what);

} // namespace qpkg::cli

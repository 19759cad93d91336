// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <string>
#include <string_view>

namespace qpkg::text {

/// `words` without what steers a terminal: control characters (ESC and the line's end among them, also those that UTF-8
/// writes with two bytes) become \xNN. Letters of all languages stay. For what is printed; what is stored is checked
/// where it comes in.
std::string printable(std::string_view words);

/// Whether `printable` would change nothing.
bool is_printable(std::string_view words);

} // namespace qpkg::text

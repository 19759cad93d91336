// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <string_view>

namespace qpkg::agent {

/// Whether the beginning of a file is text in UTF-8; its last character may be cut off. No control characters but
/// blanks, backspace and escape.
bool is_plain_text(std::string_view beginning);

} // namespace qpkg::agent

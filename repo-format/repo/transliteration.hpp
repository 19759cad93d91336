// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <string>
#include <string_view>

namespace qpkg {

/// Words for people where only ASCII can go: letters with marks lose these, Greek and Cyrillic ones become Latin, marks
/// of punctuation become those of a typewriter, and what is neither is "?", so that a reader sees that something was
/// there. ASCII stays as it is.
std::string in_ascii(std::string_view words);

} // namespace qpkg

// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why words are redacted although secrets have a type. `Location` keeps them out of what we print ourselves. But
// libraries put addresses into their messages, and users put them into command lines, which are recorded. This is the
// second net, at the exits of the program; it works on text alone and may take away too much.
#pragma once

#include <string>
#include <string_view>

namespace qpkg {

/// Text for people and records without what addresses in it keep secret: "https://bob:hush@host/site?token=1" becomes
/// "https://bob:***@host/site?***". A name without a password may itself be a token and goes too. Text that was
/// redacted before stays as it is.
std::string redacted(std::string_view text);

} // namespace qpkg

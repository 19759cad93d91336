// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <compare>
#include <string_view>

namespace qpkg::apt {

/// How Debian orders versions (deb-version(7)): epoch, upstream version, revision; "~" comes before the end. Equal
/// does not mean the same spelling: "1.0" and "0:1.00-0".
std::weak_ordering version_order(std::string_view one, std::string_view other);

} // namespace qpkg::apt

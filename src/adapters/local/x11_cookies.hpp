// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <string>
#include <string_view>

namespace qpkg::local {

/// Of a file of X11 cookies (Xau(3): each a family, then address, display number, name and data, all with a length of
/// two bytes, big-endian), those of one display, as they hold on a machine of any name. What is cut at the end counts
/// no more.
std::string cookies_for(std::string_view number, std::string_view file);

} // namespace qpkg::local

// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <string_view>

namespace qpkg {

/// Where a module has its caches of fonts: the build makes them there, and the agent tells fontconfig.
inline constexpr std::string_view font_caches = "/usr/lib/fontconfig/cache";

} // namespace qpkg

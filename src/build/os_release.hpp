// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <string>
#include <string_view>

namespace qpkg::build {

/// The value of a key in os-release(5), without quotes; empty when it is not there.
std::string os_release_value(std::string_view os_release, std::string_view key);

} // namespace qpkg::build

// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <string>
#include <string_view>

namespace qpkg::archive {

/// The path of an archive entry as we use it: relative, without "." parts, "" for the root itself.
/// Error corrupt for an absolute path, "..", control characters, a part above 255 or a path above 4095 bytes.
std::string clean_name(std::string_view name);

} // namespace qpkg::archive

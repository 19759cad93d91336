// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <compare>
#include <string>

namespace qpkg::build {

/// Something a person should know about a module. `rule` is one word for filters, `path` may be empty.
/// Rules: account device outside owner mode removal secret service setuid shadow state symlink tmpfiles xattr · desktop
/// export icon room · recommends.
struct Finding {
    std::string rule;
    std::string path;   ///< absolute, in the view
    std::string detail; ///< what was found and what was done about it

    friend auto operator<=>(const Finding&, const Finding&) = default;
};

} // namespace qpkg::build

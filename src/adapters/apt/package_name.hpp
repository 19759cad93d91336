// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "qpkg/model/release.hpp"

#include <string>
#include <string_view>

namespace qpkg::apt {

/// Debian policy 5.6.7: a-z 0-9 + - . , beginning with a letter or digit, at least two characters.
bool is_package_name(std::string_view name);
/// Error usage.
void require_package_name(std::string_view name);

/// What "firefox-esr_153.7.0esr-1~deb12u1_amd64.deb" says, where apt writes ':' as "%3a". Error corrupt for other
/// names.
struct PackageFileName {
    std::string name;
    std::string version;
    std::string arch;

    friend bool operator==(const PackageFileName&, const PackageFileName&) = default;
};
PackageFileName parse_package_file_name(std::string_view file_name);
std::string package_file_name(const Package& package);

} // namespace qpkg::apt

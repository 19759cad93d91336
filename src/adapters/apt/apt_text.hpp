// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "qpkg/model/release.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What apt and dpkg print and store.
namespace qpkg::build {

struct PackageUri {
    std::string uri;
    std::string file_name; ///< as apt stores it
};

/// Lines of `apt-get --print-uris`: 'URI' FILE SIZE [HASH]. Other lines are passed over.
std::vector<PackageUri> parse_uris(std::string_view output);

/// Stanzas of `apt-cache show` that have a SHA256. Ascending, each once.
std::vector<Package> parse_package_records(std::string_view output);

/// The first line of a field of one package in dpkg's status file; empty when either is not there.
std::string package_field(std::string_view status, std::string_view package, const std::string& field);

/// The package that apt says does not exist, nothing when it says something else.
std::optional<std::string> unknown_package(std::string_view errors);

/// When a package was made: the time of the first member of the .deb (deb(5), ar(5)). `start` are its first bytes, at
/// least 68. Error corrupt for what is no .deb.
std::int64_t deb_time(std::string_view start);

/// The value of a key in os-release(5), without quotes; empty when it is not there.
std::string os_release_value(std::string_view os_release, std::string_view key);

} // namespace qpkg::build

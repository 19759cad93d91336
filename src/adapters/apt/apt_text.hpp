// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "qpkg/ports/package_source.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// What apt and dpkg print and store.
namespace qpkg::apt {

struct PackageUri {
    std::string uri;
    std::string file_name; ///< as apt stores it
    std::uint64_t size;    ///< bytes
};

/// Lines of `apt-get --print-uris`: 'URI' FILE SIZE [HASH]. Other lines are passed over.
std::vector<PackageUri> parse_uris(std::string_view output);

/// Stanzas of `apt-cache show` that have a SHA256. Ascending, each once.
std::vector<Package> parse_package_records(std::string_view output);

/// Packages of dpkg's status file, by name, with what it says of them.
std::map<std::string, InstalledPackage> parse_status(std::string_view status);

/// The licences that a machine-readable copyright file names (Debian's format 1.0, DEP 5), ascending; of any other
/// file nothing.
std::vector<std::string> parse_licences(std::string_view copyright);

/// The vulnerabilities ("CVE-2023-0464") that a changelog names, ascending, each once.
std::vector<std::string> parse_fixes(std::string_view changelog);
/// Lines of `apt-cache search`: "NAME - SUMMARY". Other lines are passed over, and names that are none.
std::vector<FoundPackage> parse_search(std::string_view output);
/// Whether each word is in its name or summary, whatever the case.
bool has_words(const FoundPackage& package, std::span<const std::string> words);

/// The paths of a dpkg file list.
std::vector<std::string> parse_file_list(std::string_view list);

/// The package that apt says does not exist, nothing when it says something else.
std::optional<std::string> unknown_package(std::string_view errors);

/// What mmdebstrap begins with a line of its own ("I: extracting archives..."), as a word; nothing for other lines.
std::optional<std::string_view> bootstrap_stage(std::string_view line);

/// When a package was made: the time of the first member of the .deb (deb(5), ar(5)). `start` are its first bytes, at
/// least 68. Error corrupt for what is no .deb.
std::int64_t deb_time(std::string_view start);

} // namespace qpkg::apt

// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/apt/package_name.hpp"

#include "qpkg/core/error.hpp"
#include "qpkg/core/text.hpp"
#include "qpkg/core/word.hpp"

#include <algorithm>

namespace qpkg::apt {
namespace {

constexpr std::size_t longest_name = 128;
constexpr std::size_t longest_version = 128;
constexpr std::size_t longest_arch = 32;

bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }

/// Debian policy 5.6.12.
bool is_version(std::string_view word) { return text::is_word(word, longest_version, ".+~:-"); }

} // namespace

bool is_package_name(std::string_view name)
{
    return name.size() >= 2 && text::is_word(name, longest_name, "+-.") && text::is_word(name.substr(0, 1), 1) &&
           name.back() != '-' && // apt would remove it
           std::ranges::none_of(name, is_upper);
}

void require_package_name(std::string_view name)
{
    if (!is_package_name(name)) {
        throw Error(Code::usage, "\"" + text::escaped(name) + "\" is not the name of a Debian package");
    }
}

PackageFileName parse_package_file_name(std::string_view file_name)
{
    constexpr std::string_view ending = ".deb";
    const auto words =
        text::split(file_name.ends_with(ending) ? file_name.substr(0, file_name.size() - ending.size()) : "", '_');
    if (words.size() == 3) {
        auto version = words[1];
        if (const auto colon = version.find("%3a"); colon != std::string::npos) {
            version.replace(colon, 3, ":");
        }
        if (is_package_name(words[0]) && is_version(version) && text::is_word(words[2], longest_arch)) {
            return {words[0], version, words[2]};
        }
    }
    throw Error(Code::corrupt, "\"" + text::escaped(file_name) +
                                   "\" is not the name of a package file, such as hello_2.10-3_amd64.deb");
}

std::string package_file_name(const Package& package)
{
    auto version = package.version;
    if (const auto colon = version.find(':'); colon != std::string::npos) {
        version.replace(colon, 1, "%3a");
    }
    return package.name + '_' + version + '_' + package.arch + ".deb";
}

} // namespace qpkg::apt

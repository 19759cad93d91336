// SPDX-License-Identifier: LGPL-2.1-or-later
#include "build/left_out.hpp"

#include "build/providers.hpp"

#include "qpkg/core/text.hpp"

#include <algorithm>

namespace qpkg::build {
namespace {

/// "pyqt5 (>= 5) | pyqt6"
std::string as_written(const Alternatives& wanted)
{
    std::vector<std::string> words;
    for (const auto& [name, bound, version] : wanted) {
        const auto* sign = std::ranges::find(bound_words, bound, &decltype(bound_words)::value_type::first);
        words.push_back(bound == Bound::any ? name : name + " (" + std::string(sign->second) + ' ' + version + ')');
    }
    return text::escaped(text::join(words, " | "));
}

} // namespace

void find_left_out(const Recipe& recipe, std::span<const InstalledPackage> installed,
                   std::span<const InstalledPackage> base, std::vector<Finding>& findings)
{
    const auto& named = recipe.packages;
    const std::string why = recipe.recommended == Recommended::none
                                ? "left out, source.recommends = \"named\" brings what is recommended"
                                : "left out, the package sources do not have it";
    const Providers module(installed);
    const Providers there(base);
    for (const auto& package : installed) {
        if (std::ranges::find(named, package.name) == named.end()) {
            continue;
        }
        for (const auto& wanted : package.recommends) {
            if (module.of(wanted).empty() && there.of(wanted).empty()) {
                findings.push_back(
                    {"recommends", "", text::escaped(package.name) + " recommends " + as_written(wanted) + ": " + why});
            }
        }
    }
}

} // namespace qpkg::build

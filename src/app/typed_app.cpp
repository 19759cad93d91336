// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/typed_app.hpp"

#include "qpkg/core/text.hpp"

#include <algorithm>
#include <set>

namespace qpkg::app {

AppId resolve_app(const std::string& typed, const std::vector<AppId>& candidates, const std::string& hint)
{
    std::set<AppId> matches;
    std::vector<std::string> names;
    for (const auto& candidate : candidates) {
        if (candidate.text() == typed) {
            return candidate;
        }
        if (short_name(candidate) == typed) {
            matches.insert(candidate);
        }
        names.push_back(short_name(candidate));
    }
    if (matches.size() == 1) {
        return *matches.begin();
    }
    if (matches.size() > 1) {
        std::vector<std::string> full;
        for (const auto& match : matches) {
            full.push_back(match.text());
        }
        throw Error(Code::conflict, "\"" + typed + "\" can mean " + text::join(full, " or "), "type the whole name");
    }
    throw Error(Code::not_found, "there is no app \"" + text::escaped(typed) + '"', text::hint_for(typed, names, hint));
}

} // namespace qpkg::app

// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/fetch/http/redirect.hpp"

#include "adapters/fetch/http/url.hpp"

namespace qpkg::fetch {

bool same_place(const std::string& from, const std::string& to)
{
    const auto before = parsed_url(from, CURLU_NON_SUPPORT_SCHEME);
    const auto after = parsed_url(to, CURLU_NON_SUPPORT_SCHEME);
    if (!before || !after) {
        return false;
    }
    const auto host = part_of(before, CURLUPART_HOST);
    if (host.empty() || host != part_of(after, CURLUPART_HOST)) {
        return false;
    }
    const auto port = [](const Url& url) { return part_of(url, CURLUPART_PORT, CURLU_DEFAULT_PORT); };
    const auto scheme = part_of(after, CURLUPART_SCHEME);
    return scheme == part_of(before, CURLUPART_SCHEME) ? port(before) == port(after) : scheme == "https";
}

} // namespace qpkg::fetch

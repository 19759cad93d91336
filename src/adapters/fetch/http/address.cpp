// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/fetch/http/address.hpp"

#include "adapters/fetch/http/url.hpp"

#include "qpkg/core/error.hpp"

namespace qpkg::fetch {
namespace {

Url require_url(const Location& location)
{
    auto url = parsed_url(location.revealed());
    if (!url) {
        throw Error(Code::usage, location.shown() + ": this is no address of a web server");
    }
    return url;
}

std::string without_last_slashes(std::string text)
{
    while (text.ends_with('/')) {
        text.pop_back();
    }
    return text;
}

} // namespace

Address::Address(const Location& location)
{
    const auto url = require_url(location);
    user = part_of(url, CURLUPART_USER, CURLU_URLDECODE);
    password = part_of(url, CURLUPART_PASSWORD, CURLU_URLDECODE);
    encrypted = part_of(url, CURLUPART_SCHEME, 0) == "https";
    const auto query = part_of(url, CURLUPART_QUERY, 0);
    query_ = query.empty() ? "" : '?' + query;
    for (const auto part : {CURLUPART_USER, CURLUPART_PASSWORD, CURLUPART_QUERY}) {
        curl_url_set(url.get(), part, nullptr, 0);
    }
    base_ = without_last_slashes(part_of(url, CURLUPART_URL, 0));
    const auto& shown = location.shown();
    shown_ = without_last_slashes(shown.substr(0, shown.find('?')));
}

std::string Address::url_of(const std::string& path) const { return base_ + '/' + path + query_; }

std::string Address::shown_of(const std::string& path) const
{
    return shown_ + '/' + path + (query_.empty() ? "" : "?***");
}

} // namespace qpkg::fetch

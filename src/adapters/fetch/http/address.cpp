// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/fetch/http/address.hpp"

#include "qpkg/core/error.hpp"

#include <curl/curl.h>

#include <memory>

namespace qpkg::fetch {
namespace {

struct UrlCleanup {
    void operator()(CURLU* url) const noexcept { curl_url_cleanup(url); }
};
using Url = std::unique_ptr<CURLU, UrlCleanup>;

Url parsed(const Location& location)
{
    Url url(curl_url());
    if (!url || curl_url_set(url.get(), CURLUPART_URL, location.revealed().c_str(), 0) != CURLUE_OK) {
        throw Error(Code::usage, location.shown() + ": this is no address of a web server");
    }
    return url;
}

/// Empty when there is no such part.
std::string part_of(CURLU* url, CURLUPart part, unsigned flags)
{
    char* text = nullptr;
    if (curl_url_get(url, part, &text, flags) != CURLUE_OK) {
        return {};
    }
    std::string result(text);
    curl_free(text);
    return result;
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
    const auto url = parsed(location);
    user = part_of(url.get(), CURLUPART_USER, CURLU_URLDECODE);
    password = part_of(url.get(), CURLUPART_PASSWORD, CURLU_URLDECODE);
    encrypted = part_of(url.get(), CURLUPART_SCHEME, 0) == "https";
    const auto query = part_of(url.get(), CURLUPART_QUERY, 0);
    query_ = query.empty() ? "" : '?' + query;
    for (const auto part : {CURLUPART_USER, CURLUPART_PASSWORD, CURLUPART_QUERY}) {
        curl_url_set(url.get(), part, nullptr, 0);
    }
    base_ = without_last_slashes(part_of(url.get(), CURLUPART_URL, 0));
    const auto& shown = location.shown();
    shown_ = without_last_slashes(shown.substr(0, shown.find('?')));
}

std::string Address::url_of(const std::string& path) const { return base_ + '/' + path + query_; }

std::string Address::shown_of(const std::string& path) const
{
    return shown_ + '/' + path + (query_.empty() ? "" : "?***");
}

} // namespace qpkg::fetch

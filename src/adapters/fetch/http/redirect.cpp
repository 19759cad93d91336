// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/fetch/http/redirect.hpp"

#include <curl/curl.h>

#include <memory>

namespace qpkg::fetch {
namespace {

struct UrlCleanup {
    void operator()(CURLU* url) const noexcept { curl_url_cleanup(url); }
};

std::string part_of(const std::string& url, CURLUPart part)
{
    const std::unique_ptr<CURLU, UrlCleanup> parsed(curl_url());
    char* text = nullptr;
    if (!parsed || curl_url_set(parsed.get(), CURLUPART_URL, url.c_str(), CURLU_NON_SUPPORT_SCHEME) != CURLUE_OK ||
        curl_url_get(parsed.get(), part, &text, CURLU_DEFAULT_PORT) != CURLUE_OK) {
        return {};
    }
    std::string result(text);
    curl_free(text);
    return result;
}

} // namespace

bool same_place(const std::string& from, const std::string& to)
{
    const auto host = part_of(from, CURLUPART_HOST);
    if (host.empty() || host != part_of(to, CURLUPART_HOST)) {
        return false;
    }
    const auto scheme = part_of(to, CURLUPART_SCHEME);
    return scheme == part_of(from, CURLUPART_SCHEME) ? part_of(from, CURLUPART_PORT) == part_of(to, CURLUPART_PORT)
                                                     : scheme == "https";
}

} // namespace qpkg::fetch

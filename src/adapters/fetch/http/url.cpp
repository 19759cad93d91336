// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/fetch/http/url.hpp"

namespace qpkg::fetch {

Url parsed_url(const std::string& text, unsigned flags)
{
    Url url(curl_url());
    if (url && curl_url_set(url.get(), CURLUPART_URL, text.c_str(), flags) != CURLUE_OK) {
        url.reset();
    }
    return url;
}

std::string part_of(const Url& url, CURLUPart part, unsigned flags)
{
    char* text = nullptr;
    if (curl_url_get(url.get(), part, &text, flags) != CURLUE_OK) {
        return {};
    }
    std::string result(text);
    curl_free(text);
    return result;
}

} // namespace qpkg::fetch

// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <curl/curl.h>

#include <memory>
#include <string>

namespace qpkg::fetch {

struct UrlCleanup {
    void operator()(CURLU* url) const noexcept { curl_url_cleanup(url); }
};
using Url = std::unique_ptr<CURLU, UrlCleanup>;

/// Nothing for what is no URL. `flags` are CURLU_….
Url parsed_url(const std::string& text, unsigned flags = 0);
/// Empty when there is no such part.
std::string part_of(const Url& url, CURLUPart part, unsigned flags = 0);

} // namespace qpkg::fetch

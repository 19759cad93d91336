// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "qpkg/ports/fetcher.hpp"

#include <memory>
#include <string>

namespace qpkg::fetch {

struct HttpLimits {
    long connect_seconds = 20; ///< to reach the server
    long stall_seconds = 30;   ///< with less than `stall_bytes` a second for this long a transfer is given up
    long stall_bytes = 200;
    std::size_t parallel = 8;
    std::string proxy = {}; ///< "socks5h://127.0.0.1:9050"; empty: as http_proxy and all_proxy say
};

/// Whether this is a location that HttpFetcher reads.
bool is_http(const std::string& location);

/// Reads a repository from a web server: several transfers at once over kept connections, redirects only on the same
/// host and never from https to http, no compression on the way, answers cut off at their cap.
class HttpFetcher final : public Fetcher {
public:
    explicit HttpFetcher(std::string url, HttpLimits limits = {});
    ~HttpFetcher() override;

    std::optional<std::string> get(const std::string& path, std::uint64_t cap) override;
    void get_many(std::span<const FetchRequest> requests, FetchSink& sink) override;

private:
    struct Connections;

    std::string url_;
    HttpLimits limits_;
    std::unique_ptr<Connections> connections_;
};

} // namespace qpkg::fetch

// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why everything about networks is in here. Installs, mirrors and deltas see a `Fetcher` that brings files or fails:
// they never wait, retry or redirect. A server is trusted with nothing, so TLS is for privacy, not for trust. A
// redirect to another host or down to http is refused, for passwords would go along. No compression on the way: it
// would be inflated before any hash is known. An object that broke off goes on where it broke; a small file begins
// anew, since it may be another one by now.
#pragma once

#include "adapters/fetch/http/retry.hpp"

#include "qpkg/model/location.hpp"
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
    RetryLimits retry = {};
};

class Address;
struct Connections;

/// Reads a repository from a web server: several transfers at once over kept connections, redirects only on the same
/// host and never from https to http, no compression on the way, answers cut off at their cap. A server that is busy
/// (429, 503 …) or closes in the middle is asked again within limits: for the rest of an object, for the whole of a
/// small file, which may have changed meanwhile.
class HttpFetcher final : public Fetcher {
public:
    /// Error usage for what is no URL.
    explicit HttpFetcher(const Location& location, HttpLimits limits = {});
    ~HttpFetcher() override;

    std::optional<std::string> get(const std::string& path, std::uint64_t cap) override;
    std::optional<std::string> look_for(const std::string& path, std::uint64_t cap) override;
    void get_many(std::span<const FetchRequest> requests, FetchSink& sink) override;

private:
    HttpLimits limits_;
    std::unique_ptr<Address> address_;
    std::unique_ptr<Connections> connections_;
};

} // namespace qpkg::fetch

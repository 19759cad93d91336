// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/fetch/http/http_fetcher.hpp"

#include "adapters/fetch/http/batch.hpp"

#include "qpkg/base/digest.hpp"
#include "qpkg/core/error.hpp"

#include <array>

namespace qpkg::fetch {
namespace {

/// libcurl wants this once per process, before anything else.
void start_curl()
{
    static const CURLcode result = curl_global_init(CURL_GLOBAL_DEFAULT);
    if (result != CURLE_OK) {
        throw Error(Code::failed, std::string("start libcurl: ") + curl_easy_strerror(result));
    }
}

class OneFile final : public FetchSink {
public:
    std::optional<std::string> bytes = std::string();

    void data(std::size_t, std::span<const std::uint8_t> piece) override { bytes->append(as_text(piece)); }
    void complete(std::size_t) override {}
    void absent(std::size_t) override { bytes.reset(); }
};

std::optional<std::string> one_file(Connections& connections, const Address& address, const HttpLimits& limits,
                                    const FetchRequest& request, Forbidden forbidden)
{
    OneFile file;
    Batch(connections, address, limits, {&request, 1}, file, forbidden, [&] { file.bytes.emplace(); }).run();
    return std::move(file.bytes);
}

/// libcurl repeats a proxy that it does not understand, and an address without a scheme hides nothing.
std::string with_scheme(const std::string& proxy)
{
    return proxy.empty() || proxy.find("://") != std::string::npos ? proxy : "http://" + proxy;
}

} // namespace

HttpFetcher::HttpFetcher(const Location& location, HttpLimits limits)
    : limits_(std::move(limits)), connections_(std::make_unique<Connections>())
{
    start_curl();
    limits_.proxy = with_scheme(limits_.proxy);
    address_ = std::make_unique<Address>(location);
    connections_->multi.reset(curl_multi_init());
    if (!connections_->multi) {
        throw Error(Code::failed, "start libcurl: out of memory");
    }
    for (std::size_t i = 0; i < limits_.parallel; ++i) {
        connections_->slots.push_back(std::make_unique<Transfer>(*address_, limits_));
    }
}

HttpFetcher::~HttpFetcher() { connections_->slots.clear(); }

std::optional<std::string> HttpFetcher::get(const std::string& path, std::uint64_t cap)
{
    return one_file(*connections_, *address_, limits_, {path, cap}, Forbidden::is_error);
}

std::optional<std::string> HttpFetcher::look_for(const std::string& path, std::uint64_t cap)
{
    return one_file(*connections_, *address_, limits_, {path, cap}, Forbidden::is_absent);
}

void HttpFetcher::get_many(std::span<const FetchRequest> requests, FetchSink& sink)
{
    Batch(*connections_, *address_, limits_, requests, sink).run();
}

} // namespace qpkg::fetch

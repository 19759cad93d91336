// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "adapters/fetch/http/address.hpp"
#include "adapters/fetch/http/http_fetcher.hpp"

#include <curl/curl.h>

#include <array>
#include <chrono>
#include <exception>
#include <memory>
#include <optional>
#include <string>

namespace qpkg::fetch {

using Time = std::chrono::steady_clock::time_point;

struct EasyCleanup {
    void operator()(CURL* handle) const noexcept { curl_easy_cleanup(handle); }
};
using Easy = std::unique_ptr<CURL, EasyCleanup>;

/// One slot: a handle that brings one file after the other, each in one or more attempts.
class Transfer {
public:
    Transfer(const Address& address, const HttpLimits& limits);
    Transfer(const Transfer&) = delete;
    Transfer& operator=(const Transfer&) = delete;

    /// What the next attempts are about.
    void aim(const Address& address, const FetchRequest& request, std::size_t index, FetchSink& sink, Time deadline);
    /// Sets the handle up for one more attempt, from where the last one ended.
    void prepare(Time now);

    long status() const;
    /// The address on the same host where the server wants the request; null when it does not.
    const char* redirect_target() const;
    std::optional<Milliseconds> retry_after() const;
    /// What libcurl says of a failure, without secrets.
    std::string reason_of(CURLcode result) const;

    Easy easy;
    std::string url;
    std::string shown; ///< `url` for people
    std::size_t index = 0;
    std::uint64_t received = 0; ///< bytes that the sink has of the file
    std::exception_ptr failure; ///< thrown by the sink, over the cap, or another part than asked for
    unsigned attempts = 0;      ///< since the file last came on
    long redirects = 0;
    bool ranges = true; ///< ask for the rest only
    Time deadline;
    std::optional<Time> wake; ///< it waits for this before the next attempt
    bool busy = false;

    std::uint64_t came_in_this_attempt() const { return received - begun_at_; }

private:
    static std::size_t on_data(char* bytes, std::size_t, std::size_t size, void* pointer) noexcept;
    void receive(std::span<const std::uint8_t> bytes);
    void require_asked_part() const;

    std::array<char, CURL_ERROR_SIZE> reason_{};
    FetchSink* sink_ = nullptr;
    std::uint64_t cap_ = 0;
    std::uint64_t begun_at_ = 0; ///< what the sink had when the attempt began
    std::uint64_t to_skip_ = 0;  ///< of an answer that begins at the beginning
};

} // namespace qpkg::fetch

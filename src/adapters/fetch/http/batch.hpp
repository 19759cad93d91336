// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "adapters/fetch/http/transfer.hpp"

#include <functional>
#include <memory>
#include <span>
#include <vector>

namespace qpkg::fetch {

struct MultiCleanup {
    void operator()(CURLM* handle) const noexcept { curl_multi_cleanup(handle); }
};

/// What a fetcher keeps from one batch to the next.
struct Connections {
    std::unique_ptr<CURLM, MultiCleanup> multi;
    std::vector<std::unique_ptr<Transfer>> slots;
    Milliseconds waited{0}; ///< with nothing else to do
    bool answered = false;  ///< the server was there once
};

/// What a 403 means: object stores that hide what they have say it of what is not there.
enum class Forbidden { is_error, is_absent };

/// One run over some requests.
class Batch {
public:
    /// Forgets what came of a file, which is then fetched from its beginning.
    using Restart = std::function<void()>;

    Batch(Connections& connections, const Address& address, const HttpLimits& limits,
          std::span<const FetchRequest> requests, FetchSink& sink, Forbidden forbidden = Forbidden::is_error,
          Restart restart = {});
    Batch(const Batch&) = delete;
    Batch& operator=(const Batch&) = delete;
    ~Batch();

    void run();

private:
    void begin_next(Transfer& slot);
    void start(Transfer& slot);
    void wake_waiting();
    void wait();
    void end_finished();
    void end(Transfer& slot, CURLcode result);
    bool follow(Transfer& slot, CURLcode result);
    bool try_again(Transfer& slot, CURLcode result);
    bool is_stumble(const Transfer& slot, CURLcode result) const;

    Connections& connections_;
    const Address& address_;
    const HttpLimits& limits_;
    std::span<const FetchRequest> requests_;
    FetchSink& sink_;
    Forbidden forbidden_;
    Restart restart_; ///< where it is empty, a file that broke off goes on where it broke
    std::size_t next_ = 0;
    std::size_t busy_ = 0;
    std::size_t waiting_ = 0;
    Time not_before_{}; ///< a server that counts requests (429) gets none before this
};

} // namespace qpkg::fetch

// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/fetch/http/http_fetcher.hpp"

#include "adapters/fetch/http/redirect.hpp"

#include "qpkg/base/digest.hpp"
#include "qpkg/base/error.hpp"
#include "qpkg/base/interrupt.hpp"
#include "qpkg/base/text.hpp"

#include <curl/curl.h>

#include <array>
#include <exception>
#include <vector>

namespace qpkg::fetch {
namespace {

constexpr long max_redirects = 5;
constexpr int wait_milliseconds = 200;
constexpr std::uint64_t slowest_bytes_per_second = 1000;

struct EasyCleanup {
    void operator()(CURL* handle) const noexcept { curl_easy_cleanup(handle); }
};
struct MultiCleanup {
    void operator()(CURLM* handle) const noexcept { curl_multi_cleanup(handle); }
};
using Easy = std::unique_ptr<CURL, EasyCleanup>;
using Multi = std::unique_ptr<CURLM, MultiCleanup>;

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

/// One slot: a handle that brings one file after the other.
struct Transfer {
    Easy easy{curl_easy_init()};
    std::array<char, CURL_ERROR_SIZE> reason{};
    std::string url;
    std::size_t index = 0;
    std::uint64_t cap = 0;
    std::uint64_t received = 0;
    FetchSink* sink = nullptr;
    std::exception_ptr failure; ///< thrown by the sink, or over the cap
    long redirects = 0;
    bool busy = false;

    long status() const
    {
        long code = 0;
        curl_easy_getinfo(easy.get(), CURLINFO_RESPONSE_CODE, &code);
        return code;
    }

    void receive(std::span<const std::uint8_t> bytes)
    {
        if (status() != 200) {
            return; // the text of an error page is nobody's business
        }
        received += bytes.size();
        if (received > cap) {
            throw Error(Code::no_space, url + ": larger than the " + std::to_string(cap) + " bytes allowed");
        }
        sink->data(index, bytes);
    }
};

std::size_t on_data(char* bytes, std::size_t, std::size_t size, void* pointer) noexcept
{
    auto& transfer = *static_cast<Transfer*>(pointer);
    try {
        transfer.receive(as_bytes({bytes, size}));
        return size;
    } catch (...) {
        transfer.failure = std::current_exception();
        return CURL_WRITEFUNC_ERROR;
    }
}

} // namespace

struct HttpFetcher::Connections {
    Multi multi;
    std::vector<std::unique_ptr<Transfer>> slots;
};

namespace {

/// One run of get_many.
class Batch {
public:
    Batch(CURLM* multi, std::vector<std::unique_ptr<Transfer>>& slots, const std::string& url, const HttpLimits& limits,
          std::span<const FetchRequest> requests, FetchSink& sink)
        : multi_(multi), slots_(slots), url_(url), limits_(limits), requests_(requests), sink_(sink)
    {
    }
    Batch(const Batch&) = delete;
    Batch& operator=(const Batch&) = delete;
    ~Batch()
    {
        for (const auto& slot : slots_) {
            if (slot->busy) {
                curl_multi_remove_handle(multi_, slot->easy.get());
                slot->busy = false;
            }
        }
    }

    void run()
    {
        for (const auto& slot : slots_) {
            begin_next(*slot);
        }
        int running = 0;
        do {
            interrupt::throw_if_requested();
            check(curl_multi_perform(multi_, &running));
            end_finished();
            if (running > 0 || busy_ > 0) {
                check(curl_multi_poll(multi_, nullptr, 0, wait_milliseconds, nullptr));
            }
        } while (busy_ > 0);
    }

private:
    static void check(CURLMcode code)
    {
        if (code != CURLM_OK) {
            throw Error(Code::failed, std::string("fetch: ") + curl_multi_strerror(code));
        }
    }

    void begin_next(Transfer& slot)
    {
        if (next_ == requests_.size()) {
            return;
        }
        const auto& request = requests_[next_];
        slot.index = next_++;
        slot.url = url_ + '/' + request.path;
        slot.cap = request.cap;
        slot.received = 0;
        slot.redirects = 0;
        slot.sink = &sink_;
        slot.failure = nullptr;
        slot.reason.front() = '\0';
        // However little flows, a file as long as its cap is given up some time.
        const auto longest = limits_.stall_seconds * 4 + static_cast<long>(slot.cap / slowest_bytes_per_second);
        curl_easy_setopt(slot.easy.get(), CURLOPT_TIMEOUT, longest);
        start(slot);
    }

    void start(Transfer& slot)
    {
        curl_easy_setopt(slot.easy.get(), CURLOPT_URL, slot.url.c_str());
        check(curl_multi_add_handle(multi_, slot.easy.get()));
        slot.busy = true;
        ++busy_;
    }

    /// True when the answer led elsewhere on the same host, and the transfer has begun anew there.
    bool follow(Transfer& slot, CURLcode result)
    {
        const char* target = nullptr;
        if (result != CURLE_OK || slot.failure ||
            curl_easy_getinfo(slot.easy.get(), CURLINFO_REDIRECT_URL, &target) != CURLE_OK || target == nullptr) {
            return false;
        }
        const std::string next = target;
        if (++slot.redirects > max_redirects) {
            throw Error(Code::failed, "fetch " + slot.url + ": too many redirects");
        }
        if (!same_place(slot.url, next)) {
            throw Error(Code::failed,
                        "fetch " + slot.url + ": the server leads to another place, " + text::escaped(next));
        }
        slot.url = next;
        start(slot);
        return true;
    }

    void end_finished()
    {
        int left = 0;
        while (const CURLMsg* message = curl_multi_info_read(multi_, &left)) {
            if (message->msg != CURLMSG_DONE) {
                continue;
            }
            void* pointer = nullptr;
            curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &pointer);
            auto& slot = *static_cast<Transfer*>(pointer);
            const auto result = message->data.result;
            curl_multi_remove_handle(multi_, slot.easy.get());
            slot.busy = false;
            --busy_;
            if (follow(slot, result)) {
                continue;
            }
            end(slot, result);
            begin_next(slot);
        }
    }

    void end(const Transfer& slot, CURLcode result)
    {
        if (slot.failure) {
            std::rethrow_exception(slot.failure);
        }
        if (result != CURLE_OK) {
            const std::string reason = slot.reason.front() != '\0' ? slot.reason.data() : curl_easy_strerror(result);
            throw Error(Code::failed, "fetch " + slot.url + ": " + reason);
        }
        const auto status = slot.status();
        if (status == 404 || status == 410) {
            sink_.absent(slot.index);
            return;
        }
        if (status != 200) {
            throw Error(Code::failed, "fetch " + slot.url + ": the server answered " + std::to_string(status));
        }
        sink_.complete(slot.index);
    }

    CURLM* multi_;
    std::vector<std::unique_ptr<Transfer>>& slots_;
    const std::string& url_;
    const HttpLimits& limits_;
    std::span<const FetchRequest> requests_;
    FetchSink& sink_;
    std::size_t next_ = 0;
    std::size_t busy_ = 0;
};

void configure(Transfer& slot, const std::string& url, const HttpLimits& limits)
{
    CURL* const easy = slot.easy.get();
    if (easy == nullptr) {
        throw Error(Code::failed, "start libcurl: out of memory");
    }
    const char* const schemes = url.starts_with("https:") ? "https" : "http,https";
    curl_easy_setopt(easy, CURLOPT_PRIVATE, &slot);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, &slot);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &on_data);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, slot.reason.data());
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, schemes);
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L); // see Batch::follow
    if (!limits.proxy.empty()) {
        curl_easy_setopt(easy, CURLOPT_PROXY, limits.proxy.c_str());
    }
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT, limits.connect_seconds);
    curl_easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, limits.stall_bytes);
    curl_easy_setopt(easy, CURLOPT_LOW_SPEED_TIME, limits.stall_seconds);
    curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, 128L * 1024);
    curl_easy_setopt(easy, CURLOPT_USERAGENT, "qpkg/" QPKG_VERSION);
}

} // namespace

bool is_http(const std::string& location)
{
    return location.starts_with("http://") || location.starts_with("https://");
}

HttpFetcher::HttpFetcher(std::string url, HttpLimits limits)
    : url_(std::move(url)), limits_(std::move(limits)), connections_(std::make_unique<Connections>())
{
    start_curl();
    while (url_.ends_with('/')) {
        url_.pop_back();
    }
    connections_->multi.reset(curl_multi_init());
    if (!connections_->multi) {
        throw Error(Code::failed, "start libcurl: out of memory");
    }
    for (std::size_t i = 0; i < limits_.parallel; ++i) {
        connections_->slots.push_back(std::make_unique<Transfer>());
        configure(*connections_->slots.back(), url_, limits_);
    }
}

HttpFetcher::~HttpFetcher() { connections_->slots.clear(); }

std::optional<std::string> HttpFetcher::get(const std::string& path, std::uint64_t cap)
{
    const std::array<FetchRequest, 1> request{FetchRequest{path, cap}};
    OneFile file;
    get_many(request, file);
    return std::move(file.bytes);
}

void HttpFetcher::get_many(std::span<const FetchRequest> requests, FetchSink& sink)
{
    Batch(connections_->multi.get(), connections_->slots, url_, limits_, requests, sink).run();
}

} // namespace qpkg::fetch

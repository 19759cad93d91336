// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/fetch/http/batch.hpp"

#include "adapters/fetch/http/redirect.hpp"

#include "qpkg/core/error.hpp"
#include "qpkg/core/interrupt.hpp"
#include "qpkg/core/redaction.hpp"
#include "qpkg/core/text.hpp"

#include <algorithm>

namespace qpkg::fetch {
namespace {

constexpr long max_redirects = 5;
constexpr Milliseconds longest_poll{200};
constexpr std::uint64_t slowest_bytes_per_second = 1000;
constexpr std::uint64_t longest_transfer_seconds = 30 * 86'400;

Time now() { return std::chrono::steady_clock::now(); }

void check(CURLMcode code)
{
    if (code != CURLM_OK) {
        throw Error(Code::failed, std::string("fetch: ") + curl_multi_strerror(code));
    }
}

/// The connection was there, and was closed before the answer was whole.
bool is_cut(CURLcode result)
{
    switch (result) {
    case CURLE_PARTIAL_FILE:
    case CURLE_RECV_ERROR:
    case CURLE_SEND_ERROR:
    case CURLE_GOT_NOTHING:
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM:
        return true;
    default:
        return false;
    }
}

} // namespace

Batch::Batch(Connections& connections, const Address& address, const HttpLimits& limits,
             std::span<const FetchRequest> requests, FetchSink& sink, Forbidden forbidden, Restart restart)
    : connections_(connections), address_(address), limits_(limits), requests_(requests), sink_(sink),
      forbidden_(forbidden), restart_(std::move(restart))
{
}

Batch::~Batch()
{
    for (const auto& slot : connections_.slots) {
        slot->wake.reset();
        if (slot->busy) {
            curl_multi_remove_handle(connections_.multi.get(), slot->easy.get());
            slot->busy = false;
        }
    }
}

void Batch::run()
{
    for (const auto& slot : connections_.slots) {
        begin_next(*slot);
    }
    int running = 0;
    while (busy_ + waiting_ > 0) {
        interrupt::throw_if_requested();
        wake_waiting();
        check(curl_multi_perform(connections_.multi.get(), &running));
        end_finished();
        if (busy_ + waiting_ > 0) {
            wait();
        }
    }
}

void Batch::wait()
{
    auto longest = longest_poll;
    const auto begun = now();
    for (const auto& slot : connections_.slots) {
        if (slot->wake) {
            const auto left = std::chrono::ceil<Milliseconds>(*slot->wake - begun);
            longest = std::clamp(left, Milliseconds{0}, longest);
        }
    }
    check(curl_multi_poll(connections_.multi.get(), nullptr, 0, static_cast<int>(longest.count()), nullptr));
    if (busy_ == 0) {
        connections_.waited += std::chrono::duration_cast<Milliseconds>(now() - begun);
    }
}

void Batch::begin_next(Transfer& slot)
{
    if (next_ == requests_.size()) {
        return;
    }
    const auto& request = requests_[next_];
    // However little flows, a file as long as its cap is given up some time.
    const auto slowest = std::min(request.cap / slowest_bytes_per_second, longest_transfer_seconds);
    const std::chrono::seconds longest(limits_.stall_seconds * 4 + static_cast<long>(slowest));
    slot.aim(address_, request, next_++, sink_, now() + longest);
    if (now() < not_before_) {
        slot.deadline += not_before_ - now();
        slot.wake = not_before_;
        ++waiting_;
        return;
    }
    start(slot);
}

void Batch::start(Transfer& slot)
{
    slot.prepare(now());
    check(curl_multi_add_handle(connections_.multi.get(), slot.easy.get()));
    slot.busy = true;
    ++busy_;
}

void Batch::wake_waiting()
{
    for (const auto& slot : connections_.slots) {
        if (slot->wake && *slot->wake <= now()) {
            slot->wake.reset();
            --waiting_;
            start(*slot);
        }
    }
}

/// True when the answer led elsewhere on the same host, and the transfer has begun anew there.
bool Batch::follow(Transfer& slot, CURLcode result)
{
    const auto* const target = result == CURLE_OK && !slot.failure ? slot.redirect_target() : nullptr;
    if (target == nullptr) {
        return false;
    }
    const std::string next = target;
    if (++slot.redirects > max_redirects) {
        throw Error(Code::failed, "fetch " + slot.shown + ": too many redirects");
    }
    if (!same_place(slot.url, next)) {
        throw Error(Code::failed,
                    "fetch " + slot.shown + ": the server leads to another place, " + text::escaped(redacted(next)));
    }
    slot.url = next;
    slot.shown = text::escaped(redacted(next), next.size());
    start(slot);
    return true;
}

bool Batch::is_stumble(const Transfer& slot, CURLcode result) const
{
    if (slot.failure) {
        return false;
    }
    if (result == CURLE_OK) {
        return is_transient(slot.status()) || (slot.status() == 416 && slot.received > 0 && slot.ranges);
    }
    return is_cut(result) || (result == CURLE_COULDNT_CONNECT && connections_.answered);
}

/// True when the file is tried for again after a while.
bool Batch::try_again(Transfer& slot, CURLcode result)
{
    if (!is_stumble(slot, result)) {
        return false;
    }
    const auto status = result == CURLE_OK ? slot.status() : 0;
    slot.ranges = slot.ranges && status != 416;
    slot.attempts = slot.came_in_this_attempt() >= progress_bytes ? 1 : slot.attempts + 1;
    const Stumble stumble{.attempts = slot.attempts,
                          .asked = is_transient(status) ? slot.retry_after() : std::nullopt,
                          .waited = connections_.waited,
                          .left = std::chrono::duration_cast<Milliseconds>(slot.deadline - now())};
    const auto pause = wait_before_retry(stumble, limits_.retry);
    if (!pause) {
        return false;
    }
    if (restart_) {
        restart_();
        slot.received = 0;
    }
    slot.wake = now() + *pause;
    slot.deadline += is_transient(status) ? *pause : Milliseconds{0};
    ++waiting_;
    if (status == 429) {
        not_before_ = std::max(not_before_, *slot.wake);
    }
    return true;
}

void Batch::end_finished()
{
    int left = 0;
    while (const CURLMsg* message = curl_multi_info_read(connections_.multi.get(), &left)) {
        if (message->msg != CURLMSG_DONE) {
            continue;
        }
        void* pointer = nullptr;
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &pointer);
        auto& slot = *static_cast<Transfer*>(pointer);
        const auto result = message->data.result;
        curl_multi_remove_handle(connections_.multi.get(), slot.easy.get());
        slot.busy = false;
        --busy_;
        connections_.answered = connections_.answered || slot.status() != 0;
        if (follow(slot, result) || try_again(slot, result)) {
            continue;
        }
        end(slot, result);
        begin_next(slot);
    }
}

void Batch::end(Transfer& slot, CURLcode result)
{
    if (slot.failure) {
        std::rethrow_exception(slot.failure);
    }
    const auto tries = slot.attempts > 1 ? ", tried " + std::to_string(slot.attempts) + " times" : "";
    if (result != CURLE_OK) {
        throw Error(Code::failed, "fetch " + slot.shown + ": " + slot.reason_of(result) + tries);
    }
    const auto status = slot.status();
    if (status == 404 || status == 410 || (status == 403 && forbidden_ == Forbidden::is_absent)) {
        sink_.absent(slot.index);
        return;
    }
    if (status == 200 || (status == 206 && slot.received > 0 && slot.ranges && slot.attempts > 0)) {
        sink_.complete(slot.index);
        return;
    }
    const auto* const meaning = status == 403   ? ", which forbids the file or hides that there is none"
                                : status == 401 ? ", it wants a user and a password"
                                                : "";
    const auto words = "fetch " + slot.shown + ": the server answered " + std::to_string(status) + meaning + tries;
    const auto asked = slot.retry_after();
    if (is_transient(status) && asked) {
        const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(*asked).count();
        throw Error(Code::failed, words + " and wants to be asked again in " + std::to_string(seconds) + " seconds",
                    "try again then, or take another mirror");
    }
    throw Error(Code::failed, words);
}

} // namespace qpkg::fetch

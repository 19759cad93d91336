// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/fetch/http/transfer.hpp"

#include "qpkg/base/digest.hpp"
#include "qpkg/core/error.hpp"
#include "qpkg/core/redaction.hpp"
#include "qpkg/core/text.hpp"

#include <algorithm>

namespace qpkg::fetch {

Transfer::Transfer(const Address& address, const HttpLimits& limits) : easy(curl_easy_init())
{
    CURL* const handle = easy.get();
    if (handle == nullptr) {
        throw Error(Code::failed, "start libcurl: out of memory");
    }
    curl_easy_setopt(handle, CURLOPT_PRIVATE, this);
    curl_easy_setopt(handle, CURLOPT_WRITEDATA, this);
    curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, &Transfer::on_data);
    curl_easy_setopt(handle, CURLOPT_ERRORBUFFER, reason_.data());
    curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, address.encrypted ? "https" : "http,https");
    curl_easy_setopt(handle, CURLOPT_FOLLOWLOCATION, 0L); // see Batch::follow
    if (!address.user.empty() || !address.password.empty()) {
        curl_easy_setopt(handle, CURLOPT_USERNAME, address.user.c_str());
        curl_easy_setopt(handle, CURLOPT_PASSWORD, address.password.c_str());
    }
    if (!limits.proxy.empty()) {
        curl_easy_setopt(handle, CURLOPT_PROXY, limits.proxy.c_str());
    }
    curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT, limits.connect_seconds);
    curl_easy_setopt(handle, CURLOPT_LOW_SPEED_LIMIT, limits.stall_bytes);
    curl_easy_setopt(handle, CURLOPT_LOW_SPEED_TIME, limits.stall_seconds);
    curl_easy_setopt(handle, CURLOPT_BUFFERSIZE, 128L * 1024);
    curl_easy_setopt(handle, CURLOPT_USERAGENT, "qpkg/" QPKG_VERSION);
}

void Transfer::aim(const Address& address, const FetchRequest& request, std::size_t at, FetchSink& sink, Time until)
{
    url = address.url_of(request.path);
    shown = address.shown_of(request.path);
    index = at;
    received = 0;
    failure = nullptr;
    attempts = 0;
    redirects = 0;
    ranges = true;
    deadline = until;
    sink_ = &sink;
    cap_ = request.cap;
}

void Transfer::prepare(Time now)
{
    const auto left = std::chrono::duration_cast<Milliseconds>(deadline - now);
    reason_.front() = '\0';
    begun_at_ = received;
    to_skip_ = received;
    curl_easy_setopt(easy.get(), CURLOPT_URL, url.c_str());
    curl_easy_setopt(easy.get(), CURLOPT_TIMEOUT_MS, static_cast<long>(std::max<std::int64_t>(left.count(), 1)));
    const auto rest = std::to_string(received) + '-';
    curl_easy_setopt(easy.get(), CURLOPT_RANGE, received > 0 && ranges ? rest.c_str() : nullptr);
}

long Transfer::status() const
{
    long code = 0;
    curl_easy_getinfo(easy.get(), CURLINFO_RESPONSE_CODE, &code);
    return code;
}

const char* Transfer::redirect_target() const
{
    const char* target = nullptr;
    return curl_easy_getinfo(easy.get(), CURLINFO_REDIRECT_URL, &target) == CURLE_OK ? target : nullptr;
}

std::optional<Milliseconds> Transfer::retry_after() const
{
    curl_off_t seconds = 0;
    if (curl_easy_getinfo(easy.get(), CURLINFO_RETRY_AFTER, &seconds) != CURLE_OK || seconds <= 0) {
        return std::nullopt;
    }
    constexpr curl_off_t a_year = 366 * 86'400;
    return std::chrono::seconds(std::min(seconds, a_year));
}

std::string Transfer::reason_of(CURLcode result) const
{
    const std::string words = reason_.front() != '\0' ? reason_.data() : curl_easy_strerror(result);
    return text::escaped(redacted(words));
}

void Transfer::require_asked_part() const
{
    curl_header* header = nullptr;
    const auto expected = "bytes " + std::to_string(begun_at_) + '-';
    if (curl_easy_header(easy.get(), "Content-Range", 0, CURLH_HEADER, -1, &header) != CURLHE_OK ||
        !std::string_view(header->value).starts_with(expected)) {
        throw Error(Code::failed, "fetch " + shown + ": the server sends another part than it was asked for");
    }
}

void Transfer::receive(std::span<const std::uint8_t> bytes)
{
    const auto code = status();
    if (code == 206 && begun_at_ > 0 && ranges) {
        if (received == begun_at_) {
            require_asked_part();
        }
    } else if (code == 200) {
        const auto known = std::min<std::uint64_t>(to_skip_, bytes.size());
        to_skip_ -= known;
        bytes = bytes.subspan(known);
    } else {
        return; // the text of an error page is nobody's business
    }
    if (bytes.empty()) {
        return;
    }
    received += bytes.size();
    if (received > cap_) {
        throw Error(Code::no_space, shown + ": larger than the " + std::to_string(cap_) + " bytes allowed");
    }
    sink_->data(index, bytes);
}

std::size_t Transfer::on_data(char* bytes, std::size_t, std::size_t size, void* pointer) noexcept
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

} // namespace qpkg::fetch

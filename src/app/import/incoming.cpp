// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/import/incoming.hpp"

#include "app/import/bundle_file.hpp"

#include "qpkg/core/error.hpp"
#include "qpkg/core/interrupt.hpp"
#include "qpkg/core/text.hpp"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <vector>

namespace qpkg::app {
namespace {

using std::chrono::duration_cast;
using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

constexpr int look_again_milliseconds = 1000;
constexpr std::size_t sent_at_once = 64 * 1024;

std::string in_seconds(milliseconds time) { return std::to_string(duration_cast<seconds>(time).count()) + " seconds"; }

} // namespace

std::optional<std::string> out_of_patience(const Waited& waited, const Patience& patience)
{
    if (waited.since_last >= patience.silence) {
        return "the sender was silent for " + in_seconds(patience.silence);
    }
    if (waited.altogether >= patience.whole) {
        return "the sender is not at its end after " + in_seconds(patience.whole);
    }
    const auto earned = milliseconds(waited.received * 1000 / std::max<std::uint64_t>(patience.slowest, 1));
    if (waited.altogether >= patience.silence + earned) {
        return "the sender is too slow: " + std::to_string(waited.received) + " bytes in " +
               in_seconds(waited.altogether) + ", at least " + std::to_string(patience.slowest) + " a second wanted";
    }
    return std::nullopt;
}

IncomingStream::IncomingStream(int fd, Patience patience) : fd_(fd), patience_(patience), begun_(steady_clock::now()) {}

std::size_t IncomingStream::read_some(std::span<std::uint8_t> buffer)
{
    for (const auto last = steady_clock::now();;) {
        interrupt::throw_if_requested();
        if (!is_readable(last)) {
            continue;
        }
        const auto got = ::read(fd_, buffer.data(), buffer.size());
        if (got < 0 && (errno == EINTR || errno == EAGAIN)) {
            continue;
        }
        if (got < 0) {
            throw errno == EISDIR ? Error(Code::corrupt, "a directory, expected a file")
                                  : system_error("read what is sent", errno);
        }
        received_ += static_cast<std::uint64_t>(got);
        return static_cast<std::size_t>(got);
    }
}

void IncomingStream::fill(std::span<std::uint8_t> buffer)
{
    const auto expected = received_ + buffer.size();
    while (!buffer.empty()) {
        const auto got = read_some(buffer);
        if (got == 0) {
            throw cut_off(received_, expected);
        }
        buffer = buffer.subspan(got);
    }
}

bool IncomingStream::is_readable(steady_clock::time_point last) const
{
    const auto now = steady_clock::now();
    const Waited waited{duration_cast<milliseconds>(now - begun_), duration_cast<milliseconds>(now - last), received_};
    if (const auto reason = out_of_patience(waited, patience_)) {
        throw Error(Code::failed, *reason, "nothing has changed; send it again");
    }
    struct pollfd wait {
        fd_, POLLIN, 0
    };
    const auto left = duration_cast<milliseconds>(patience_.silence) - waited.since_last;
    const auto ready = ::poll(&wait, 1, static_cast<int>(std::min<long>(left.count(), look_again_milliseconds)));
    if (ready < 0 && errno != EINTR) {
        throw system_error("wait for what is sent", errno);
    }
    return ready > 0;
}

std::string read_stream(int fd, std::size_t cap, const Patience& patience)
{
    IncomingStream stream(fd, patience);
    std::string bytes;
    std::vector<std::uint8_t> buffer(sent_at_once);
    while (const auto got = stream.read_some(buffer)) {
        bytes += as_text(std::span(buffer).first(got));
        if (bytes.size() > cap) {
            throw Error(Code::no_space, "more than the " + text::human_size(cap) + " allowed are sent");
        }
    }
    return bytes;
}

} // namespace qpkg::app

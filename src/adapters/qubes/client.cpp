// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/qubes/client.hpp"

#include "qpkg/base/log.hpp"
#include "qpkg/core/fd.hpp"
#include "qpkg/core/interrupt.hpp"
#include "qpkg/core/text.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

namespace qpkg::qubes {
namespace {

using Moment = std::chrono::steady_clock::time_point;

constexpr std::size_t longest_words = 200; ///< of qubesd that a message repeats
constexpr auto between_looks = std::chrono::milliseconds(500);

/// An open conversation; every wait ends at `deadline`.
class Conversation {
public:
    Conversation(const std::filesystem::path& path, Moment deadline)
        : fd_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)), deadline_(deadline)
    {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        const auto name = path.string();
        if (name.size() >= sizeof address.sun_path) {
            throw Error(Code::usage, "the socket's path is too long: " + name);
        }
        std::memcpy(address.sun_path, name.c_str(), name.size() + 1);
        if (!fd_ || ::connect(fd_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
            const auto error = system_error("connect to qubesd at " + name, errno);
            throw Error(Code::failed, error.what(), "is this dom0, and does `systemctl status qubesd` say active?");
        }
    }

    void send(std::string_view bytes)
    {
        while (!bytes.empty()) {
            wait_for(POLLOUT);
            const auto sent = ::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
            if (sent < 0 && (errno == EPIPE || errno == ECONNRESET)) {
                return; // it may have answered before it read all
            }
            if (sent < 0 && errno != EINTR && errno != EAGAIN) {
                throw system_error("write to qubesd", errno);
            }
            bytes.remove_prefix(sent > 0 ? static_cast<std::size_t>(sent) : 0);
        }
        ::shutdown(fd_.get(), SHUT_WR);
    }

    /// Until qubesd closes; one byte more than is allowed is enough to know.
    std::string receive()
    {
        std::string all;
        std::array<char, 4096> part{};
        while (all.size() <= largest_message) {
            wait_for(POLLIN);
            const auto got = ::recv(fd_.get(), part.data(), part.size(), MSG_DONTWAIT);
            if (got == 0 || (got < 0 && errno == ECONNRESET)) {
                break;
            }
            if (got < 0 && errno != EINTR && errno != EAGAIN) {
                throw system_error("read from qubesd", errno);
            }
            all.append(part.data(), got > 0 ? static_cast<std::size_t>(got) : 0);
        }
        return all;
    }

    /// What came until `until` at the latest; nothing when nothing did.
    std::string receive_some(Moment until)
    {
        interrupt::throw_if_requested();
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
        pollfd waiting{closed_ ? -1 : fd_.get(), POLLIN, 0};
        if (left.count() <= 0 || ::poll(&waiting, 1, static_cast<int>(left.count())) <= 0) {
            return {};
        }
        std::array<char, 4096> part{};
        const auto got = ::recv(fd_.get(), part.data(), part.size(), MSG_DONTWAIT);
        closed_ = got == 0 || (got < 0 && errno != EINTR && errno != EAGAIN);
        return {part.data(), got > 0 ? static_cast<std::size_t>(got) : 0};
    }

private:
    void wait_for(short events)
    {
        interrupt::throw_if_requested();
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline_ - std::chrono::steady_clock::now());
        pollfd waiting{fd_.get(), events, 0};
        if (left.count() <= 0 || ::poll(&waiting, 1, static_cast<int>(left.count())) == 0) {
            throw Error(Code::failed, "qubesd did not finish its answer in time", "see `journalctl -u qubesd`");
        }
    }

    Fd fd_;
    Moment deadline_;
    bool closed_ = false;
};

Code code_of(std::string_view type)
{
    if (type == "QubesVMNotFoundError" || type == "QubesFeatureNotFoundError" || type == "QubesNoSuchPropertyError") {
        return Code::not_found;
    }
    if (type == "QubesVMNotRunningError" || type == "QubesVMNotHaltedError" || type == "QubesVMInUseError" ||
        type == "DeviceAlreadyAttached") {
        return Code::conflict;
    }
    return type == "QubesNotImplementedError" ? Code::unsupported : Code::failed;
}

std::string what_was_asked(const Request& request)
{
    return request.method + (request.argument.empty() ? "" : '+' + request.argument) + " of " + request.destination;
}

std::string data_of(Reply reply)
{
    if (const auto* exception = std::get_if<Exception>(&reply)) {
        throw error_of(*exception);
    }
    if (std::holds_alternative<Refused>(reply)) {
        throw Error(Code::failed, "qubesd refused, or broke off",
                    "see /etc/qubes/policy.d/30-qpkg.policy and `journalctl -u qubesd`");
    }
    return std::get<Done>(std::move(reply)).data;
}

} // namespace

Error error_of(const Exception& exception)
{
    return {code_of(exception.type), "qubesd says: " + text::escaped(exception.message, longest_words) + " (" +
                                         text::escaped(exception.type, longest_words) + ')'};
}

Reply Client::ask(const Request& request) const
{
    const auto bytes = encode_request(request);
    log::debug("qubesd <- " + text::escaped(bytes, largest_message));
    Conversation conversation(socket_, std::chrono::steady_clock::now() + patience_);
    conversation.send(bytes);
    const auto answer = conversation.receive();
    return with_context("the answer of qubesd", [&] { return parse_reply(answer); });
}

std::string Client::call(const Request& request) const
{
    return with_context(what_was_asked(request), [&] { return data_of(ask(request)); });
}

std::optional<std::string> Client::find(const Request& request, std::string_view absent_type) const
{
    return with_context(what_was_asked(request), [&]() -> std::optional<std::string> {
        auto reply = ask(request);
        const auto* exception = std::get_if<Exception>(&reply);
        if (exception != nullptr && exception->type == absent_type) {
            return std::nullopt;
        }
        return data_of(std::move(reply));
    });
}

bool Client::await(const Event& sign, const std::function<bool()>& there, std::chrono::milliseconds patience) const
{
    const auto deadline = std::chrono::steady_clock::now() + patience;
    const auto bytes = encode_request({"admin.Events", "", "dom0"});
    log::debug("qubesd <- " + text::escaped(bytes, largest_message));
    Conversation conversation(socket_, deadline);
    conversation.send(bytes);
    std::string stream;
    while (!there()) {
        const auto now = std::chrono::steady_clock::now();
        if (now >= deadline) {
            return false;
        }
        const auto next_look = std::min(now + between_looks, deadline);
        for (bool seen = false; !seen && std::chrono::steady_clock::now() < next_look;) {
            stream += conversation.receive_some(next_look);
            while (const auto event = take_event(stream)) {
                seen = seen || (event->subject == sign.subject && event->name == sign.name);
            }
        }
    }
    return true;
}

} // namespace qpkg::qubes

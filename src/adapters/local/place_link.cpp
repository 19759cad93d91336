// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/local/place_link.hpp"

#include "core/unix_sockets.hpp"

#include "qpkg/core/error.hpp"

namespace qpkg::local {
namespace {

using session::Kind;

constexpr std::size_t longest_text = 64 * 1024;
constexpr std::string_view greeting = "qpkg";

} // namespace

bool PlaceLink::greet()
{
    if (!send(Kind::hello, greeting)) {
        return false;
    }
    for (;;) {
        if (const auto message = next()) {
            return message->frame.kind == Kind::hello;
        }
        if (!read_more()) {
            return false;
        }
    }
}

bool PlaceLink::send(Kind kind, std::string_view payload, std::span<const int> fds)
{
    return unix_sockets::send(socket_, session::encode(kind, payload), fds);
}

void PlaceLink::send_words(std::string_view words)
{
    if (!words.empty()) {
        send(Kind::words, words);
    }
}

void PlaceLink::put(const std::filesystem::path& path, const Fd& mount)
{
    const int number = mount.get();
    send(Kind::mount, path.string(), std::span(&number, 1));
}

std::optional<PlaceLink::Message> PlaceLink::next()
{
    auto frame = reader_.next();
    if (!frame) {
        return std::nullopt;
    }
    Message message{*std::move(frame), {}};
    if (message.frame.kind == Kind::terminal && !files_.empty()) {
        message.file = std::move(files_.front());
        files_.erase(files_.begin());
    }
    return message;
}

bool PlaceLink::read_more()
{
    auto received = unix_sockets::receive(socket_);
    for (auto& file : received.fds) {
        files_.push_back(std::move(file));
    }
    reader_.add(received.bytes);
    return !received.bytes.empty();
}

PlaceLink::Answer PlaceLink::answer()
{
    Answer answer{0, {}, {}};
    for (;;) {
        while (const auto message = next()) {
            auto& text = message->frame.kind == Kind::output ? answer.notes : answer.errors;
            const bool is_text = message->frame.kind == Kind::output || message->frame.kind == Kind::errors;
            if (is_text && text.size() < longest_text) {
                text += message->frame.payload;
            }
            if (message->frame.kind == Kind::ended) {
                answer.status = session::parse_status(message->frame.payload);
                return answer;
            }
        }
        if (!read_more()) {
            throw Error(Code::failed, "the qube ended meanwhile");
        }
    }
}

} // namespace qpkg::local

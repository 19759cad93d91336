// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/libvirt/guest_session.hpp"

#include "core/terminal.hpp"

#include "qpkg/core/error.hpp"
#include "qpkg/core/files.hpp"
#include "qpkg/core/interrupt.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>

namespace qpkg::libvirt {
namespace {

namespace fs = std::filesystem;
using session::Kind;

constexpr int look_around = 500; // ms after which interrupts, deadlines and sizes are looked at
constexpr std::size_t largest_answer = 64 * 1024;
constexpr std::size_t most_going = session::largest_payload; // what is read of standard input while the agent waits
constexpr int status_of_broken_pipe = 128 + SIGPIPE;

std::string new_digits()
{
    auto digits = files::read("/proc/sys/kernel/random/uuid", 64);
    std::erase_if(digits, [](char c) { return c == '-' || c == '\n'; });
    return digits;
}

Fd connect_to(const fs::path& path)
{
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const auto text = path.string();
    if (text.empty() || text.size() >= sizeof address.sun_path) {
        throw Error(Code::failed, "the path of a channel is too long: " + text);
    }
    text.copy(address.sun_path, sizeof address.sun_path - 1);
    Fd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!fd || ::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
        throw system_error("connect to " + text, errno);
    }
    return fd;
}

void add(std::string& kept, const std::string& bytes)
{
    kept.append(bytes, 0, std::min(bytes.size(), largest_answer - std::min(kept.size(), largest_answer)));
}

/// What a qube writes to somebody's terminal without being in charge of it is text.
std::string harmless(std::string bytes)
{
    for (auto& c : bytes) {
        const auto value = static_cast<unsigned char>(c);
        if ((value < 0x20 && c != '\n' && c != '\t' && c != '\r') || value == 0x7f) {
            c = '_';
        }
    }
    return bytes;
}

/// False when nobody reads it.
bool show(int fd, const std::string& bytes, bool raw)
{
    try {
        files::write_all(fd, raw || ::isatty(fd) == 0 ? bytes : harmless(bytes));
        return true;
    } catch (const Error&) {
        return false;
    }
}

Error ended() { return {Code::failed, "the qube has ended"}; }

} // namespace

std::optional<session::TerminalSize> size_of_terminal(int fd)
{
    const auto size = program::terminal_size(fd);
    return size ? std::optional(session::TerminalSize{size->ws_row, size->ws_col}) : std::nullopt;
}

GuestSession::GuestSession(const Door& door, Deadline deadline)
{
    take_channel(door);
    greet(deadline);
}

void GuestSession::take_channel(const Door& door)
{
    for (std::size_t number = 0; number < door.channels.size(); ++number) {
        Fd lock = files::open(door.locks / ("channel-" + std::to_string(number)), O_RDWR | O_CREAT, 0600);
        if (::flock(lock.get(), LOCK_EX | LOCK_NB) == 0) {
            socket_ = connect_to(door.channels[number]);
            lock_ = std::move(lock);
            return;
        }
    }
    throw Error(Code::busy,
                door.qube.text() + " runs " + std::to_string(door.channels.size()) +
                    " programs for this host already, and can run no more",
                "wait until one has ended");
}

void GuestSession::greet(Deadline deadline)
{
    const auto digits = new_digits();
    going_ = session::encode_hello(digits);
    for (;;) {
        while (const auto frame = reader_.next()) {
            if (*frame == session::Frame{Kind::hello, digits}) {
                return;
            }
        }
        if (std::chrono::steady_clock::now() > deadline) {
            throw Error(Code::failed, "the agent does not answer",
                        "does `qpkg-agent serve` run in the qube? `virsh console` shows what it does");
        }
        exchange(look_around);
    }
}

void GuestSession::exchange(int milliseconds)
{
    interrupt::throw_if_requested();
    pollfd polled{socket_.get(), static_cast<short>(going_.empty() ? POLLIN : POLLIN | POLLOUT), 0};
    if (::poll(&polled, 1, milliseconds) <= 0) {
        return;
    }
    if ((polled.revents & POLLOUT) != 0) {
        const auto sent = ::send(socket_.get(), going_.data(), going_.size(), MSG_NOSIGNAL);
        going_.erase(0, sent > 0 ? static_cast<std::size_t>(sent) : 0);
    }
    if ((polled.revents & (POLLIN | POLLHUP | POLLERR)) != 0) {
        std::array<char, 16 * 1024> bytes{};
        const auto got = ::read(socket_.get(), bytes.data(), bytes.size());
        if (got > 0) {
            reader_.add({bytes.data(), static_cast<std::size_t>(got)});
        } else if (got == 0 || (errno != EAGAIN && errno != EINTR)) {
            throw ended();
        }
    }
}

void GuestSession::send_order(const session::Order& order)
{
    going_ += session::encode(Kind::words, session::encode_order(order)) + session::encode(Kind::run, "");
}

GuestSession::Answer GuestSession::ask(const session::Order& order, Deadline deadline)
{
    send_order(order);
    going_ += session::encode(Kind::input, "");
    Answer answer{};
    for (;;) {
        while (const auto frame = reader_.next()) {
            if (frame->kind == Kind::ended) {
                answer.status = session::parse_status(frame->payload);
                return answer;
            }
            if (frame->kind == Kind::output || frame->kind == Kind::errors) {
                add(frame->kind == Kind::output ? answer.output : answer.errors, frame->payload);
            }
        }
        if (std::chrono::steady_clock::now() > deadline) {
            throw Error(Code::failed, "the agent did not answer in time");
        }
        exchange(look_around);
    }
}

int GuestSession::pass(const session::Order& order)
{
    send_order(order);
    if (!order.terminal) {
        return pass_on(false);
    }
    const program::RawTerminal raw(STDIN_FILENO);
    return pass_on(true);
}

int GuestSession::pass_on(bool interactive)
{
    bool open = true;
    auto size = size_of_terminal(STDIN_FILENO);
    for (;;) {
        while (const auto frame = reader_.next()) {
            if (frame->kind == Kind::ended) {
                return session::parse_status(frame->payload);
            }
            const bool is_output = frame->kind == Kind::output;
            if ((is_output || frame->kind == Kind::errors) &&
                !show(is_output ? STDOUT_FILENO : STDERR_FILENO, frame->payload, interactive)) {
                return status_of_broken_pipe;
            }
        }
        if (interactive && size != size_of_terminal(STDIN_FILENO)) {
            size = size_of_terminal(STDIN_FILENO);
            going_ += session::encode(Kind::size, session::encode_size(size.value_or(session::TerminalSize{24, 80})));
        }
        pollfd polled[] = {{socket_.get(), static_cast<short>(going_.empty() ? POLLIN : POLLIN | POLLOUT), 0},
                           {open && going_.size() < most_going ? STDIN_FILENO : -1, POLLIN, 0}};
        interrupt::throw_if_requested();
        if (::poll(polled, 2, look_around) <= 0) {
            continue;
        }
        if (polled[1].revents != 0) {
            read_standard_input(open);
        }
        if (polled[0].revents != 0) {
            exchange(0);
        }
    }
}

void GuestSession::read_standard_input(bool& open)
{
    std::array<char, session::largest_payload> bytes{};
    const auto got = ::read(STDIN_FILENO, bytes.data(), bytes.size());
    if (got < 0 && errno == EINTR) {
        return;
    }
    open = got > 0;
    going_ += session::encode(Kind::input, {bytes.data(), static_cast<std::size_t>(std::max<ssize_t>(got, 0))});
}

} // namespace qpkg::libvirt

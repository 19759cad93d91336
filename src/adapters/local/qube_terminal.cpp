// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/local/qube_terminal.hpp"

#include "core/terminal.hpp"

#include "qpkg/core/error.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>

namespace qpkg::local {
namespace {

constexpr std::array standard_streams = {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO};

/// A message of one byte, with room for one descriptor.
struct DescriptorMessage {
    char byte = 0;
    iovec part{&byte, 1};
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
    msghdr header{};

    DescriptorMessage()
    {
        header.msg_iov = &part;
        header.msg_iovlen = 1;
        header.msg_control = control.data();
        header.msg_controllen = control.size();
    }
};

/// The qube's terminal starts as the caller's is. With keys kept, that one goes on making its own line ends.
void set_up(const program::PseudoTerminal& terminal, Keys keys)
{
    const auto* const callers = std::ranges::find_if(standard_streams, [](int fd) { return ::isatty(fd) != 0; });
    if (callers == standard_streams.end()) {
        return;
    }
    if (const auto size = program::terminal_size(*callers)) {
        program::set_terminal_size(terminal.ours, *size);
    }
    termios settings{};
    if (::tcgetattr(*callers, &settings) != 0) {
        return;
    }
    if (keys == Keys::kept) {
        settings.c_oflag &= ~static_cast<tcflag_t>(OPOST);
    }
    ::tcsetattr(terminal.theirs.get(), TCSANOW, &settings);
}

} // namespace

Handover::Handover()
{
    std::array<int, 2> ends{};
    if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()) != 0) {
        throw system_error("make a pair of sockets", errno);
    }
    sender_ = Fd(ends[0]);
    receiver_ = Fd(ends[1]);
}

void Handover::close()
{
    sender_ = Fd();
    receiver_ = Fd();
}

void Handover::send(const Fd& terminal) const
{
    DescriptorMessage message;
    auto* const carried = CMSG_FIRSTHDR(&message.header);
    carried->cmsg_level = SOL_SOCKET;
    carried->cmsg_type = SCM_RIGHTS;
    carried->cmsg_len = CMSG_LEN(sizeof(int));
    const int number = terminal.get();
    std::memcpy(CMSG_DATA(carried), &number, sizeof number);
    if (::sendmsg(sender_.get(), &message.header, MSG_NOSIGNAL) < 0) {
        throw system_error("hand over the qube's terminal", errno);
    }
}

Fd Handover::receive() const
{
    DescriptorMessage message;
    if (::recvmsg(receiver_.get(), &message.header, MSG_CMSG_CLOEXEC) <= 0) {
        return {};
    }
    const auto* const carried = CMSG_FIRSTHDR(&message.header);
    if (carried == nullptr || carried->cmsg_type != SCM_RIGHTS) {
        return {};
    }
    int number = -1;
    std::memcpy(&number, CMSG_DATA(carried), sizeof number);
    return Fd(number);
}

QubeStreams::QubeStreams(const ProgramStreams& streams, uid_t user, const Handover& handover)
    : streams_(streams), nothing_(::open("/dev/null", O_RDWR | O_CLOEXEC))
{
    if (!streams.has_terminal()) {
        return;
    }
    auto terminal = program::open_pseudo_terminal();
    set_up(terminal, streams.keys);
    if (::fchown(terminal.theirs.get(), user, static_cast<gid_t>(-1)) != 0) { // it may be opened by its name, too
        throw system_error("give the terminal to the qube's user", errno);
    }
    handover.send(terminal.ours);
    terminal_ = std::move(terminal.theirs);
}

void QubeStreams::take() const
{
    ::setsid();
    if (streams_.keys == Keys::passed_on) {
        ::ioctl(terminal_.get(), TIOCSCTTY, 0);
    }
    const std::array sources = {streams_.input, streams_.output, streams_.errors};
    for (const int fd : standard_streams) {
        const auto source = sources.at(static_cast<std::size_t>(fd));
        if (source != StreamSource::callers) {
            ::dup2(source == StreamSource::own_terminal ? terminal_.get() : nothing_.get(), fd);
        }
    }
}

void QubeStreams::let_go()
{
    terminal_ = Fd();
    for (const int fd : standard_streams) {
        if (::isatty(fd) != 0) {
            ::dup2(nothing_.get(), fd);
        }
    }
}

} // namespace qpkg::local

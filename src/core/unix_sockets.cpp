// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/unix_sockets.hpp"

#include "qpkg/core/error.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace qpkg::unix_sockets {
namespace {

constexpr std::size_t one_read = 16 * 1024;
constexpr int connections_waiting = 128;

/// A message of these bytes, with room for descriptors.
struct Message {
    iovec part;
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int) * most)> control{};
    msghdr header{};

    Message(void* bytes, std::size_t size) : part{bytes, size}
    {
        header.msg_iov = &part;
        header.msg_iovlen = 1;
    }

    void carry(std::span<const int> fds)
    {
        header.msg_control = control.data();
        header.msg_controllen = CMSG_SPACE(fds.size_bytes());
        auto* const carried = CMSG_FIRSTHDR(&header);
        carried->cmsg_level = SOL_SOCKET;
        carried->cmsg_type = SCM_RIGHTS;
        carried->cmsg_len = CMSG_LEN(fds.size_bytes());
        std::memcpy(CMSG_DATA(carried), fds.data(), fds.size_bytes());
    }
};

/// A socket's name may be 107 bytes long; that of an open directory's descriptor is short.
sockaddr_un address_in(const Fd& directory, const std::string& name)
{
    const auto path = directory ? "/proc/self/fd/" + std::to_string(directory.get()) + '/' + name : name;
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof address.sun_path) {
        throw Error(Code::unsupported, name + ": too long for a socket's name");
    }
    path.copy(std::begin(address.sun_path), path.size());
    return address;
}

const sockaddr* general(const sockaddr_un& address) { return reinterpret_cast<const sockaddr*>(&address); }

std::vector<Fd> carried_by(msghdr& header)
{
    std::vector<Fd> fds;
    for (auto* part = CMSG_FIRSTHDR(&header); part != nullptr; part = CMSG_NXTHDR(&header, part)) {
        if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_RIGHTS) {
            continue;
        }
        const auto count = (part->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        for (std::size_t i = 0; i < count; ++i) {
            int number = -1;
            std::memcpy(&number, CMSG_DATA(part) + i * sizeof(int), sizeof number);
            fds.emplace_back(number);
        }
    }
    return fds;
}

} // namespace

std::pair<Fd, Fd> make_connection()
{
    std::array<int, 2> ends{};
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) {
        throw system_error("make a pair of sockets", errno);
    }
    return {Fd(ends[0]), Fd(ends[1])};
}

Fd listen_in(const Fd& directory, const std::string& name)
{
    const auto address = address_in(directory, name);
    Fd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    ::unlinkat(directory.get(), name.c_str(), 0);
    if (!socket || ::bind(socket.get(), general(address), sizeof address) != 0 ||
        ::fchmodat(directory.get(), name.c_str(), 0600, 0) != 0 || ::listen(socket.get(), connections_waiting) != 0) {
        throw system_error("make the socket " + name, errno);
    }
    return socket;
}

Fd connect_in(const Fd& directory, const std::string& name)
{
    const auto address = address_in(directory, name);
    Fd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (!socket) {
        throw system_error("make a socket", errno);
    }
    return ::connect(socket.get(), general(address), sizeof address) == 0 ? std::move(socket) : Fd();
}

bool send(const Fd& socket, std::string_view bytes, std::span<const int> fds)
{
    if (fds.size() > most) {
        throw Error(Code::unsupported, std::to_string(fds.size()) + " open files do not fit one message");
    }
    while (!bytes.empty()) {
        Message message(const_cast<char*>(bytes.data()), bytes.size());
        if (!fds.empty()) {
            message.carry(fds);
        }
        const auto sent = ::sendmsg(socket.get(), &message.header, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR) {
            continue;
        }
        if (sent < 0) {
            return false;
        }
        fds = {};
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
}

Received receive(const Fd& socket)
{
    std::string bytes(one_read, '\0');
    for (;;) {
        Message message(bytes.data(), bytes.size());
        message.header.msg_control = message.control.data();
        message.header.msg_controllen = message.control.size();
        const auto got = ::recvmsg(socket.get(), &message.header, MSG_CMSG_CLOEXEC);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        bytes.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
        return {std::move(bytes), got >= 0 ? carried_by(message.header) : std::vector<Fd>{}};
    }
}

} // namespace qpkg::unix_sockets

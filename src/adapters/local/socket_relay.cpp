// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/local/socket_relay.hpp"

#include "adapters/local/display.hpp"
#include "adapters/local/independence.hpp"
#include "core/unix_sockets.hpp"

#include "qpkg/base/digest.hpp"
#include "qpkg/core/error.hpp"
#include "qpkg/core/fd.hpp"

#include <fcntl.h>
#include <grp.h>
#include <linux/close_range.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <string>
#include <vector>

namespace qpkg::local {
namespace {

namespace fs = std::filesystem;

constexpr int between_looks_at_place = 1000; ///< ms
constexpr std::size_t digits_of_name = 16;

void carry(const Fd& from, const Fd& to)
{
    for (;;) {
        const auto received = unix_sockets::receive(from);
        std::vector<int> numbers;
        for (const auto& fd : received.fds) {
            numbers.push_back(fd.get());
        }
        if (received.bytes.empty() || !unix_sockets::send(to, received.bytes, numbers)) {
            ::shutdown(to.get(), SHUT_WR);
            ::shutdown(from.get(), SHUT_RD);
            return;
        }
    }
}

/// A process for each direction: none waits for the other.
void serve_connection(const Fd& client, const std::string& name)
{
    const auto server = unix_sockets::connect_in(Fd(), name);
    if (!server) {
        return;
    }
    if (::fork() == 0) {
        carry(server, client);
        ::_exit(0);
    }
    carry(client, server);
}

/// As long as the place's folder is there.
void serve_all_connections(const Fd& listening, const std::string& name, const Fd& place)
{
    std::signal(SIGCHLD, SIG_IGN);
    while (::faccessat(place.get(), "lock", F_OK, 0) == 0) {
        pollfd polled{listening.get(), POLLIN, 0};
        if (::poll(&polled, 1, between_looks_at_place) <= 0) {
            continue;
        }
        const Fd client(::accept4(listening.get(), nullptr, nullptr, SOCK_CLOEXEC));
        if (client && ::fork() == 0) {
            serve_connection(client, name);
            ::_exit(0);
        }
    }
}

void become_owner(const struct stat& owned)
{
    if (::setgroups(1, &owned.st_gid) != 0 || ::setresgid(owned.st_gid, owned.st_gid, owned.st_gid) != 0 ||
        ::setresuid(owned.st_uid, owned.st_uid, owned.st_uid) != 0) {
        ::_exit(1);
    }
}

void move_to_standard_streams(const Fd& listening, const Fd& place)
{
    const int null = ::open("/dev/null", O_RDWR);
    const int one = ::fcntl(listening.get(), F_DUPFD, 10);
    const int two = ::fcntl(place.get(), F_DUPFD, 10);
    for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
        ::dup2(null, stream);
    }
    ::dup2(one, 3);
    ::dup2(two, 4);
    ::close_range(5, ~0U, 0);
}

/// Nobody's child, with nothing open but its socket and the folder that tells of the place's end.
void start_relay(const Fd& listening, const fs::path& socket, const struct stat& owned, const Fd& place)
{
    const pid_t between = ::fork();
    if (between < 0) {
        throw system_error("fork", errno);
    }
    if (between > 0) {
        ::waitpid(between, nullptr, 0);
        return;
    }
    ::setsid();
    if (::fork() != 0) {
        ::_exit(0);
    }
    ::prctl(PR_SET_NAME, "qpkg-display");
    move_to_standard_streams(listening, place);
    become_independent();
    // Its owner may be let into its folder, and not into those above.
    if (::chdir(socket.parent_path().c_str()) != 0) {
        ::_exit(1);
    }
    become_owner(owned);
    ::prctl(PR_SET_DUMPABLE, 0);
    try {
        serve_all_connections(Fd(3), socket.filename(), Fd(4));
    } catch (const std::exception&) {
        ::_exit(1);
    }
    ::_exit(0);
}

} // namespace

fs::path relayed_socket(const fs::path& socket, const fs::path& place)
{
    const auto name = "relay-" + sha256(socket.string()).hex().substr(0, digits_of_name);
    const auto path = place / name;
    const Fd directory(::open(place.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (unix_sockets::connect_in(directory, name)) {
        return path;
    }
    struct stat owned {};
    if (::stat(socket.c_str(), &owned) != 0) {
        throw system_error("look at " + socket.string(), errno);
    }
    const auto listening = unix_sockets::listen_in(directory, name);
    if (::chown(path.c_str(), qube_user, qube_user) != 0) {
        throw system_error("give " + path.string() + " to the qube's user", errno);
    }
    start_relay(listening, socket, owned, directory);
    return path;
}

} // namespace qpkg::local

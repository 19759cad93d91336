// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/session_bus.hpp"

#include "agent/small_files.hpp"
#include "core/unix_sockets.hpp"

#include "qpkg/core/error.hpp"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>

namespace qpkg::agent {
namespace {

constexpr const char* daemon_path = "usr/bin/dbus-daemon";
constexpr const char* configuration = "usr/share/dbus-1/session.conf";
constexpr std::size_t largest_surroundings = 64 * 1024;
constexpr int handed_over = 3; // sd_listen_fds(3)
constexpr std::array for_services = {"DISPLAY", "WAYLAND_DISPLAY", "XAUTHORITY", "LANG", "LC_ALL", "TZ"};

fs::path runtime_directory(const QubePaths& layout, const program::UserEntry& user)
{
    return layout.run.parent_path() / "user" / std::to_string(user.uid);
}

fs::path surroundings_file(const QubePaths& layout) { return layout.run / "surroundings"; }

Fd listen_at(const fs::path& folder, const program::UserEntry& user)
{
    const Fd directory(::open(folder.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    auto socket = unix_sockets::listen_in(Fd(), (folder / "bus").string()); // the daemon hands on the name it finds
    if (::fchownat(directory.get(), "bus", user.uid, user.gid, AT_SYMLINK_NOFOLLOW) != 0) {
        throw system_error("give the session bus's socket to " + user.name, errno);
    }
    return socket;
}

program::Environment surroundings(const QubePaths& layout)
{
    program::Environment environment;
    const auto file = surroundings_file(layout);
    const auto text = fs::exists(file) ? read_file(file, largest_surroundings) : "";
    for (std::size_t begin = 0; begin < text.size();) {
        const auto end = text.find('\0', begin);
        const auto line = text.substr(begin, end - begin);
        const auto sign = line.find('=');
        environment.emplace(line.substr(0, sign), line.substr(sign + 1));
        begin = end + 1;
    }
    return environment;
}

/// The daemon, with the socket as its one open file.
[[noreturn]] void become_daemon(program::Program daemon, int socket)
{
    ::dup2(socket, handed_over);
    daemon.environment["LISTEN_FDS"] = "1";
    daemon.environment["LISTEN_PID"] = std::to_string(::getpid());
    try {
        ::_exit(program::become_program(daemon, handed_over + 1));
    } catch (const std::exception&) {
        ::_exit(1);
    }
}

/// Whatever the daemon starts becomes a child of this process, even when its parent ends.
[[noreturn]] void keep_daemon(const program::Program& daemon, int socket)
{
    ::prctl(PR_SET_CHILD_SUBREAPER, 1);
    const pid_t child = ::fork();
    if (child == 0) {
        become_daemon(daemon, socket);
    }
    ::close_range(handed_over, ~0U, 0);
    while (::wait(nullptr) > 0 || errno == EINTR) {
    }
    ::_exit(0);
}

} // namespace

SessionBus::SessionBus(const QubePaths& layout, const std::string& qube) : layout_(layout)
{
    if (!fs::exists(layout.root / daemon_path) || !fs::exists(layout.root / configuration)) {
        return;
    }
    daemon_ = program::prepare_program(
        qube, "user",
        {"/usr/bin/dbus-daemon", "--session", "--nofork", "--nopidfile", "--nosyslog", "--address=systemd:"}, {});
    socket_ = listen_at(runtime_directory(layout, daemon_->user), daemon_->user);
}

void SessionBus::start()
{
    auto daemon = *daemon_;
    daemon.environment.merge(surroundings(layout_));
    daemon.environment["DBUS_SESSION_BUS_ADDRESS"] = bus_address(layout_, daemon.user).value_or("");
    process_ = ::fork();
    if (process_ == 0) {
        sigset_t none;
        ::sigemptyset(&none);
        ::sigprocmask(SIG_SETMASK, &none, nullptr);
        ::setsid();
        keep_daemon(daemon, socket_.get());
    }
    process_ = process_ < 0 ? 0 : process_;
}

std::optional<std::string> bus_address(const QubePaths& layout, const program::UserEntry& user)
{
    const auto socket = runtime_directory(layout, user) / "bus";
    return fs::is_socket(socket) ? std::optional("unix:path=" + socket.string()) : std::nullopt;
}

void remember_surroundings(const QubePaths& layout, const program::Environment& environment)
{
    std::string text;
    for (const auto* name : for_services) {
        if (const auto found = environment.find(name); found != environment.end()) {
            text.append(name).append("=").append(found->second) += '\0';
        }
    }
    write_file(surroundings_file(layout), text, 0600);
}

} // namespace qpkg::agent

// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/local/start_place.hpp"

#include "adapters/local/host_files.hpp"
#include "adapters/local/independence.hpp"
#include "core/unix_sockets.hpp"

#include "qpkg/core/error.hpp"
#include "qpkg/core/mounts.hpp"
#include "qpkg/core/pipe.hpp"

#include <fcntl.h>
#include <linux/close_range.h>
#include <poll.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <optional>
#include <set>

namespace qpkg::local {
namespace {

namespace fs = std::filesystem;

constexpr const char* agent_program = "/run/qpkg/libexec/qpkg-agent";
constexpr std::array agent_files = {3, 4}; ///< src/agent/init.hpp: where conversations come in, and the first of them

pid_t checked_fork()
{
    const pid_t child = ::fork();
    if (child < 0) {
        throw system_error("fork", errno);
    }
    return child;
}

/// What went wrong before the agent ran, sent to the process that starts the place.
void report(const Fd& to, const Error& error)
{
    const auto text = std::to_string(static_cast<int>(error.code())) + '\n' + error.what() + '\n' + error.hint();
    (void)!::write(to.get(), text.data(), text.size());
}

void throw_if_reported(const Fd& from)
{
    std::string text(4096, '\0');
    const auto length = ::read(from.get(), text.data(), text.size());
    if (length <= 0) {
        return;
    }
    text.resize(static_cast<std::size_t>(length));
    const auto first = text.find('\n');
    const auto last = text.rfind('\n');
    throw Error(static_cast<Code>(std::atoi(text.c_str())), text.substr(first + 1, last - first - 1),
                text.substr(last + 1));
}

/// The body of a child process: never returns, and nothing thrown leaves it.
template <class Step>
[[noreturn]] void in_child(const Fd& errors, Step&& step)
{
    try {
        step();
        ::_exit(0);
    } catch (const Error& error) {
        report(errors, error);
    } catch (const std::exception& error) {
        report(errors, Error(Code::failed, error.what()));
    }
    ::_exit(static_cast<int>(Code::failed));
}

/// Everything open is closed but these.
void keep_open(std::set<unsigned> kept)
{
    unsigned first = 0;
    for (const auto fd : kept) {
        if (fd > first) {
            ::close_range(first, fd - 1, 0);
        }
        first = fd + 1;
    }
    ::close_range(first, ~0U, 0);
}

void leave_standard_streams()
{
    const int nothing = ::open("/dev/null", O_RDWR);
    for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
        if (nothing != fd) {
            ::dup2(nothing, fd);
        }
    }
    if (nothing > STDERR_FILENO) {
        ::close(nothing);
    }
}

struct Start {
    const PlaceRoot& root;
    const NewPlace& place;
    fs::path final_path;
    const Fd& lock;
    Fd conversation; ///< the agent's end
    Pipe errors;
};

/// Ends with the keeper. `alive` tells of an end that came before the kernel was asked.
void end_with_keeper(const Fd& alive)
{
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    pollfd polled{alive.get(), POLLIN, 0};
    if (::poll(&polled, 1, 0) != 0) {
        ::_exit(1);
    }
}

/// The files that the agent gets, at their numbers; all others end with the exec.
void leave_agents_files(int listening, int conversation)
{
    const int one = ::fcntl(listening, F_DUPFD, agent_files.back() + 1);
    const int two = ::fcntl(conversation, F_DUPFD, agent_files.back() + 1);
    ::dup2(one, agent_files.front());
    ::dup2(two, agent_files.back());
    ::close_range(static_cast<unsigned>(agent_files.back()) + 1, ~0U, CLOSE_RANGE_CLOEXEC);
}

/// Nothing of this process is left when the agent runs, and until then nobody else is in the namespaces.
void become_first_process(Start& start)
{
    if (::unshare(CLONE_NEWNS | CLONE_NEWIPC | CLONE_NEWUTS) != 0) {
        throw system_error("make namespaces", errno);
    }
    mounts::make_private("/");
    enter_place_root(start.root);
    ::setsid();
    // The pipe may have one of the agent's numbers.
    start.errors.write = Fd(::fcntl(start.errors.write.get(), F_DUPFD_CLOEXEC, agent_files.back() + 1));
    leave_agents_files(start.place.listening(), start.conversation.get());
    const std::array<const char*, 3> words = {"qpkg-agent", "init", nullptr};
    const std::array<const char*, 2> environment = {"PATH=/usr/sbin:/usr/bin:/sbin:/bin", nullptr};
    ::execve(agent_program, const_cast<char* const*>(words.data()), const_cast<char* const*>(environment.data()));
    throw system_error("run the agent", errno);
}

/// The place has the name that it was made with, or its final one.
void remove_folder(const Start& start)
{
    struct stat ours {};
    ::fstat(start.place.lock(), &ours);
    for (const auto& path : {start.final_path, start.place.path()}) {
        struct stat there {};
        if (::stat((path / "lock").c_str(), &there) == 0 && there.st_ino == ours.st_ino &&
            there.st_dev == ours.st_dev) {
            remove_place(path);
        }
    }
}

void wait_for_end(pid_t first, HostFiles& files)
{
    const Fd process(static_cast<int>(::syscall(SYS_pidfd_open, first, 0)));
    for (;;) {
        std::array<pollfd, 2> polled{{{process.get(), POLLIN, 0}, {files.changes(), POLLIN, 0}}};
        const int told = ::poll(polled.data(), polled.size(), files.look_after());
        if (polled[0].revents != 0 || (told < 0 && errno != EINTR)) {
            return;
        }
        try {
            files.follow();
        } catch (const Error&) {
            continue; // a full disk: the next change is tried again
        }
    }
}

void be_keeper(Start& start)
{
    ::prctl(PR_SET_NAME, "qpkg-place");
    keep_open({static_cast<unsigned>(start.place.lock()), static_cast<unsigned>(start.place.listening()),
               static_cast<unsigned>(start.lock.get()), static_cast<unsigned>(start.conversation.get()),
               static_cast<unsigned>(start.errors.write.get())});
    leave_standard_streams();
    become_independent();
    PlaceGroup group;
    HostFiles files(start.root.host_files);
    if (::unshare(CLONE_NEWPID) != 0) {
        throw Error(Code::failed, system_error("make namespaces", errno).what(),
                    errno == EPERM ? "the local backend needs root" : "");
    }
    Pipe alive;
    const pid_t first = checked_fork();
    if (first == 0) {
        alive.write = Fd();
        in_child(start.errors.write, [&] {
            end_with_keeper(alive.read);
            become_first_process(start);
        });
    }
    start.errors.write = Fd();
    start.conversation = Fd();
    ::close(start.place.listening());
    wait_for_end(first, files);
    ::close(start.lock.get()); // who waits for the folder to go may remove the qube then
    remove_folder(start);      // while it is locked: nobody takes a number of a process for another's
    ::waitpid(first, nullptr, 0);
    group.remove();
}

} // namespace

Fd start_place(const PlaceRoot& root, const NewPlace& place, const fs::path& final_path, const Fd& lock)
{
    auto [ours, theirs] = unix_sockets::make_connection();
    Start start{root, place, final_path, lock, std::move(theirs), {}};
    const pid_t between = checked_fork(); // so that the keeper is nobody's child here
    if (between == 0) {
        in_child(start.errors.write, [&] {
            ::setsid();
            if (checked_fork() == 0) {
                in_child(start.errors.write, [&] { be_keeper(start); });
            }
        });
    }
    ::waitpid(between, nullptr, 0);
    start.errors.write = Fd();
    start.conversation = Fd();
    throw_if_reported(start.errors.read);
    return std::move(ours);
}

} // namespace qpkg::local

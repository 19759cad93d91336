// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/first_program.hpp"

#include "agent/enter.hpp"
#include "agent/lasting_place.hpp"

#include "qpkg/core/error.hpp"
#include "qpkg/core/mounts.hpp"
#include "qpkg/core/pipe.hpp"
#include "qpkg/core/text.hpp"

#include <fcntl.h>
#include <grp.h>
#include <linux/close_range.h>
#include <poll.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>

namespace qpkg::agent {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t most_said = 600; ///< characters of the end of what it printed
constexpr int could_not_begin = 126;

/// Is told with what the program itself says.
[[noreturn]] void give_up(const std::string& what)
{
    const auto line = what + '\n';
    (void)!::write(STDERR_FILENO, line.data(), line.size());
    ::_exit(could_not_begin);
}

int status_of(pid_t child)
{
    int status = 0;
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/// Empty in its place: the homes, what the qube keeps, other programs' temporary files.
void hide_what_is_not_its_own(const QubePaths& layout)
{
    for (const auto& place : {fs::path("/home"), fs::path("/root"), lasting_place(layout), layout.run / "private"}) {
        if (fs::is_directory(fs::symlink_status(place))) {
            mounts::mount_tmpfs(place);
        }
    }
    for (const auto* place : {"/tmp", "/var/tmp", "/dev/shm"}) {
        if (fs::is_directory(fs::symlink_status(place))) {
            mounts::mount_tmpfs(place, "mode=1777");
        }
    }
}

[[noreturn]] void become_first_program(const std::vector<std::string>& words, const StateOwner& owner)
{
    if (::setgroups(0, nullptr) != 0 || ::setresgid(owner.gid, owner.gid, owner.gid) != 0 ||
        ::setresuid(owner.uid, owner.uid, owner.uid) != 0 || ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
        give_up("become " + owner.name + ": " + std::strerror(errno));
    }
    std::array<std::string, 5> environment{"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LANG=C.UTF-8", "HOME=" + owner.home,
                                           "USER=" + owner.name, "LOGNAME=" + owner.name};
    std::vector<char*> variables;
    for (auto& one : environment) {
        variables.push_back(one.data());
    }
    variables.push_back(nullptr);
    auto arguments = words;
    std::vector<char*> pointers;
    for (auto& word : arguments) {
        pointers.push_back(word.data());
    }
    pointers.push_back(nullptr);
    ::setsid();
    ::execve(pointers[0], pointers.data(), variables.data());
    give_up("run " + words.front() + ": " + std::strerror(errno));
}

/// The first process of its pid namespace: with it the kernel ends all others.
[[noreturn]] void be_first_of_all(const std::vector<std::string>& words, const StateOwner& owner)
{
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    mounts::mount_proc("/proc");
    const pid_t program = ::fork();
    if (program == 0) {
        become_first_program(words, owner);
    }
    int status = 0;
    for (pid_t ended = 0; ended != program;) {
        ended = ::waitpid(-1, &status, 0);
        if (ended < 0 && errno != EINTR) {
            ::_exit(could_not_begin);
        }
    }
    ::_exit(WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
}

/// The body of the child process.
[[noreturn]] void leave_the_qube(const QubePaths& layout, const AppId& app, const std::vector<std::string>& words,
                                 const StateOwner& owner, const Fd& output)
{
    try {
        const Fd nothing(::open("/dev/null", O_RDONLY | O_CLOEXEC));
        ::dup2(nothing.get(), STDIN_FILENO);
        ::dup2(output.get(), STDOUT_FILENO);
        ::dup2(output.get(), STDERR_FILENO);
        ::close_range(STDERR_FILENO + 1, ~0U, CLOSE_RANGE_CLOEXEC);
        sigset_t none;
        ::sigemptyset(&none);
        ::sigprocmask(SIG_SETMASK, &none, nullptr);
        for (int number = 1; number <= SIGRTMAX; ++number) {
            std::signal(number, SIG_DFL);
        }
        enter_view(layout, app);
        if (::unshare(CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWPID) != 0) {
            throw system_error("make namespaces", errno);
        }
        hide_what_is_not_its_own(layout);
        (void)!::chdir("/");
        const pid_t first = ::fork();
        if (first == 0) {
            be_first_of_all(words, owner);
        }
        ::_exit(first < 0 ? could_not_begin : status_of(first));
    } catch (const std::exception& error) {
        give_up(error.what());
    }
}

/// Whether everybody who could say something ended before the deadline.
bool listen_until(Clock::time_point deadline, const Fd& output, std::string& said)
{
    std::array<char, 4096> buffer{};
    for (;;) {
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now()).count();
        pollfd polled{output.get(), POLLIN, 0};
        if (left <= 0) {
            return false;
        }
        if (::poll(&polled, 1, static_cast<int>(left)) <= 0) {
            continue;
        }
        const auto got = ::read(output.get(), buffer.data(), buffer.size());
        if (got == 0 || (got < 0 && errno != EINTR && errno != EAGAIN)) {
            return true;
        }
        said.append(buffer.data(), static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
        said.erase(0, said.size() - std::min(said.size(), most_said));
    }
}

std::string on_one_line(std::string said)
{
    const auto trimmed = text::trimmed(said, " \t\r\n");
    std::string line;
    for (const char c : trimmed) {
        line += c == '\n' ? std::string(" | ") : std::string(1, c);
    }
    return text::escaped(line, 2 * most_said);
}

} // namespace

void run_first_program(const QubePaths& layout, const AppId& app, const std::vector<std::string>& words,
                       const StateOwner& owner, Clock::time_point deadline)
{
    Pipe output;
    const pid_t child = ::fork();
    if (child < 0) {
        throw system_error("fork", errno);
    }
    if (child == 0) {
        leave_the_qube(layout, app, words, owner, output.write);
    }
    output.write = Fd();
    std::string said;
    const bool ended = listen_until(deadline, output.read, said);
    if (!ended) {
        ::kill(child, SIGKILL); // its child ends with it, and with that the whole namespace
    }
    const auto status = status_of(child);
    if (ended && status == 0) {
        return;
    }
    const auto last = on_one_line(std::move(said));
    throw Error(Code::failed, words.front() + (ended ? " ended with " + std::to_string(status) : " took too long") +
                                  (last.empty() ? "" : ": " + last));
}

} // namespace qpkg::agent

// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/local/supervise.hpp"

#include "qpkg/base/error.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

namespace qpkg::local {

Supervisor::Supervisor()
{
    ::sigemptyset(&watched_);
    for (const int number : {SIGCHLD, SIGINT, SIGTERM, SIGHUP, SIGQUIT}) {
        ::sigaddset(&watched_, number);
    }
    ::sigprocmask(SIG_BLOCK, &watched_, &before_);
}

Supervisor::~Supervisor() { ::sigprocmask(SIG_SETMASK, &before_, nullptr); }

int Supervisor::wait_for(pid_t child) { return wait(child, child); }

int Supervisor::wait_for_first_of_all(pid_t child) { return wait(child, -1); }

int Supervisor::wait(pid_t child, pid_t whom)
{
    for (;;) {
        int status = 0;
        const pid_t ended = ::waitpid(whom, &status, WNOHANG);
        if (ended == child) {
            return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
        }
        if (ended < 0 && errno != EINTR) {
            throw system_error("wait for a program", errno);
        }
        if (ended == 0) {
            pass_on(child);
        }
    }
}

void Supervisor::pass_on(pid_t child) const
{
    siginfo_t info{};
    const int number = ::sigwaitinfo(&watched_, &info);
    if (number > 0 && number != SIGCHLD && info.si_code != SI_KERNEL) {
        ::kill(child, number);
    }
}

void Supervisor::give_back_signals() const
{
    for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE}) {
        std::signal(number, SIG_DFL);
    }
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

int Supervisor::signal_so_far() const
{
    sigset_t pending;
    ::sigpending(&pending);
    for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGQUIT}) {
        if (::sigismember(&pending, number) == 1) {
            return number;
        }
    }
    return 0;
}

TerminalKeeper::TerminalKeeper()
{
    for (const int fd : {STDIN_FILENO, STDERR_FILENO, STDOUT_FILENO}) {
        const pid_t foreground = ::tcgetpgrp(fd);
        if (foreground > 0 && foreground == ::getpgrp()) {
            terminal_ = fd;
            foreground_ = foreground;
            return;
        }
    }
}

TerminalKeeper::~TerminalKeeper()
{
    if (terminal_ < 0 || ::tcgetpgrp(terminal_) == foreground_) {
        return;
    }
    // To the terminal we are in the background now, where taking it back would stop us.
    sigset_t stop;
    sigset_t before;
    ::sigemptyset(&stop);
    ::sigaddset(&stop, SIGTTOU);
    ::sigprocmask(SIG_BLOCK, &stop, &before);
    ::tcsetpgrp(terminal_, foreground_);
    ::sigprocmask(SIG_SETMASK, &before, nullptr);
}

} // namespace qpkg::local

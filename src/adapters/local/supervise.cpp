// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/local/supervise.hpp"

#include "qpkg/core/error.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <ctime>

namespace qpkg::local {
namespace {

constexpr std::array ending_signals = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2};

/// What a supervisor tells the next one with each signal.
enum Reach : int { program_alone = 0, whole_job = 1 };

Reach reach_of(const siginfo_t& signal)
{
    const bool of_a_key = signal.si_code == SI_KERNEL;
    const bool was_told = signal.si_code == SI_QUEUE && signal.si_value.sival_int == whole_job;
    return of_a_key || was_told ? whole_job : program_alone;
}

/// A job of a session without a parent there is not stopped by what a terminal sends; SIGSTOP stops each.
int signal_for_program(int number) { return number == SIGTSTP ? SIGSTOP : number; }

void send_to_program(const siginfo_t& signal, pid_t child)
{
    const int number = signal_for_program(signal.si_signo);
    const bool to_job = reach_of(signal) == whole_job || number == SIGSTOP || number == SIGCONT;
    if (!to_job || ::kill(-child, number) != 0) { // it may not have made its session yet
        ::kill(child, number);
    }
}

} // namespace

Supervisor::Supervisor()
{
    ::sigemptyset(&watched_);
    for (const int number : ending_signals) {
        ::sigaddset(&watched_, number);
    }
    for (const int number : {SIGCHLD, SIGTSTP, SIGCONT, SIGWINCH}) {
        ::sigaddset(&watched_, number);
    }
    ::sigprocmask(SIG_BLOCK, &watched_, &before_);
}

Supervisor::~Supervisor() { ::sigprocmask(SIG_SETMASK, &before_, nullptr); }

int Supervisor::wait_for(pid_t child)
{
    for (;;) {
        if (const auto status = status_of(child)) {
            return *status;
        }
        siginfo_t signal{};
        if (::sigwaitinfo(&watched_, &signal) > 0) {
            pass_on(signal, child);
        }
    }
}

int Supervisor::wait_for_first_of_all(pid_t child)
{
    for (;;) {
        if (const auto status = collect(child, -1)) {
            return *status;
        }
        siginfo_t signal{};
        const int number = ::sigwaitinfo(&watched_, &signal);
        if (number > 0 && number != SIGCHLD && number != SIGWINCH) {
            send_to_program(signal, child);
        }
    }
}

std::optional<int> Supervisor::status_of(pid_t child) { return collect(child, child); }

std::optional<int> Supervisor::collect(pid_t child, pid_t whom)
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
            return std::nullopt;
        }
    }
}

std::optional<siginfo_t> Supervisor::next_signal() const
{
    siginfo_t signal{};
    const timespec at_once{};
    return ::sigtimedwait(&watched_, &signal, &at_once) > 0 ? std::optional(signal) : std::nullopt;
}

void Supervisor::pass_on(const siginfo_t& signal, pid_t child) const
{
    const int number = signal.si_signo;
    if (number == SIGCHLD || number == SIGWINCH) {
        return;
    }
    sigval told{};
    told.sival_int = reach_of(signal);
    ::sigqueue(child, number, told);
    if (number == SIGTSTP) {
        ::raise(SIGSTOP); // a shell that waits for us sees its job stopped; SIGCONT comes here, too
    }
}

void Supervisor::give_back_signals() const
{
    for (const int number : ending_signals) {
        std::signal(number, SIG_DFL);
    }
    for (const int number : {SIGPIPE, SIGXFSZ}) {
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
    for (const int number : ending_signals) {
        if (::sigismember(&pending, number) == 1) {
            return number;
        }
    }
    return 0;
}

} // namespace qpkg::local

// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/local/callers_signals.hpp"

#include "qpkg/core/error.hpp"

#include <sys/signalfd.h>

#include <array>
#include <cerrno>
#include <ctime>

namespace qpkg::local {
namespace {

constexpr std::array passed_signals = {SIGINT,  SIGTERM, SIGHUP,  SIGQUIT,  SIGUSR1,
                                       SIGUSR2, SIGTSTP, SIGCONT, SIGWINCH, SIGALRM};

} // namespace

CallersSignals::CallersSignals()
{
    ::sigemptyset(&watched_);
    for (const int number : passed_signals) {
        ::sigaddset(&watched_, number);
    }
    for (int number = SIGRTMIN; number <= SIGRTMAX; ++number) {
        ::sigaddset(&watched_, number);
    }
    ::sigprocmask(SIG_BLOCK, &watched_, &before_);
    fd_ = Fd(::signalfd(-1, &watched_, SFD_CLOEXEC | SFD_NONBLOCK));
    if (!fd_) {
        throw system_error("watch for signals", errno);
    }
}

CallersSignals::~CallersSignals() { ::sigprocmask(SIG_SETMASK, &before_, nullptr); }

std::optional<session::Signal> CallersSignals::next() const
{
    siginfo_t signal{};
    const timespec at_once{};
    if (::sigtimedwait(&watched_, &signal, &at_once) <= 0) {
        return std::nullopt;
    }
    return session::Signal{signal.si_signo,
                           signal.si_code == SI_KERNEL ? session::Reach::whole_job : session::Reach::program_alone};
}

} // namespace qpkg::local

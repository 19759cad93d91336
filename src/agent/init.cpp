// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/init.hpp"

#include "agent/place_session.hpp"
#include "agent/processes.hpp"
#include "agent/session_bus.hpp"

#include "qpkg/core/error.hpp"

#include <poll.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>
#include <map>
#include <optional>
#include <vector>

namespace qpkg::agent {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds patience_with_the_end{5}; ///< from SIGTERM to the end of everything
constexpr int look_around = 200;                         ///< ms, while everything is to end

std::string host_name()
{
    std::array<char, 256> name{};
    return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "qube";
}

class FirstProcess {
public:
    FirstProcess() : qube_(host_name()), bus_(layout_, qube_), socket_(listening_file)
    {
        for (const int number : {SIGCHLD, SIGTERM, SIGUSR1}) {
            ::sigaddset(&watched_, number);
        }
        ::sigprocmask(SIG_BLOCK, &watched_, nullptr);
        signals_ = Fd(::signalfd(-1, &watched_, SFD_CLOEXEC | SFD_NONBLOCK));
        if (!signals_) {
            throw system_error("watch for signals", errno);
        }
        for (const int number : {SIGPIPE, SIGHUP, SIGTTOU}) {
            std::signal(number, SIG_IGN);
        }
    }

    void run()
    {
        converse(Fd(first_conversation));
        while (is_wanted()) {
            wait_for_something();
        }
    }

private:
    bool is_wanted() const
    {
        if (!ending_ && stays_) {
            return true;
        }
        return others_run(running_processes(), bus_.process()) && (!ending_ || Clock::now() < *ending_);
    }

    void wait_for_something()
    {
        over_.clear(); // the place goes on: their hosts may know
        std::array<pollfd, 3> polled{
            {{signals_.get(), POLLIN, 0}, {ending_ ? -1 : socket_.get(), POLLIN, 0}, {bus_.wanted(), POLLIN, 0}}};
        if (::poll(polled.data(), polled.size(), ending_ ? look_around : -1) <= 0) {
            return;
        }
        if (polled[0].revents != 0) {
            take_signals();
        }
        if (polled[1].revents != 0) {
            converse(Fd(::accept4(socket_.get(), nullptr, nullptr, SOCK_CLOEXEC)));
        }
        if (polled[2].revents != 0) {
            bus_.start();
        }
    }

    void take_signals()
    {
        signalfd_siginfo signal{};
        while (::read(signals_.get(), &signal, sizeof signal) == sizeof signal) {
            if (signal.ssi_signo == SIGUSR1) {
                stays_ = true;
            } else if (signal.ssi_signo == SIGTERM && !ending_) {
                end_everything();
            }
        }
        for (pid_t ended = 0; (ended = ::waitpid(-1, nullptr, WNOHANG)) > 0;) {
            if (ended == bus_.process()) {
                bus_.forget();
            }
            if (auto conversation = conversations_.extract(ended)) {
                over_.push_back(std::move(conversation.mapped()));
            }
        }
    }

    void end_everything()
    {
        ending_ = Clock::now() + patience_with_the_end;
        for (const int number : {SIGTERM, SIGHUP, SIGCONT}) { // shells do not mind the first
            ::kill(-1, number);
        }
    }

    /// A process for each conversation. It reports its program's end also while everything ends.
    void converse(Fd host)
    {
        const pid_t child = host ? ::fork() : -1;
        if (child == 0) {
            be_conversation(std::move(host));
        } else if (child > 0) {
            conversations_.emplace(child, std::move(host));
        }
    }

    [[noreturn]] void be_conversation(Fd host)
    {
        ::setsid();
        conversations_.clear();
        over_.clear();
        std::signal(SIGTERM, SIG_IGN);
        ::sigprocmask(SIG_UNBLOCK, &watched_, nullptr);
        socket_ = Fd();
        signals_ = Fd();
        bus_.close();
        try {
            PlaceSession(layout_, qube_, std::move(host)).run();
        } catch (const std::exception&) {
            ::_exit(1);
        }
        ::_exit(0);
    }

    QubePaths layout_;
    std::string qube_;
    SessionBus bus_;
    Fd socket_;
    Fd signals_;
    sigset_t watched_{};
    /// The host's ends close when the process of a conversation is counted, or with the place: so a host that waited
    /// for that knows which of the two it is.
    std::map<pid_t, Fd> conversations_;
    std::vector<Fd> over_;
    bool stays_ = false;
    std::optional<Clock::time_point> ending_;
};

} // namespace

void be_first_process()
{
    ::prctl(PR_SET_DUMPABLE, 0); // nobody in the place looks into it or its open files
    FirstProcess().run();
    ::_exit(0);
}

} // namespace qpkg::agent

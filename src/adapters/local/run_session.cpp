// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/local/run_session.hpp"

#include "adapters/local/qube_terminal.hpp"
#include "adapters/local/supervise.hpp"
#include "adapters/local/terminal_relay.hpp"
#include "core/program.hpp"

#include "qpkg/core/error.hpp"
#include "qpkg/core/fd.hpp"
#include "qpkg/core/mounts.hpp"
#include "qpkg/core/pipe.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>

namespace qpkg::local {
namespace {

constexpr const char* agent_program = "/run/qpkg/libexec/qpkg-agent";

pid_t checked_fork()
{
    const pid_t child = ::fork();
    if (child < 0) {
        throw system_error("fork", errno);
    }
    return child;
}

/// This process ends when its parent does. The parent holds the other end of `alive`: that tells of an earlier end too,
/// where a parent outside the pid namespace has no number to ask for.
void end_with_parent(const Fd& alive)
{
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    pollfd polled{alive.get(), POLLIN, 0};
    if (::poll(&polled, 1, 0) != 0) {
        ::_exit(1);
    }
}

/// What went wrong before the program ran, sent to the process that was asked to run it.
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
        ::_exit(step());
    } catch (const Error& error) {
        report(errors, error);
    } catch (const std::exception& error) {
        report(errors, Error(Code::failed, error.what()));
    }
    ::_exit(static_cast<int>(Code::failed));
}

/// What the agent left out it said itself.
void check_agent(int status, const std::string& qube)
{
    if (status != 0 && status != static_cast<int>(Code::partly)) {
        throw Error(Code::failed,
                    "compose the apps of " + qube + ": the agent ended with status " + std::to_string(status));
    }
}

/// What passes from the caller's process to those of the session.
struct Start {
    const SessionRoot& root;
    const RunRequest& request;
    ProgramStreams streams;
    Supervisor& supervisor;
    Handover& handover;
};

/// The first process of the qube: makes the root, lets the agent compose the views, runs the program and outlives it by
/// nothing; with it the kernel ends all others.
int be_first_process(const Start& start, Pipe& errors)
{
    const auto& [root, request, planned, supervisor, handover] = start;
    enter_session_root(root);
    const pid_t agent = checked_fork();
    if (agent == 0) {
        in_child(errors.write, [&] {
            ::setsid();
            supervisor.give_back_signals();
            return program::become_agent(agent_program, "refresh");
        });
    }
    check_agent(supervisor.wait_for_first_of_all(agent), root.hostname);
    const auto program = program::prepare_program(root.hostname, request.user == RunAs::root ? "root" : "user",
                                                  request.argv, program::callers_environment());
    if (const int signal = supervisor.signal_so_far(); signal != 0) {
        return 128 + signal;
    }
    QubeStreams streams(planned, program.user.uid, handover);
    const pid_t child = checked_fork();
    if (child == 0) {
        in_child(errors.write, [&] {
            streams.take();
            supervisor.give_back_signals();
            return program::become_program(program);
        });
    }
    errors.write = Fd(); // from here on what is said is the program's
    streams.let_go();
    return supervisor.wait_for_first_of_all(child);
}

/// Stands between the caller and the qube's first process: only a child of the process that made a pid namespace is in
/// it. From here on nobody has the caller's terminal as a controlling terminal.
int be_go_between(const Start& start, Pipe& errors)
{
    ::setsid();
    if (::unshare(CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWIPC | CLONE_NEWUTS) != 0) {
        const auto hint = errno == EPERM ? "the local backend needs root" : "";
        throw Error(Code::failed, std::string(system_error("make namespaces", errno).what()), hint);
    }
    mounts::make_private("/");
    Pipe alive;
    const pid_t first = checked_fork();
    if (first == 0) {
        alive.write = Fd();
        in_child(errors.write, [&] {
            end_with_parent(alive.read);
            return be_first_process(start, errors);
        });
    }
    errors.write = Fd();
    start.handover.close();
    return start.supervisor.wait_for(first);
}

} // namespace

int run_session(const SessionRoot& root, const RunRequest& request)
{
    Supervisor supervisor;
    Handover handover;
    const Start start{root, request, plan_streams(callers_streams()), supervisor, handover};
    Pipe errors;
    Pipe alive;
    const pid_t child = checked_fork();
    if (child == 0) {
        alive.write = Fd();
        in_child(errors.write, [&] {
            end_with_parent(alive.read);
            handover.keep_sender();
            return be_go_between(start, errors);
        });
    }
    errors.write = Fd();
    handover.keep_receiver();
    const int status = start.streams.has_terminal() ? TerminalRelay(start.streams, handover, supervisor).wait_for(child)
                                                    : supervisor.wait_for(child);
    throw_if_reported(errors.read);
    return status;
}

} // namespace qpkg::local

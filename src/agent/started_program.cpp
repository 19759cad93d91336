// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/started_program.hpp"

#include "core/program.hpp"
#include "core/terminal.hpp"

#include "qpkg/core/error.hpp"
#include "qpkg/core/pipe.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>

namespace qpkg::agent {
namespace {

using session::Order;
using session::Who;

constexpr int patience_with_programs = 2000; // ms from SIGHUP to SIGKILL
constexpr char end_of_transmission = 4;      // Ctrl-D, where a terminal has no other end of input

Fd duplicate(const Fd& fd) { return Fd(::fcntl(fd.get(), F_DUPFD_CLOEXEC, 3)); }

void set_size(const Fd& terminal, const session::TerminalSize& size)
{
    program::set_terminal_size(terminal, {size.rows, size.columns, 0, 0});
}

/// The program's side of its standard streams.
struct Streams {
    Fd input;
    Fd output;
    Fd errors;
};

Fd open_terminal(Streams& theirs, const session::TerminalSize& size)
{
    auto terminal = program::open_pseudo_terminal();
    set_size(terminal.ours, size);
    theirs.input = std::move(terminal.theirs);
    theirs.output = duplicate(theirs.input);
    theirs.errors = duplicate(theirs.input);
    if (!theirs.errors) {
        throw system_error("open a terminal", errno);
    }
    return std::move(terminal.ours);
}

/// The body of the child process.
int become(const Order& order, const program::Program& program, const Streams& streams)
{
    ::setsid();
    if (order.terminal) {
        ::ioctl(streams.input.get(), TIOCSCTTY, 0);
    }
    ::dup2(streams.input.get(), STDIN_FILENO);
    ::dup2(streams.output.get(), STDOUT_FILENO);
    ::dup2(streams.errors.get(), STDERR_FILENO);
    std::signal(SIGPIPE, SIG_DFL);
    try {
        return order.who == Who::agent ? program::become_agent("/proc/self/exe", order.argv[0].c_str())
                                       : program::become_program(program);
    } catch (const std::exception& error) {
        ::dprintf(STDERR_FILENO, "qpkg-agent: %s\n", error.what());
        return 126;
    }
}

std::string hostname()
{
    std::array<char, 256> name{};
    return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "qube";
}

/// Nothing that the agent itself needs.
program::Program prepared(const Order& order)
{
    if (order.who == Who::agent) {
        if (order.argv.size() != 1) {
            throw Error(Code::usage, "the agent takes one word");
        }
        return {{}, order.argv, {"root", 0, 0, {}, "/", "/bin/sh"}, {}};
    }
    return program::prepare_program(hostname(), order.who == Who::root ? "root" : "user", order.argv,
                                    order.environment);
}

void do_not_block(const Fd& fd)
{
    if (fd) {
        ::fcntl(fd.get(), F_SETFL, ::fcntl(fd.get(), F_GETFL) | O_NONBLOCK);
    }
}

} // namespace

StartedProgram::StartedProgram(const Order& order) : terminal_(order.terminal.has_value())
{
    const auto program = prepared(order);
    Streams theirs;
    if (order.terminal) {
        output_ = open_terminal(theirs, *order.terminal);
        input_ = duplicate(output_);
    } else {
        Pipe input;
        Pipe output;
        Pipe errors;
        theirs = {std::move(input.read), std::move(output.write), std::move(errors.write)};
        input_ = std::move(input.write);
        output_ = std::move(output.read);
        errors_ = std::move(errors.read);
    }
    pid_ = ::fork();
    if (pid_ < 0) {
        throw system_error("fork", errno);
    }
    if (pid_ == 0) {
        ::_exit(become(order, program, theirs));
    }
    process_ = Fd(static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0)));
    do_not_block(input_);
    do_not_block(output_);
    do_not_block(errors_);
}

StartedProgram::~StartedProgram() { end(); }

void StartedProgram::end()
{
    if (pid_ <= 0) {
        return;
    }
    input_ = Fd();
    output_ = Fd();
    ::kill(-pid_, SIGHUP);
    ::kill(-pid_, SIGCONT);
    pollfd ended{process_.get(), POLLIN, 0};
    ::poll(&ended, 1, patience_with_programs);
    ::kill(-pid_, SIGKILL);
    ::kill(pid_, SIGKILL); // it may not have made its session yet
    ::waitpid(pid_, nullptr, 0);
    pid_ = -1;
}

std::string StartedProgram::read(Fd& from, std::size_t cap)
{
    std::string bytes(cap, '\0');
    const auto got = ::read(from.get(), bytes.data(), cap);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) {
        return {};
    }
    if (got <= 0) { // a terminal ends with EIO
        from = Fd();
        return {};
    }
    bytes.resize(static_cast<std::size_t>(got));
    return bytes;
}

void StartedProgram::write_input(std::string& pending)
{
    const auto taken = input_ ? ::write(input_.get(), pending.data(), pending.size()) : -1;
    if (taken > 0) {
        pending.erase(0, static_cast<std::size_t>(taken));
        return;
    }
    if (!input_ || (errno != EAGAIN && errno != EINTR)) {
        input_ = Fd(); // nobody reads it any more
        pending.clear();
    }
}

void StartedProgram::close_input()
{
    if (terminal_ && input_) {
        (void)!::write(input_.get(), &end_of_transmission, 1);
    }
    input_ = Fd();
}

void StartedProgram::resize(const session::TerminalSize& size)
{
    if (terminal_ && output_) {
        set_size(output_, size);
    }
}

/// It leads a session without a parent there, which no terminal's key stops: SIGSTOP does.
void StartedProgram::send(const session::Signal& signal) const
{
    if (pid_ > 0) {
        const int number = signal.number == SIGTSTP ? SIGSTOP : signal.number;
        const bool to_job = signal.reach == session::Reach::whole_job || number == SIGSTOP || number == SIGCONT;
        ::kill(to_job ? -pid_ : pid_, number);
    }
}

int StartedProgram::wait()
{
    int status = 0;
    while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
    pid_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

} // namespace qpkg::agent

// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/place_program.hpp"

#include "core/terminal.hpp"

#include "qpkg/core/error.hpp"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <ctime>

namespace qpkg::agent {
namespace {

using session::StreamSource;

constexpr std::array standard_streams = {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO};
constexpr int patience_with_jobs = 2; // seconds from SIGHUP to SIGKILL

std::array<StreamSource, 3> sources_of(const session::ProgramStreams& streams)
{
    return {streams.input, streams.output, streams.errors};
}

/// A pipe can be opened by its name in /dev/fd by whom it belongs to. It has no other name than those of its holders.
void let_open_by_name(const Fd& given, const program::UserEntry& user)
{
    struct statfs where {};
    if (::fstatfs(given.get(), &where) == 0 && where.f_type == PIPEFS_MAGIC) {
        (void)!::fchown(given.get(), user.uid, user.gid);
    }
}

void make_terminal(Fd& ours, Fd& theirs, const program::UserEntry& user)
{
    auto terminal = program::open_pseudo_terminal();
    if (::fchown(terminal.theirs.get(), user.uid, static_cast<gid_t>(-1)) != 0) { // it may be opened by its name, too
        throw system_error("give the terminal to the qube's user", errno);
    }
    ours = std::move(terminal.ours);
    theirs = std::move(terminal.theirs);
}

void default_signals()
{
    for (int number = 1; number <= SIGRTMAX; ++number) {
        std::signal(number, SIG_DFL);
    }
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

/// False after `seconds`. SIGCHLD is blocked: it waits until somebody asks.
bool ends_within(pid_t child, int seconds)
{
    sigset_t ended;
    ::sigemptyset(&ended);
    ::sigaddset(&ended, SIGCHLD);
    const auto deadline = std::time(nullptr) + seconds;
    while (::waitpid(child, nullptr, WNOHANG) != child) {
        const timespec moment{1, 0};
        if (std::time(nullptr) >= deadline) {
            return false;
        }
        ::sigtimedwait(&ended, nullptr, &moment);
    }
    return true;
}

} // namespace

PlaceProgram::PlaceProgram(program::Program program, const session::ProgramStreams& streams, std::vector<Fd> given)
    : program_(std::move(program)), streams_(streams), given_(std::move(given)),
      nothing_(::open("/dev/null", O_RDWR | O_CLOEXEC))
{
    const auto sources = sources_of(streams);
    if (static_cast<std::size_t>(std::ranges::count(sources, StreamSource::given)) != given_.size()) {
        throw Error(Code::corrupt, "the program's streams did not come along");
    }
    for (const auto& file : given_) {
        let_open_by_name(file, program_.user);
    }
    if (streams.has_terminal()) {
        make_terminal(ours_, theirs_, program_.user);
    }
}

PlaceProgram::~PlaceProgram()
{
    if (pid_ <= 0) {
        return;
    }
    ::kill(-pid_, SIGHUP);
    ::kill(-pid_, SIGCONT);
    const bool ended = ends_within(pid_, patience_with_jobs);
    ::kill(-pid_, SIGKILL);
    if (!ended) {
        ::waitpid(pid_, nullptr, 0);
    }
}

void PlaceProgram::start()
{
    if (has_keys()) {
        ::ioctl(theirs_.get(), TIOCSCTTY, 0);
    }
    pid_ = ::fork();
    if (pid_ < 0) {
        throw system_error("fork", errno);
    }
    if (pid_ == 0) {
        ::_exit(become());
    }
    ::setpgid(pid_, pid_); // both do it: whoever comes first
    if (has_keys()) {
        ::tcsetpgrp(theirs_.get(), pid_);
    }
    given_.clear();
    if (!has_keys()) { // else kept, to give the terminal back to a job that was stopped
        theirs_ = Fd();
    }
}

/// The body of the child process.
int PlaceProgram::become() const
{
    ::setpgid(0, 0);
    if (has_keys()) {
        ::tcsetpgrp(theirs_.get(), ::getpid()); // SIGTTOU is ignored here as in the parent
    }
    auto next = given_.begin();
    const auto sources = sources_of(streams_);
    for (const int fd : standard_streams) {
        switch (sources.at(static_cast<std::size_t>(fd))) {
        case StreamSource::given:
            ::dup2((next++)->get(), fd);
            break;
        case StreamSource::own_terminal:
            ::dup2(theirs_.get(), fd);
            break;
        case StreamSource::nothing:
            ::dup2(nothing_.get(), fd);
            break;
        }
    }
    default_signals();
    try {
        return program::become_program(program_);
    } catch (const std::exception& error) {
        ::dprintf(STDERR_FILENO, "%s: %s\n", program_.qube.c_str(), error.what());
        return 126;
    }
}

void PlaceProgram::send(const session::Signal& signal) const
{
    if (pid_ <= 0) {
        return;
    }
    if (signal.number == SIGCONT && has_keys()) {
        ::tcsetpgrp(theirs_.get(), pid_);
    }
    // A job is stopped and goes on as a whole, whoever asks for it.
    const bool to_job = signal.reach == session::Reach::whole_job || signal.number == SIGCONT;
    ::kill(to_job ? -pid_ : pid_, signal.number);
}

std::variant<std::monostate, PlaceProgram::Stopped, PlaceProgram::Ended> PlaceProgram::news()
{
    int status = 0;
    if (pid_ <= 0 || ::waitpid(pid_, &status, WNOHANG | WUNTRACED) != pid_) {
        return {};
    }
    if (WIFSTOPPED(status)) {
        return Stopped{WSTOPSIG(status)};
    }
    pid_ = -1;
    theirs_ = Fd();
    return Ended{WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status)};
}

} // namespace qpkg::agent

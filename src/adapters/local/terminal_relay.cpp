// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/local/terminal_relay.hpp"

#include "qpkg/core/error.hpp"
#include "qpkg/core/files.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace qpkg::local {
namespace {

constexpr int look_around = 500; // ms after which we see whether we came to the foreground
constexpr std::size_t one_read = 16 * 1024;

int callers_terminal()
{
    for (const int fd : {STDOUT_FILENO, STDERR_FILENO, STDIN_FILENO}) {
        if (::isatty(fd) != 0) {
            return fd;
        }
    }
    return -1;
}

bool in_foreground() { return ::tcgetpgrp(STDIN_FILENO) == ::getpgrp(); }

bool differ(const winsize& one, const winsize& other)
{
    return one.ws_row != other.ws_row || one.ws_col != other.ws_col;
}

} // namespace

TerminalRelay::TerminalRelay(const ProgramStreams& streams, const Handover& handover, Supervisor& supervisor)
    : keys_(streams.keys), handover_(handover), supervisor_(supervisor),
      signals_(::signalfd(-1, &supervisor.watched(), SFD_CLOEXEC)), callers_(callers_terminal())
{
    if (!signals_) {
        throw system_error("watch for signals", errno);
    }
}

int TerminalRelay::wait_for(pid_t child)
{
    for (;;) {
        if (const auto status = supervisor_.status_of(child)) {
            show_the_rest();
            return *status;
        }
        follow_callers_terminal();
        wait_for_something();
        take_signals(child);
    }
}

void TerminalRelay::wait_for_something()
{
    const auto wanted = static_cast<short>(pending_.empty() ? POLLIN : POLLIN | POLLOUT);
    std::array<pollfd, 4> polled{{{signals_.get(), POLLIN, 0},
                                  {has_terminal_ ? -1 : handover_.receiver(), POLLIN, 0},
                                  {terminal_ ? terminal_.get() : -1, wanted, 0},
                                  {takes_keys() ? STDIN_FILENO : -1, POLLIN, 0}}};
    if (::poll(polled.data(), polled.size(), look_around) <= 0) {
        return;
    }
    if (polled[1].revents != 0) {
        take_terminal();
    }
    if ((polled[2].revents & POLLOUT) != 0) {
        write_keys();
    }
    if ((polled[2].revents & (POLLIN | POLLHUP | POLLERR)) != 0) {
        show_output();
    }
    if (polled[3].revents != 0) {
        read_keys();
    }
}

void TerminalRelay::take_signals(pid_t child)
{
    while (const auto signal = supervisor_.next_signal()) {
        if (signal->si_signo == SIGTSTP) {
            raw_.reset();
        }
        supervisor_.pass_on(*signal, child);
    }
}

void TerminalRelay::take_terminal()
{
    has_terminal_ = true; // or will never have
    terminal_ = handover_.receive();
    if (terminal_) {
        ::fcntl(terminal_.get(), F_SETFL, ::fcntl(terminal_.get(), F_GETFL) | O_NONBLOCK);
    }
}

void TerminalRelay::follow_callers_terminal()
{
    if (!terminal_) {
        return;
    }
    const auto size = program::terminal_size(callers_);
    if (size && (!size_ || differ(*size, *size_))) {
        program::set_terminal_size(terminal_, *size);
        size_ = size;
    }
    if (keys_ == Keys::passed_on && !raw_ && in_foreground()) {
        raw_.emplace(STDIN_FILENO);
    }
}

bool TerminalRelay::takes_keys() const { return terminal_ && raw_ && pending_.empty() && in_foreground(); }

void TerminalRelay::read_keys()
{
    std::array<char, one_read> bytes{};
    const auto got = ::read(STDIN_FILENO, bytes.data(), bytes.size());
    if (got < 0 && (errno == EINTR || errno == EAGAIN)) {
        return;
    }
    if (got <= 0) { // the caller's terminal is gone: so is the qube's
        keys_ = Keys::kept;
        terminal_ = Fd();
        return;
    }
    pending_.assign(bytes.data(), static_cast<std::size_t>(got));
    write_keys();
}

void TerminalRelay::write_keys()
{
    const auto taken = ::write(terminal_.get(), pending_.data(), pending_.size());
    if (taken > 0) {
        pending_.erase(0, static_cast<std::size_t>(taken));
    } else if (errno != EAGAIN && errno != EINTR) {
        pending_.clear();
    }
}

void TerminalRelay::show_output()
{
    std::array<char, one_read> bytes{};
    const auto got = ::read(terminal_.get(), bytes.data(), bytes.size());
    if (got < 0 && (errno == EINTR || errno == EAGAIN)) {
        return;
    }
    if (got <= 0) { // nobody has it open any more: EIO
        terminal_ = Fd();
        return;
    }
    try {
        files::write_all(callers_, {bytes.data(), static_cast<std::size_t>(got)});
    } catch (const Error&) {
        terminal_ = Fd();
    }
}

void TerminalRelay::show_the_rest()
{
    if (!has_terminal_) {
        take_terminal(); // what it holds of a program that ended at once
    }
    while (terminal_) {
        pollfd polled{terminal_.get(), POLLIN, 0};
        if (::poll(&polled, 1, 0) <= 0) {
            return;
        }
        show_output();
    }
}

} // namespace qpkg::local

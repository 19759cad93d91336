// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/local/program_relay.hpp"

#include "qpkg/core/error.hpp"
#include "qpkg/core/files.hpp"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace qpkg::local {
namespace {

using session::Keys;
using session::Kind;

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

ProgramRelay::ProgramRelay(Keys keys, PlaceLink& link) : keys_(keys), link_(link), callers_(callers_terminal()) {}

void ProgramRelay::wait_for_terminal()
{
    while (!terminal_ && !status_) {
        take_messages();
    }
}

void ProgramRelay::take(Fd terminal)
{
    terminal_ = std::move(terminal);
    if (!terminal_) {
        return;
    }
    termios settings{};
    if (callers_ >= 0 && ::tcgetattr(callers_, &settings) == 0) {
        if (keys_ == Keys::kept) { // that one goes on making its own line ends
            settings.c_oflag &= ~static_cast<tcflag_t>(OPOST);
        }
        ::tcsetattr(terminal_.get(), TCSANOW, &settings);
    }
    follow_callers_terminal();
    ::fcntl(terminal_.get(), F_SETFL, ::fcntl(terminal_.get(), F_GETFL) | O_NONBLOCK);
}

int ProgramRelay::wait()
{
    while (!status_) {
        follow_callers_terminal();
        wait_for_something();
        take_signals();
    }
    show_the_rest();
    if (!reason_.empty()) {
        throw Error(static_cast<Code>(*status_), reason_);
    }
    return *status_;
}

void ProgramRelay::wait_for_something()
{
    const auto wanted = static_cast<short>(pending_.empty() ? POLLIN : POLLIN | POLLOUT);
    std::array<pollfd, 4> polled{{{signals_.waiting(), POLLIN, 0},
                                  {link_.incoming(), POLLIN, 0},
                                  {terminal_ ? terminal_.get() : -1, wanted, 0},
                                  {takes_keys() ? STDIN_FILENO : -1, POLLIN, 0}}};
    if (::poll(polled.data(), polled.size(), terminal_ ? look_around : -1) <= 0) {
        return;
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
    if (polled[1].revents != 0) {
        take_messages();
    }
}

void ProgramRelay::take_signals()
{
    while (const auto signal = signals_.next()) {
        if (signal->number == SIGWINCH && terminal_) {
            const auto before = size_;
            follow_callers_terminal();
            if (before && size_ && differ(*before, *size_)) {
                continue; // its own terminal tells it
            }
        }
        link_.send(Kind::signal, session::encode_signal(*signal));
    }
}

void ProgramRelay::take_messages()
{
    const bool more = link_.read_more();
    while (auto message = link_.next()) {
        obey(*std::move(message));
    }
    if (!more && !status_) {
        raw_.reset();
        throw Error(Code::failed, "the qube was stopped while the program ran");
    }
}

void ProgramRelay::obey(PlaceLink::Message message)
{
    const auto& frame = message.frame;
    switch (frame.kind) {
    case Kind::terminal:
        take(std::move(message.file));
        return;
    case Kind::errors:
        reason_ += frame.payload;
        return;
    case Kind::ended:
        status_ = session::parse_status(frame.payload);
        return;
    case Kind::stopped:
        stop();
        return;
    default:
        return;
    }
}

/// A shell that waits for this command sees its job stopped; SIGCONT comes here, and goes on to the program.
void ProgramRelay::stop()
{
    while (terminal_) { // what it showed last
        pollfd polled{terminal_.get(), POLLIN, 0};
        if (::poll(&polled, 1, 0) <= 0) {
            break;
        }
        show_output();
    }
    raw_.reset();
    ::raise(SIGSTOP);
}

void ProgramRelay::follow_callers_terminal()
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

bool ProgramRelay::takes_keys() const { return terminal_ && raw_ && pending_.empty() && in_foreground(); }

void ProgramRelay::read_keys()
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

void ProgramRelay::write_keys()
{
    const auto taken = ::write(terminal_.get(), pending_.data(), pending_.size());
    if (taken > 0) {
        pending_.erase(0, static_cast<std::size_t>(taken));
    } else if (errno != EAGAIN && errno != EINTR) {
        pending_.clear();
    }
}

void ProgramRelay::show_output()
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

void ProgramRelay::show_the_rest()
{
    while (terminal_) {
        pollfd polled{terminal_.get(), POLLIN, 0};
        if (::poll(&polled, 1, 0) <= 0) {
            return;
        }
        show_output();
    }
}

} // namespace qpkg::local

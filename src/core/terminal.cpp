// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/terminal.hpp"

#include "qpkg/core/error.hpp"

#include <fcntl.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>

namespace qpkg::program {

std::optional<winsize> terminal_size(int fd)
{
    winsize size{};
    if (::ioctl(fd, TIOCGWINSZ, &size) != 0) {
        return std::nullopt;
    }
    return size;
}

void set_terminal_size(const Fd& terminal, const winsize& size) { ::ioctl(terminal.get(), TIOCSWINSZ, &size); }

PseudoTerminal open_pseudo_terminal()
{
    PseudoTerminal terminal{Fd(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC)), Fd()};
    if (!terminal.ours || ::grantpt(terminal.ours.get()) != 0 || ::unlockpt(terminal.ours.get()) != 0) {
        throw system_error("open a terminal", errno);
    }
    // Not by its name: that would be looked up in whatever /dev/pts is here.
    terminal.theirs = Fd(::ioctl(terminal.ours.get(), TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC));
    if (!terminal.theirs) {
        throw system_error("open a terminal", errno);
    }
    return terminal;
}

RawTerminal::RawTerminal(int fd) : fd_(fd)
{
    if (::tcgetattr(fd, &before_) != 0) {
        throw system_error("read the terminal's settings", errno);
    }
    auto raw = before_;
    ::cfmakeraw(&raw);
    ::tcsetattr(fd, TCSADRAIN, &raw);
}

RawTerminal::~RawTerminal()
{
    // In the background by now, setting it back would stop us.
    sigset_t stop;
    sigset_t before;
    ::sigemptyset(&stop);
    ::sigaddset(&stop, SIGTTOU);
    ::sigprocmask(SIG_BLOCK, &stop, &before);
    ::tcsetattr(fd_, TCSADRAIN, &before_);
    ::sigprocmask(SIG_SETMASK, &before, nullptr);
}

} // namespace qpkg::program

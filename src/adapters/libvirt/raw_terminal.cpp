// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/libvirt/raw_terminal.hpp"

#include "qpkg/base/error.hpp"

#include <sys/ioctl.h>

#include <cerrno>

namespace qpkg::libvirt {

std::optional<session::TerminalSize> terminal_size(int fd)
{
    winsize size{};
    if (::ioctl(fd, TIOCGWINSZ, &size) != 0) {
        return std::nullopt;
    }
    return session::TerminalSize{size.ws_row, size.ws_col};
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

RawTerminal::~RawTerminal() { ::tcsetattr(fd_, TCSADRAIN, &before_); }

} // namespace qpkg::libvirt

// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "repo-format/session.hpp"

#include <termios.h>

#include <optional>

namespace qpkg::libvirt {

/// Nothing when it is no terminal.
std::optional<session::TerminalSize> terminal_size(int fd);

/// While this lives each key goes to the program at the other end, Ctrl-C too.
class RawTerminal {
public:
    explicit RawTerminal(int fd);
    ~RawTerminal();
    RawTerminal(const RawTerminal&) = delete;
    RawTerminal& operator=(const RawTerminal&) = delete;

private:
    int fd_;
    termios before_{};
};

} // namespace qpkg::libvirt

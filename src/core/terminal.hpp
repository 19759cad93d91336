// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "qpkg/core/fd.hpp"

#include <sys/ioctl.h>
#include <termios.h>

#include <optional>

namespace qpkg::program {

/// Nothing when it is no terminal.
std::optional<winsize> terminal_size(int fd);

void set_terminal_size(const Fd& terminal, const winsize& size);

/// Both ends of a new terminal of the file system at /dev/pts.
struct PseudoTerminal {
    Fd ours;
    Fd theirs; ///< the program's
};

PseudoTerminal open_pseudo_terminal();

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

} // namespace qpkg::program

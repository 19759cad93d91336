// SPDX-License-Identifier: LGPL-2.1-or-later
#include "qpkg/core/pipe.hpp"

#include "qpkg/core/error.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>

namespace qpkg {

Pipe::Pipe()
{
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
        throw system_error("make a pipe", errno);
    }
    read = Fd(ends[0]);
    write = Fd(ends[1]);
}

} // namespace qpkg

// SPDX-License-Identifier: LGPL-2.1-or-later
#include "qpkg/core/fd.hpp"

#include <unistd.h>

namespace qpkg {

Fd::~Fd()
{
    if (fd_ >= 0) {
        ::close(fd_);
    }
}

} // namespace qpkg

// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "qpkg/core/fd.hpp"

namespace qpkg {

/// Both ends are closed where another program begins. Error failed.
struct Pipe {
    Pipe();

    Fd read;
    Fd write;
};

} // namespace qpkg

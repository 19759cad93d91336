// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>

namespace qpkg {

class Clock {
public:
    virtual ~Clock() = default;

    /// Seconds since 1970, UTC.
    virtual std::int64_t now() const = 0;
};

} // namespace qpkg

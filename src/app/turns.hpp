// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <functional>

namespace qpkg::app {

/// The writer lock is taken for a step of a long piece of work, and given back after it.
struct Turns {
    std::function<void()> begin;
    std::function<void()> end;
};

} // namespace qpkg::app

// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "adapters/local/place_link.hpp"
#include "core/program.hpp"

#include "qpkg/ports/hypervisor.hpp"

namespace qpkg::local {

/// Has the place at the other end run a program with this process's standard streams, and waits; its status is that of
/// QubeRunner::run. The program and its job end when this process does. It never has a terminal of this process's: see
/// streams.hpp for what it has instead.
int run_program(PlaceLink& link, const RunRequest& request, const program::Environment& environment);

} // namespace qpkg::local

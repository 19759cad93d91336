// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "app/change.hpp"

namespace qpkg::app {

/// Runs what the plan wants prepared. Of an upgrade that may leave apps out, a release that cannot be had, or is not
/// what its manifest says, is left out, and the plan is made again without it. Error, the reason, when nothing is left
/// then.
engine::Prepared prepare_steps(World& world, PreparedChange& change, const engine::FetcherFor& fetcher);

} // namespace qpkg::app

// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "app/use/change.hpp"
#include "cli/context.hpp"

namespace qpkg::cli {

/// What the plan needs is brought and laid aside, then the plan is carried out under the lock. Under the fetch lock.
app::ChangeReport bring(Context& context, app::PreparedChange& change);

} // namespace qpkg::cli

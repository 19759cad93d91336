// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "app/use/change.hpp"
#include "cli/context.hpp"

#include <functional>

namespace qpkg::cli {

/// Lays aside all that the plan needs, then does `work` under the lock; once more where what is here turns out to be
/// damaged. Returns what was transferred. Under the fetch lock.
ImportReport bring_and(Context& context, app::PreparedChange& change, const std::function<void()>& work);

/// The same, and the plan is carried out.
app::ChangeReport bring(Context& context, app::PreparedChange& change);

} // namespace qpkg::cli

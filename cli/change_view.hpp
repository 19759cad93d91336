// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "app/change.hpp"
#include "cli/context.hpp"
#include "cli/document.hpp"

namespace qpkg::cli {

/// What would change, what it costs, who signed it.
void describe(Document& out, const app::PreparedChange& change);

/// What has changed: the plan again (for scripts), then the closing line and what to do next.
void describe(Document& out, const app::PreparedChange& change, const app::ChangeReport& report);

/// Shows the plan, asks, applies it, shows the report. The same for every command that changes bindings.
/// `nothing` is what to say when there is nothing to do.
void carry_out(Context& context, app::PreparedChange change, const std::string& nothing);

} // namespace qpkg::cli

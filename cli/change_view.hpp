// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "app/use/change.hpp"
#include "cli/context.hpp"
#include "cli/document.hpp"

#include <functional>
#include <string>

namespace qpkg::cli {

/// What would change, what it costs, who signed it.
void describe(Document& out, const app::PreparedChange& change);

/// What has changed: the plan again (for scripts), then the closing line and what to do next.
void describe(Document& out, const app::PreparedChange& change, const app::ChangeReport& report);

/// Plans, shows the plan, asks, and only then takes the lock, applies it and shows the report. The same for every
/// command that changes bindings. `nothing` is what to say when there is nothing to do.
void carry_out(Context& context, const std::function<app::PreparedChange()>& prepare, const std::string& nothing);
/// As `carry_out`, of a plan that needs what is outside: `prepare` asks repositories, and what they give is brought and
/// laid aside before the lock is taken.
void bring_and_carry_out(Context& context, const std::function<app::PreparedChange()>& prepare,
                         const std::string& nothing);

} // namespace qpkg::cli

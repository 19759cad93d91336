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

/// What cannot be upgraded; also what turned out while it was fetched.
void describe_left_out(Document& out, const app::PreparedChange& change);

/// Plans; once that was agreed to, takes the lock, applies the plan and shows the report. The same for every command
/// that changes bindings. `nothing` is what to say when there is nothing to do.
Proposal propose(Context& context, const std::function<app::PreparedChange()>& prepare, const std::string& nothing);
/// As `propose`, of a plan that needs what is outside: `prepare` asks repositories, and what they give is brought and
/// laid aside before the lock is taken.
Proposal propose_bringing(Context& context, const std::function<app::PreparedChange()>& prepare,
                          const std::string& nothing);

/// As `propose_bringing`, up to where something would change: everything is brought, verified and made, so that the
/// change itself needs nobody.
Proposal propose_download(Context& context, const std::function<app::PreparedChange()>& prepare,
                          const std::string& nothing);

} // namespace qpkg::cli

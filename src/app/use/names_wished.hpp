// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why a plan is refused when it cannot be told. Who has a contested name is told to the qube in the line that announces
// the app, and a value of QubesDB holds about three thousand bytes. Found out at activation, that would be a state that
// is recorded and can never become live. So the lines are made once when the plan is, and thrown away.
#pragma once

#include "app/world.hpp"
#include "plan/plan.hpp"

#include "qpkg/model/details.hpp"

#include <string>
#include <vector>

namespace qpkg::app {

/// What a person says of names, as typed.
struct NameRequest {
    std::vector<std::string> prefer;  ///< apps
    std::vector<std::string> aliases; ///< "OTHER=APP:NAME"
};

/// `apps` are those that the command is about or that its qubes have. Errors: usage, not_found, conflict (an app's name
/// that can mean several).
plan::NameWishes wishes_of(const NameRequest& request, const std::vector<AppId>& apps);

/// Of the bases that generations of these qubes have, those whose commit is here. A foreign base (on Qubes a template)
/// is the agent's to look at.
plan::BaseNames base_names(const World& world, const Snapshot& snapshot, const std::vector<QubeName>& qubes);

/// And of one that a qube may get: by its tree, or else by what it says of itself.
void add_base_names(const World& world, plan::BaseNames& names, const CommitId& base, const Details* details);

/// Error unsupported when what the plan decides of names is more than a qube can be told of an app.
void require_tellable(const Snapshot& snapshot, const plan::Plan& plan);

} // namespace qpkg::app

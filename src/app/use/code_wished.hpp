// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "plan/extensions.hpp"
#include "plan/plan.hpp"

#include "qpkg/model/state.hpp"

#include <string>
#include <vector>

namespace qpkg::app {

/// What a person agrees to, as typed: "EXTENSION:APP" or "EXTENSION:POINT". `releases` are those that the command is
/// about. Errors: usage, not_found (the extension is for something else), conflict (a name that can mean several).
plan::CodeConsents consents_of(const std::vector<std::string>& typed, const std::vector<KnownRelease>& releases);

/// Error conflict when the plan brings code into an app's view that nobody agreed to.
void require_agreed(const plan::Plan& plan);

} // namespace qpkg::app

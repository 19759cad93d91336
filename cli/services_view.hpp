// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "cli/document.hpp"
#include "plan/plan.hpp"

#include <string>
#include <vector>

namespace qpkg::cli {

/// What of a plan's apps starts unasked, or would like to, and by which names of others the qube would find them.
void describe_services(Document& out, const plan::Plan& plan);

/// Services, as "APP:NAME.service", that a recipe asks for and that may not start in a qube of the plan.
std::vector<std::string> silent_services(const plan::Plan& plan);

} // namespace qpkg::cli

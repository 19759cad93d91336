// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "cli/document.hpp"
#include "plan/plan.hpp"

namespace qpkg::cli {

/// Which extensions come with a plan and into whose views, and which of them an upgrade leaves behind.
void describe_extensions(Document& out, const plan::Plan& plan);

} // namespace qpkg::cli

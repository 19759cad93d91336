// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why tests come after fit. Fit says that what an app asks for is there; whether it then works, only it can show. What
// the recipe calls a test was run when the module was built, over the base of that day. Here it is run again over the
// base of today, on the module as it is published: nothing is built.
#pragma once

#include "app/mirror/base_check.hpp"
#include "app/world.hpp"

#include <vector>

namespace qpkg::app {

/// Runs the recipes' tests of those `rows` that fit, each in its module's tree over the release of the base that it was
/// compared with, as an ordinary user, without network; into `tests`, `failure` and `problem` of the row. That base has
/// to be on this machine, and the app of its architecture; extensions are not tried alone.
void test_on_bases(World& world, const std::string& site, std::vector<CheckedFit>& rows);

} // namespace qpkg::app

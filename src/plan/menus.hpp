// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "qpkg/model/menu.hpp"
#include "qpkg/model/state.hpp"

#include <vector>

namespace qpkg::plan {

/// What the menus of the qubes shall show, by what the manifests of their releases say; qubes of which nothing is known
/// are left out. Of apps with one desktop entry that one has it which has it in the qube.
std::vector<Menu> wanted_menus(const Snapshot& snapshot);

} // namespace qpkg::plan

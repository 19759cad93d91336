// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why names may be left out. A manifest holds 64 KiB, and a whole TeX has a thousand commands. A module that cannot be
// published is worth nothing, so what is asked for least goes first, and each name that goes is told.
#pragma once

#include "build/module_exports.hpp"

#include <cstddef>

namespace qpkg::build {

/// Leaves out the names that a manifest has no room for, each with a finding: second names before first ones, and icons
/// and MIME types before what people and programs ask for. `room` in bytes of the manifest.
ExportChoice fit_exports(const AppId& app, ExportChoice choice, std::size_t room);

} // namespace qpkg::build

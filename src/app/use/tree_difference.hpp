// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "qpkg/ports/object_reader.hpp"

#include <optional>
#include <string>

namespace qpkg::app {

/// The first path, in the order of the tree, at which two trees differ, and how: "usr/bin/hello: other content".
/// Nothing when they are the same.
std::optional<std::string> first_difference(const ModuleTree& published, const ModuleTree& built);

} // namespace qpkg::app

// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "app/world.hpp"
#include "cli/command.hpp"

#include <functional>
#include <span>
#include <string>
#include <vector>

namespace qpkg::cli {

/// Those of a kind that are known here.
using KnownNames = std::function<std::vector<std::string>(Names kind)>;

/// Those of the state.
std::vector<std::string> known_names(app::World& world, Names kind);

/// What the last of `words` (those after the program's name; perhaps an empty one) may become, ascending. Nothing where
/// files are expected: the shell knows those better.
std::vector<std::string> completions(const Program& program, std::span<const std::string> words,
                                     const KnownNames& names);

} // namespace qpkg::cli

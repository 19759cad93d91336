// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "app/world.hpp"

#include <CLI/CLI.hpp>

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace qpkg::cli {

/// Names of a kind that are known here: "QUBE", "APP", "BASE", "REPOSITORY".
using KnownNames = std::function<std::vector<std::string>(std::string_view kind)>;

/// Those of the state.
std::vector<std::string> known_names(app::World& world, std::string_view kind);

/// What the last of `words` (those after the program's name; perhaps an empty one) may become, ascending. Nothing where
/// files are expected: the shell knows those better.
std::vector<std::string> completions(const CLI::App& app, std::span<const std::string> words, const KnownNames& names);

} // namespace qpkg::cli

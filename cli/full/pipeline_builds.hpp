// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "cli/options.hpp"

#include <filesystem>
#include <functional>

namespace qpkg::cli {

/// Builds a recipe by another process of this program, so that several can be built at once and one that is killed
/// takes no other along. What it is made of is kept in `inputs`.
std::function<void(const std::filesystem::path& recipe, const std::filesystem::path& out)>
build_by_itself(const Options& options, const std::filesystem::path& inputs);

} // namespace qpkg::cli

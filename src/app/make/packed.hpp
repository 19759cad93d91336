// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "app/world.hpp"

#include "qpkg/model/release.hpp"

#include <filesystem>
#include <string>

namespace qpkg::app {

/// Writes a table beside a manifest as the repository will serve it.
PinnedFile write_packed(const World& world, const std::filesystem::path& file, const std::string& raw);

} // namespace qpkg::app

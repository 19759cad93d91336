// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "app/publish/vault_check.hpp"

#include <filesystem>

namespace qpkg::cli {

/// Reads the owner's policy.toml. Error usage with line and column and what was expected; not_found.
app::VaultPolicy load_vault_policy(const std::filesystem::path& file);

} // namespace qpkg::cli

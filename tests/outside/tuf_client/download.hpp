// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "outside/tuf_client/arguments.hpp"
#include "signing/updater.hpp"

namespace qpkg::tuf_client {

/// Section 5.7: looks the target up, and brings it unless the file is there already. Errors: not_found (no role lists
/// it), failed, corrupt.
void download(trust::Updater& updater, Fetcher& metadata, Fetcher& targets, const std::string& target_name,
              const std::filesystem::path& directory);

} // namespace qpkg::tuf_client

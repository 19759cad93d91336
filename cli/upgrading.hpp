// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "app/use/change.hpp"
#include "cli/context.hpp"

/// What several commands do of an upgrade.
namespace qpkg::cli {

/// Builds again what is outdated of the machine's own, then upgrades. Errors as `prepare_upgrade`.
Proposal propose_upgrade(Context& context, const app::UpgradeRequest& request);
/// The same, up to where a qube would change.
Proposal propose_download_of_upgrade(Context& context, const app::UpgradeRequest& request);

} // namespace qpkg::cli

// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "app/import/incoming.hpp"
#include "cli/command.hpp"

namespace qpkg::cli {

/// --timeout, --deadline and --min-rate: how long whoever sends may take.
std::vector<Option> patience_options(app::Patience& patience);

} // namespace qpkg::cli

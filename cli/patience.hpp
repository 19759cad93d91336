// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "app/import/incoming.hpp"

#include <CLI/CLI.hpp>

namespace qpkg::cli {

/// --timeout, --deadline and --min-rate: how long whoever sends may take.
void add_patience(CLI::App& command, app::Patience& patience);

} // namespace qpkg::cli

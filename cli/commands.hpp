// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "cli/context.hpp"

#include <CLI/CLI.hpp>

namespace qpkg::cli {

// One function per file of cli/commands/: declares the flags, and a callback that turns them into a request, calls the
// use case and shows its report. The texts beside them (<name>.md) are both --help and the man page.

} // namespace qpkg::cli

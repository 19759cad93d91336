// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "cli/options.hpp"

#include "qpkg/ports/progress.hpp"

#include <memory>

namespace qpkg::cli {

/// A bar on a terminal, plain lines in a pipe, JSON lines on `--progress-fd`, nothing with --quiet.
std::unique_ptr<Progress> make_progress(const Options& options);

} // namespace qpkg::cli

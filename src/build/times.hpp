// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why only what a build made gets the build's date. A package's files have the times that it gave them, and caches in
// the package, compiled Python for one, are valid for exactly these. What scripts and the build write while it runs has
// the time of that moment, which would differ each time. The kernel's clock tells the two apart: it gives a file the
// time of a moment between the beginning of the build and now only when it is written. Not taken: whatever is newer
// than the newest package, for the clock of a machine may be years behind.
#pragma once

#include "qpkg/core/foreign_tree.hpp"

#include <cstdint>
#include <ctime>

namespace qpkg::build {

/// Now, by the clock that the kernel gives most files: it lags behind the exact one. What is written later is no older.
timespec file_clock();

/// Gives `epoch`, the build's date, to all files and links that were written since `began`, and to those with a time
/// that no commit can say.
void settle_times(const ForeignTree& tree, const timespec& began, std::int64_t epoch);

} // namespace qpkg::build

// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why a first start begins from nothing or not at all. A cluster that was half made when the power failed is no
// cluster, and its program refuses to go on where something lies. So an attempt that begins with empty folders says so
// beside them, on the disk, before it begins; who finds that word and no success empties the folders again. What was
// there before an attempt is never removed: somebody may have used the app without a first start.
#pragma once

#include "agent/app_state.hpp"

namespace qpkg::agent {

/// Whether something is to run that did not yet.
bool first_start_is_due(const QubePaths&, const AppId&, const FirstStart&);

/// Runs the programs of a first start that is due, and writes down that they are done. Error failed "first start: …":
/// then the folders are as they were, and it is due.
void run_first_start(const QubePaths&, const AppId&, const FirstStart&, const StateOwner&);

} // namespace qpkg::agent

// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "agent/qube_paths.hpp"

namespace qpkg::agent {

/// Where the qube keeps what outlives its start: /rw, as Qubes and the local backend have it; a root without one, or
/// with one that nobody can write to, has its private disk below /run/qpkg. Without such a disk nothing lasts, and what
/// would be kept there ends with the qube.
fs::path lasting_place(const QubePaths&);

/// The numbers of its apps' accounts, see account_ids.hpp.
fs::path accounts_file(const QubePaths&);

} // namespace qpkg::agent

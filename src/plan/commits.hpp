// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "qpkg/model/state.hpp"

#include <vector>

namespace qpkg::plan {

/// What the object store must keep: the commits of every release that is known, of bases too; ascending.
std::vector<CommitId> needed_commits(const Snapshot& snapshot);

/// What it must keep beside them: of every known release and every base; ascending.
std::vector<Digest> needed_details(const Snapshot& snapshot);

/// Those that what is in use was made from: of bases, and of the apps of current generations; ascending. Without one
/// its volume cannot be made again. The rest is only of older generations, and a backup need not carry it.
std::vector<CommitId> commits_in_use(const Snapshot& snapshot);

} // namespace qpkg::plan

// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why a lost database can be told so little. What is wanted of a qube lies with its backend, a commit says what it is,
// and a release is told by a repository, for only there it is signed. These three are put together; nothing is guessed.
// Which generations there were, what was held, which packages a base holds, only the database knew: that is said, not
// made up.
//
// A recovery that cannot tell everything leaves its mark (loss.hpp), so that `gc` does not remove what a later try
// could tell, for example when a repository is reachable again.
#pragma once

#include "app/use/catalog.hpp"

#include "qpkg/model/change.hpp"

#include <string>
#include <vector>

/// What a lost database can be told again: bases from their commits, qubes from what the backend keeps of them, their
/// apps from what repositories offer.
namespace qpkg::app {

struct Recovery {
    std::vector<Change> changes;
    std::vector<std::string> told;   ///< what `changes` record, in words
    std::vector<std::string> untold; ///< what is there and stays unknown, and what would tell it
    bool complete = true;            ///< nothing is left that another try could tell
};

/// Makes nothing and records nothing. Repositories are asked with `Reach::online`.
Recovery plan_recovery(World& world, Reach reach);

/// Something is there that is not recorded: after a lost database, or in a qube that was cloned or restored.
bool needs_recovery(World& world);

/// Records it, the volumes of bases made where they are missing. What another try could tell keeps gc away.
void recover_database(World& world, const Recovery& recovery);

} // namespace qpkg::app

// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why what an app keeps lies apart from the qube's /var/lib. That is the base's, read-only or new at each start, and
// seen by all; an app's state must last and be its own. So it lies on the qube's own disk, by app, in a folder that
// only root can enter, and is bound to its usual place in that app's view. Folders are given to their owner when they
// are made and never again: what is in there is his by then. All is done by descriptors that follow no link.
#pragma once

#include "agent/qube_paths.hpp"

#include "qpkg/model/first_start.hpp"

#include <sys/types.h>

#include <optional>
#include <string>

namespace qpkg::agent {

/// Who an app's state belongs to, who makes it, and who its confined services are.
struct StateOwner {
    std::string name;
    uid_t uid;
    gid_t gid; ///< of the same number for an account of the app
    std::string home;
};

/// What an app says of its state in its volume; nothing when it has none. Error corrupt.
std::optional<FirstStart> first_start_in(const QubePaths&, const AppId&);

/// Errors: corrupt when the module has no such account, failed when the qube has no user.
StateOwner state_owner(const QubePaths&, const AppId&, const FirstStart&);

/// Where the folders of an app's state lie.
fs::path state_place(const QubePaths&, const AppId&);

/// Error conflict when the base has one of the folders.
void require_own_state(const QubePaths&, const FirstStart&);

/// Removes what the qube keeps of an app that is gone; numbers of its accounts stay. Absent is success. Error conflict
/// while the app is shown.
void forget_state(const QubePaths&, const AppId&);

/// Makes the folders that are missing and shows them in the app's view, which has places for them. May be repeated.
void show_state(const QubePaths&, const AppId&, const FirstStart&, const StateOwner&);

} // namespace qpkg::agent

// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why a program of a first start runs in namespaces of its own. It is a program of a module that runs before its user
// has looked at anything, in a process of root's. So it becomes the state's owner, without groups and without a way to
// new rights, has no network, sees no home and no other state, and whatever it started ends with it.
#pragma once

#include "agent/app_state.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace qpkg::agent {

/// Runs it in the app's view, as `owner`, with nothing to read. Error failed, with the end of what it said, when it
/// does not end well, or not before `deadline`.
void run_first_program(const QubePaths&, const AppId&, const std::vector<std::string>& words, const StateOwner& owner,
                       std::chrono::steady_clock::time_point deadline);

} // namespace qpkg::agent

// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why dissent blocks and is not outvoted. Rebuilders say that a release is what its inputs give. With `require` so many
// organisations must agree, each counted once whatever keys it has. One that got something else stops the install even
// when enough others agree: a build that comes out differently is exactly what the policy is there to find. The user
// may overrule it, for one command.
//
// Withheld statements cannot be told from missing ones. Too few of them therefore block as well.
#pragma once

#include "qpkg/model/rebuilder.hpp"

#include <optional>

namespace qpkg::plan {

enum class Dissent { blocks, overruled };

/// Decides whether a new release may be installed. Returns the line that people must see, nothing with policy off.
/// `trusted` counts the organisations that the user named. Error untrusted with that line when the policy is not met.
std::optional<std::string> judge_rebuilds(const RebuildPolicy& policy, const RebuildVerdict& verdict,
                                          std::size_t trusted, Dissent dissent);

/// "reproduced by 1 of 2 organisations (need 2): alpha; not by beta, whose build came out differently"
std::string rebuild_words(const RebuildPolicy& policy, const RebuildVerdict& verdict, std::size_t trusted);

} // namespace qpkg::plan

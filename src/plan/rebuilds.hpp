// SPDX-License-Identifier: LGPL-2.1-or-later
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

// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace qpkg::agent {

struct ChildOutput {
    int status; ///< its exit status, 128 and the signal that killed it
    std::string out;
};

/// Runs a program of the qube to its end, with an empty environment; nothing when it is not there. Of what it prints
/// `cap` bytes are kept.
std::optional<ChildOutput> run_child(std::vector<std::string> argv, std::size_t cap);

} // namespace qpkg::agent

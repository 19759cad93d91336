// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "qpkg/base/digest.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace qpkg {

/// Somebody whose word the user takes on what a build came out as. An organisation may have several keys and counts
/// once.
struct Rebuilder {
    std::string organisation; ///< what the user calls it
    Digest key;               ///< the 32 bytes of an Ed25519 public key

    friend auto operator<=>(const Rebuilder&, const Rebuilder&) = default;
};

enum class RebuildMode : std::uint8_t { off, warn, require };

/// What the user asks of new releases of a namespace.
struct RebuildPolicy {
    RebuildMode mode = RebuildMode::off;
    std::uint64_t organisations = 0; ///< that must have reproduced a release; with `require` only

    friend bool operator==(const RebuildPolicy&, const RebuildPolicy&) = default;
};

/// Whose builds came out as published, and whose did not. Names of organisations, ascending, none in both.
struct RebuildVerdict {
    std::vector<std::string> agreeing;
    std::vector<std::string> dissenting;

    friend bool operator==(const RebuildVerdict&, const RebuildVerdict&) = default;
};

} // namespace qpkg

// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "repo-format/repo/canonical_json.hpp"

#include <string>
#include <string_view>

/// Any JSON in, OLPC canonical JSON out: how other TUF implementations spell what they sign. Never linked into dom0.
namespace qpkg::trust {

/// One JSON value read leniently.
struct LenientJson {
    /// As far as the roles need it: members that are null are left out, integers below zero or above 2^53-1 are text.
    canonical::Value value;
    std::string canonical; ///< OLPC canonical JSON of everything: may hold any byte, so it need not be JSON itself
};

struct LenientFile {
    canonical::Value signatures;
    LenientJson signed_part;
};

/// Splits metadata of others into its two parts. Errors: corrupt (not JSON, not an object with both parts, a member
/// that is there twice, a float, nested deeper than 32), no_space (more than `cap` bytes).
LenientFile canonicalise(std::string_view file, std::size_t cap);

} // namespace qpkg::trust

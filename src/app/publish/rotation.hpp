// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why changed keys sign in the same publication. A role whose keys were changed in root or targets, and that is not
// signed anew, is signed by nobody for every client that sees the change. A key that no role names any more leaves the
// list, so that what is listed is what counts.
#pragma once

#include "repo-format/repo/roles.hpp"
#include "signing/key.hpp"

#include <optional>
#include <string>
#include <vector>

/// Which keys a role has: decisions on values.
namespace qpkg::app {

struct KeyChange {
    std::string role;                       ///< root, targets, snapshot, timestamp, or a publisher
    std::vector<std::string> remove;        ///< key ids, or at least their first 8 digits
    std::vector<trust::PublicKey> add;      ///< in this order
    std::optional<std::uint64_t> threshold; ///< nothing: as before
};

bool is_top_level(const std::string& role);

/// Errors: not_found (role or key), conflict (the key is in the role already), usage (no keys left, threshold above
/// their number, a key id that is too short or means two keys).
void change_keys(tuf::Root& root, tuf::Targets& targets, const KeyChange& change);

/// A first root from public keys alone, version 0, without expiry: `publish` and `root init` fill these in.
struct RootKeys {
    std::vector<trust::PublicKey> keys;
    std::uint64_t threshold;
};
tuf::Root make_root(const RootKeys& root, const RootKeys& targets, const RootKeys& snapshot, const RootKeys& timestamp);

} // namespace qpkg::app

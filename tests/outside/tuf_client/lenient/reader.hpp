// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "signing/updater.hpp"

namespace qpkg::trust {

/// Reads repositories that other TUF implementations made: any JSON, key ids as they are given, ecdsa and rsa beside
/// ed25519, metadata without lengths and hashes, with or without consistent snapshots, delegations by patterns or hash
/// prefixes. Refuses what has expired, to the letter of the specification. Never linked into dom0.
const Profile& lenient_profile();

} // namespace qpkg::trust

// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "repo-format/repo/roles.hpp"

#include <optional>
#include <string>
#include <string_view>

/// Keys of kinds that qpkg's own repositories do not use, verified through libcrypto. Never linked into dom0.
namespace qpkg::trust {

/// Whether libcrypto can verify signatures of this key: its DER bytes when it can, which are equal for two spellings of
/// one key. Schemes: ecdsa-sha2-nistp256 and -nistp384, rsassa-pss-sha256/384/512, rsa-pkcs1v15-sha256/384/512.
std::optional<std::string> foreign_identity(const tuf::Key& key);

/// False also for what is no signature at all.
bool foreign_verifies(const tuf::Key& key, std::string_view signature, std::string_view message);

} // namespace qpkg::trust

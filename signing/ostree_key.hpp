// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "repo-format/repo/canonical_json.hpp"
#include "signing/key.hpp"

#include <optional>
#include <string>

/// The key that signs commits and the summary for stock OSTree clients, as a publisher tells the world about it.
/// Normative text: repo-format/repo/repository.md, "For stock OSTree clients".
namespace qpkg::trust {

/// Member of a publisher's role: the 32 bytes of the key in lower-case hex.
inline constexpr std::string_view ostree_key_member = "qpkg_ostree_key";

/// Nothing when the role does not name one, or names what is no key.
std::optional<PublicKey> ostree_key(const canonical::Object& role_members);
std::string ostree_key_text(const PublicKey& key);

/// Base64, as stock `ostree` takes a public key.
std::string base64(const PublicKey& key);

} // namespace qpkg::trust

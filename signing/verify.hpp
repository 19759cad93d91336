// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why `Verified<T>` can be made in one place only. A boolean "verified" beside a value is forgotten one day; a type
// cannot be. Functions that act on metadata take `Verified<T>`, and only `Verifier` in verify.cpp makes one: envelope
// scanned, signatures counted over the raw bytes, threshold reached, and only then parsed. A parser that runs before
// that would be open to everybody who can send bytes.
//
// Counted are distinct public keys, not key ids and not signatures: one key under two names must not meet a threshold
// of two. The first root of a repository is the exception. It names the keys that sign it, so it is parsed first, and
// is believed for its fingerprint, which a person compares.
#pragma once

#include "repo-format/repo/roles.hpp"
#include "signing/reader.hpp"

#include <string>
#include <string_view>
#include <vector>

/// Where bytes become trusted. Signatures are checked over raw bytes; only then the signed part is parsed.
/// Normative text: signing/trust.md.
namespace qpkg::trust {

/// A value whose file carried enough valid signatures. Made only by the functions below.
template <class T>
class Verified {
public:
    const T& operator*() const noexcept { return value_; }
    const T* operator->() const noexcept { return &value_; }
    /// The file exactly as it came.
    const std::string& bytes() const noexcept { return bytes_; }

private:
    friend class Verifier;
    Verified(T value, std::string bytes) : value_(std::move(value)), bytes_(std::move(bytes)) {}

    T value_;
    std::string bytes_;
};

/// All of these throw Error corrupt (shape), untrusted (too few valid signatures of distinct public keys), and what the
/// parser of the role throws. They know nothing of versions, expiry or rollback: signing/client.hpp does.

/// A root file by itself, signed by the keys it names. Says only that it is whole: who believes it must compare its
/// fingerprint.
Verified<tuf::Root> verify_first_root(std::string bytes, const Reader& reader = strict_reader());
/// A root that `trusted` and its own keys both vouch for.
Verified<tuf::Root> verify_next_root(const Verified<tuf::Root>& trusted, std::string bytes,
                                     const Reader& reader = strict_reader());
Verified<tuf::Timestamp> verify_timestamp(const Verified<tuf::Root>& root, std::string bytes,
                                          const Reader& reader = strict_reader());
Verified<tuf::Snapshot> verify_snapshot(const Verified<tuf::Root>& root, std::string bytes,
                                        const Reader& reader = strict_reader());
Verified<tuf::Targets> verify_targets(const Verified<tuf::Root>& root, std::string bytes,
                                      const Reader& reader = strict_reader());
/// A publisher's role, by what its parent delegates.
Verified<tuf::Targets> verify_publisher(const Verified<tuf::Targets>& parent, const tuf::Delegation& delegation,
                                        std::string bytes, const Reader& reader = strict_reader());

/// Key ids in the signatures of a file, whoever they are; nothing when it is no signed file.
std::vector<Digest> signing_key_ids(std::string_view bytes, const Reader& reader = strict_reader());

/// 64 hex digits that people compare at first contact: sha256 over the sorted ids of the root keys and their threshold.
std::string root_fingerprint(const tuf::RoleKeys& root_keys);
inline std::string root_fingerprint(const tuf::Root& root) { return root_fingerprint(root.root); }

} // namespace qpkg::trust

// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why parsing and trust are apart. These are values: what a file says. Whether it may be believed is no member of them,
// it is the type around them (signing/verify.hpp). `parse_targets` refuses a whole file for one wrong entry: that is
// for whoever signs. `read_targets` sets the wrong entry aside: that is for whoever reads what others publish, and one
// bad line must not take a repository away.
#pragma once

#include "repo-format/repo/canonical_json.hpp"

#include "qpkg/base/digest.hpp"
#include "qpkg/core/error.hpp"

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// The signed parts of TUF metadata (specification 1.0.34) as values. Parsing says nothing about trust: only
/// signing/verify.hpp makes a value that may be believed. Normative text: repo-format/repo/repository.md.
namespace qpkg::tuf {

/// A public key as metadata lists it.
struct Key {
    Digest id;                                           ///< sha256 of the canonical key, computed here
    std::string type;                                    ///< "ed25519"; keys of other types are kept and never verify
    std::optional<std::array<std::uint8_t, 32>> ed25519; ///< nothing for other types
    canonical::Object members;                           ///< everything as it was signed

    friend bool operator==(const Key&, const Key&) = default;
};

Key make_key(const std::array<std::uint8_t, 32>& ed25519);

using Keys = std::map<Digest, Key>;

/// Whose signatures a role needs.
struct RoleKeys {
    std::vector<Digest> key_ids; ///< each once, all of them in the keys beside it
    std::uint64_t threshold;     ///< 1 to 16, at most the number of keys

    friend bool operator==(const RoleKeys&, const RoleKeys&) = default;
};

/// What every role begins with.
struct Header {
    std::uint64_t version;   ///< from 1
    std::int64_t expires;    ///< seconds since 1970
    canonical::Object extra; ///< members this qpkg does not know

    friend bool operator==(const Header&, const Header&) = default;
};

struct Root {
    Header header;
    bool consistent_snapshot = true; ///< always, in this profile
    Keys keys;
    RoleKeys root;
    RoleKeys targets;
    RoleKeys snapshot;
    RoleKeys timestamp;

    friend bool operator==(const Root&, const Root&) = default;
};

/// Version and bytes of another metadata file. Length and hash are always there in this profile; repositories of others
/// may leave them out.
struct FileInfo {
    std::uint64_t version;
    std::optional<std::uint64_t> length;
    std::optional<Digest> sha256;

    /// Whether these bytes are the ones meant, as far as length and hash say.
    bool matches(std::string_view bytes) const;

    friend bool operator==(const FileInfo&, const FileInfo&) = default;
};

struct Timestamp {
    Header header;
    std::int64_t issued; ///< `qpkg_issued`: when it was signed, seconds since 1970
    FileInfo snapshot;

    friend bool operator==(const Timestamp&, const Timestamp&) = default;
};

struct Snapshot {
    Header header;
    std::map<std::string, FileInfo> roles; ///< by role name: "targets" and the publishers

    friend bool operator==(const Snapshot&, const Snapshot&) = default;
};

struct Target {
    std::uint64_t length;
    Digest sha256;
    canonical::Object custom; ///< what search and upgrade need without reading the target

    friend bool operator==(const Target&, const Target&) = default;
};

/// Member of a root: how its keys are kept, for people who are to trust it.
inline constexpr std::string_view keys_member = "qpkg_keys";
inline constexpr std::string_view keys_without_passphrase = "without passphrase";

/// A publisher: which keys may release into which namespaces. On disk a terminating delegation with the paths
/// "<namespace>/*/*/*".
struct Delegation {
    std::string name;
    RoleKeys keys;
    std::vector<std::string> namespaces; ///< ascending

    // What delegations of other people's repositories have instead of namespaces.
    bool terminating = true;
    std::vector<std::string> patterns = {};      ///< shell patterns, matched piece by piece between slashes
    std::vector<std::string> hash_prefixes = {}; ///< beginnings of the hex sha256 of a target path

    friend bool operator==(const Delegation&, const Delegation&) = default;
};

/// One member of a list that cannot be used, as it was signed. What stands beside it can.
struct Unusable {
    Code code;
    std::string reason; ///< names the member
    canonical::Value value;

    friend bool operator==(const Unusable&, const Unusable&) = default;
};

/// The top-level targets role (delegations only) or a publisher's (targets, perhaps delegations).
struct Targets {
    Header header;
    std::map<std::string, Target> targets; ///< by target path
    Keys keys;                             ///< of the delegations
    std::vector<Delegation> delegations;   ///< in the order of the file; no name and no namespace twice
    /// Target path → why it cannot be used, in repositories of others: an entry without a hash that is checked here.
    std::map<std::string, std::string> unusable = {};

    // What `read_targets` skipped.
    std::map<std::string, Unusable> unusable_targets = {};     ///< by target path
    std::map<std::string, Unusable> unusable_keys = {};        ///< by listed id
    std::map<std::size_t, Unusable> unusable_delegations = {}; ///< by place in the file

    friend bool operator==(const Targets&, const Targets&) = default;
};

/// Bytes that a file of each role may have.
inline constexpr std::size_t largest_root = 64 * 1024;
inline constexpr std::size_t largest_timestamp = 16 * 1024;
inline constexpr std::size_t largest_snapshot = 512 * 1024;
inline constexpr std::size_t largest_targets = 1024 * 1024;
inline constexpr std::size_t largest_publisher = 2 * 1024 * 1024;

/// Readers of the signed part. Errors: corrupt (not canonical, another role's file, malformed, threshold outside its
/// bounds, a key id that is not its key's hash), untrusted (a key counted twice in a role), conflict (one name or
/// namespace delegated twice), unsupported (another specification).
Root parse_root(std::string_view payload);
Timestamp parse_timestamp(std::string_view payload);
Snapshot parse_snapshot(std::string_view payload);
Targets parse_targets(std::string_view payload);

/// As `parse_targets` for who reads what others publish: an entry, a key or a delegation that is wrong, and the second
/// of two delegations with one name or namespace, become `Unusable` and disable nothing else.
Targets read_targets(std::string_view payload);

/// Canonical bytes of the signed part.
std::string encode(const Root& root);
std::string encode(const Timestamp& timestamp);
std::string encode(const Snapshot& snapshot);
std::string encode(const Targets& targets);

/// a-z 0-9 . - beginning with a letter or digit, at most 64 characters, and none of the four top-level names.
bool is_publisher_name(std::string_view name);

/// Whether a publisher of these namespaces may list this path: "<namespace>/<app>/<arch>/<file>".
bool covers(const std::vector<std::string>& namespaces, std::string_view target_path);

} // namespace qpkg::tuf

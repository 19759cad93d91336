// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why each role has a key of its own, and root and targets have three. What signs often (timestamp, snapshot) lies on a
// machine that is online, and must not decide who may publish. Two of three is the least that survives the loss of a
// key and the theft of one. More roles on one key would weaken what a signer can compare, see signing_request.hpp.
#pragma once

#include "repo-format/repo/roles.hpp"
#include "signing/key_file.hpp"
#include "signing/sign.hpp"

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

/// The secret keys of a publisher: a directory of key files, one per key.
namespace qpkg::app {

struct NewKeysRequest {
    std::filesystem::path directory;       ///< made; must not be there, or be empty
    std::optional<std::string> passphrase; ///< nothing: the keys are stored unencrypted
    /// Only these keys, also into a directory that holds others. Empty: all keys of a small repository.
    std::vector<std::string> names = {};
};

struct KeyInfo {
    std::string name; ///< of the file without ".key": "root-1"
    Digest id;
    trust::PublicKey public_key;
    bool encrypted;
    std::string ostree; ///< the public key as `ostree sign` takes it, only of the key `ostree`
};

struct KeysReport {
    std::filesystem::path directory;
    std::string fingerprint;   ///< root fingerprint of a repository made with these keys; empty without root keys
    std::vector<KeyInfo> keys; ///< ascending by name
};

/// Makes the keys of a small repository: root and targets three each (two needed), publisher, snapshot, timestamp and
/// ostree one each. All or nothing. Errors: conflict (the directory holds something, or a key of that name).
KeysReport new_keys(const NewKeysRequest& request);
/// The keys it would make, and where. Errors as `new_keys`.
struct KeysPlan {
    std::filesystem::path directory;
    std::vector<std::string> names;
};
KeysPlan plan_keys(const NewKeysRequest& request);

/// What lies in a directory of keys; no secret is opened.
KeysReport show_keys(const std::filesystem::path& directory);

/// True when a key file of the directory is encrypted.
bool needs_passphrase(const std::filesystem::path& directory);

/// Key names that `new_keys` makes for a role of the root, with the threshold it is given.
struct KeySet {
    std::vector<std::string> names;
    std::uint64_t threshold;
};
KeySet root_key_set();
KeySet targets_key_set();

/// Whether the keys of this session's ssh-agent count too.
enum class Agent { none, ssh };

/// A directory of key files. Secrets are opened when first needed.
class KeyRing {
public:
    KeyRing(const std::filesystem::path& directory, std::optional<std::string> passphrase, Agent agent = Agent::none);
    KeyRing(const KeyRing&) = delete;
    KeyRing& operator=(const KeyRing&) = delete;
    ~KeyRing();

    /// Error not_found naming the file.
    trust::PublicKey public_key(const std::string& name) const;
    bool has(const std::string& name) const { return files_.contains(name); }
    /// Whether who can read the files can sign: all of them are without a passphrase, and no agent is asked.
    bool is_open() const;
    /// The public half of the key of this id, nothing when it is not here.
    std::optional<trust::PublicKey> find(const Digest& id) const;
    /// Whether one of these keys is here.
    bool holds_any(const std::vector<Digest>& key_ids) const;
    const trust::SecretKey& secret(const std::string& name);

    /// Whether enough keys of a role are here; opens none.
    bool can_sign(const tuf::RoleKeys& role) const;
    /// What is wrong where they are not.
    Error too_few(const tuf::RoleKeys& role, const std::string& role_name) const;
    /// Enough keys of a role, in the order of their names; nothing when too few are here.
    std::optional<trust::Signers> signers(const tuf::RoleKeys& role);
    /// Every key of these that is here.
    trust::Signers all_of(const std::vector<Digest>& key_ids);
    /// As `signers`; Error untrusted when too few are here.
    trust::Signers require_signers(const tuf::RoleKeys& role, const std::string& role_name);

private:
    std::vector<std::string> names_of(const std::vector<Digest>& key_ids) const;
    trust::Signers agent_keys_of(const std::vector<Digest>& key_ids) const;

    std::filesystem::path directory_;
    std::optional<std::string> passphrase_;
    std::map<std::string, trust::KeyFile> files_;
    std::map<std::string, trust::SecretKey> open_;
    std::vector<std::unique_ptr<trust::Signer>> agent_;
};

} // namespace qpkg::app

// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why the public half of a key file can be read without the passphrase. Which keys are here has to be known before
// anybody is asked for one: to choose the role, to name the key that is missing, to say no. A file that others may read
// is refused even though it is encrypted: a key that somebody may have copied is a key to be changed.
#pragma once

#include "signing/key.hpp"

#include <filesystem>
#include <optional>
#include <string>

/// Secret keys on disk, one file each, mode 0600. Normative text: signing/keys.md.
namespace qpkg::trust {

/// A key file that was read but not opened: the public half is readable without the passphrase.
class KeyFile {
public:
    /// Errors: not_found, corrupt (malformed), untrusted (others may read it: the secret may be known),
    /// unsupported (protection of a newer qpkg).
    static KeyFile read(const std::filesystem::path& path);

    const PublicKey& public_key() const noexcept { return public_key_; }
    bool is_encrypted() const noexcept { return encrypted_; }

    /// Errors: usage (encrypted and no passphrase), untrusted (wrong passphrase, or the secret is another key's).
    SecretKey open(const std::optional<std::string>& passphrase) const;

private:
    struct Box {
        std::uint64_t operations;
        std::uint64_t memory; ///< bytes
        std::string salt;
        std::string nonce;
        std::string bytes; ///< the plain seed when not encrypted
    };
    KeyFile(std::filesystem::path path, PublicKey public_key, bool encrypted, Box box);

    std::filesystem::path path_;
    PublicKey public_key_;
    bool encrypted_;
    Box box_;
};

/// Writes a new key file, encrypted when there is a passphrase. Error conflict when `path` is there already.
void write_key_file(const std::filesystem::path& path, const SecretKey& key,
                    const std::optional<std::string>& passphrase);

} // namespace qpkg::trust

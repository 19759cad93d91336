// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why a `Signer` need not hold a secret. Keys lie in files, in an ssh-agent, or on another machine; what publishes only
// asks for 64 bytes. A `SecretKey` cannot be copied or printed and is wiped when it goes, so that the number of places
// where a secret lies in memory is one.
#pragma once

#include "qpkg/base/digest.hpp"

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

/// Ed25519 keys (RFC 8032, libsodium).
namespace qpkg::trust {

using SignatureBytes = std::array<std::uint8_t, 64>;

class PublicKey {
public:
    explicit PublicKey(const std::array<std::uint8_t, 32>& bytes) : bytes_(bytes) {}

    const std::array<std::uint8_t, 32>& bytes() const noexcept { return bytes_; }
    /// sha256 of the canonical key object, see repo-format/repo/canonical-json.md.
    Digest id() const;
    /// False for signatures of other bytes, and for keys and signatures that RFC 8032 calls malformed.
    bool verifies(const SignatureBytes& signature, std::string_view message) const;

    friend auto operator<=>(const PublicKey&, const PublicKey&) = default;

private:
    std::array<std::uint8_t, 32> bytes_;
};

using Seed = std::array<std::uint8_t, 32>;

/// Overwrites bytes that held a secret.
void wipe(std::span<std::uint8_t> bytes) noexcept;
void wipe(std::string& text) noexcept;

/// Whatever can sign as one public key: a key in memory, in an agent, on another machine.
class Signer {
public:
    Signer() = default;
    Signer(const Signer&) = delete;
    Signer& operator=(const Signer&) = delete;
    virtual ~Signer() = default;

    virtual const PublicKey& public_key() const noexcept = 0;
    /// 64 raw bytes, RFC 8032.
    virtual SignatureBytes sign(std::string_view message) const = 0;
};

/// Never printed, never copied, wiped at the end of its life.
class SecretKey final : public Signer {
public:
    static SecretKey generate();
    static SecretKey from_seed(const Seed& seed);

    SecretKey(SecretKey&& other) noexcept;
    SecretKey& operator=(SecretKey&&) = delete;
    ~SecretKey() override;

    const PublicKey& public_key() const noexcept override { return public_key_; }
    SignatureBytes sign(std::string_view message) const override;
    /// The 32 secret bytes, for the key file only; the caller wipes them.
    Seed seed() const;

private:
    explicit SecretKey(const Seed& seed);

    std::array<std::uint8_t, 64> bytes_; ///< libsodium's form: seed, then public key
    PublicKey public_key_;
};

} // namespace qpkg::trust

// SPDX-License-Identifier: LGPL-2.1-or-later
#include "signing/key.hpp"

#include "repo-format/repo/roles.hpp"
#include "signing/sodium.hpp"

#include "qpkg/core/error.hpp"

#include <sodium.h>

#include <algorithm>

namespace qpkg::trust {

void require_sodium()
{
    static const bool ready = sodium_init() >= 0;
    if (!ready) {
        throw Error(Code::failed, "start libsodium: no source of randomness");
    }
}

Digest PublicKey::id() const { return tuf::make_key(bytes_).id; }

bool PublicKey::verifies(const SignatureBytes& signature, std::string_view message) const
{
    require_sodium();
    const auto bytes = as_bytes(message);
    return crypto_sign_verify_detached(signature.data(), bytes.data(), bytes.size(), bytes_.data()) == 0;
}

void wipe(std::span<std::uint8_t> bytes) noexcept { sodium_memzero(bytes.data(), bytes.size()); }

void wipe(std::string& text) noexcept
{
    sodium_memzero(text.data(), text.size());
    text.clear();
}

SecretKey::SecretKey(const Seed& seed) : bytes_{}, public_key_({})
{
    require_sodium();
    std::array<std::uint8_t, 32> public_bytes{};
    crypto_sign_seed_keypair(public_bytes.data(), bytes_.data(), seed.data());
    public_key_ = PublicKey(public_bytes);
}

SecretKey SecretKey::generate()
{
    require_sodium();
    Seed seed{};
    randombytes_buf(seed.data(), seed.size());
    SecretKey key(seed);
    wipe(seed);
    return key;
}

SecretKey SecretKey::from_seed(const Seed& seed) { return SecretKey(seed); }

SecretKey::SecretKey(SecretKey&& other) noexcept : bytes_(other.bytes_), public_key_(other.public_key_)
{
    wipe(other.bytes_);
}

SecretKey::~SecretKey() { wipe(bytes_); }

SignatureBytes SecretKey::sign(std::string_view message) const
{
    SignatureBytes signature{};
    const auto bytes = as_bytes(message);
    crypto_sign_detached(signature.data(), nullptr, bytes.data(), bytes.size(), bytes_.data());
    return signature;
}

Seed SecretKey::seed() const
{
    Seed seed{};
    std::copy_n(bytes_.begin(), seed.size(), seed.begin());
    return seed;
}

} // namespace qpkg::trust

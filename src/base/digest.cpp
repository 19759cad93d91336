// SPDX-License-Identifier: LGPL-2.1-or-later
#include "qpkg/base/digest.hpp"

#include "qpkg/core/error.hpp"

#include <openssl/evp.h>

#include <algorithm>

namespace qpkg {
namespace {

/// Fetched once: looking the algorithm up costs more than hashing a block.
const EVP_MD* sha256_algorithm()
{
    static EVP_MD* const algorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
    if (algorithm == nullptr) {
        throw Error(Code::unsupported, "libcrypto offers no SHA-256");
    }
    return algorithm;
}

} // namespace

struct Sha256::State {
    EVP_MD_CTX* context = EVP_MD_CTX_new();

    State() { restart(); }
    State(const State&) = delete;
    State& operator=(const State&) = delete;
    ~State() { EVP_MD_CTX_free(context); }

    void restart() const
    {
        if (context == nullptr || EVP_DigestInit_ex2(context, sha256_algorithm(), nullptr) != 1) {
            throw Error(Code::failed, "start SHA-256: libcrypto refused");
        }
    }
};

Sha256::Sha256() : state_(std::make_unique<State>()) {}
Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;

void Sha256::update(std::span<const std::uint8_t> bytes)
{
    if (EVP_DigestUpdate(state_->context, bytes.data(), bytes.size()) != 1) {
        throw Error(Code::failed, "SHA-256: libcrypto refused");
    }
}

void Sha256::update(std::string_view bytes) { update(as_bytes(bytes)); }

Digest Sha256::finish()
{
    std::array<std::uint8_t, Digest::size> value{};
    if (EVP_DigestFinal_ex(state_->context, value.data(), nullptr) != 1) {
        throw Error(Code::failed, "SHA-256: libcrypto refused");
    }
    state_->restart();
    return Digest(value);
}

Digest sha256(std::span<const std::uint8_t> bytes)
{
    Sha256 hash;
    hash.update(bytes);
    return hash.finish();
}

Digest sha256(std::string_view bytes) { return sha256(as_bytes(bytes)); }

} // namespace qpkg

// SPDX-License-Identifier: LGPL-2.1-or-later
#include "qpkg/base/digest.hpp"

#include "qpkg/base/error.hpp"

#include <openssl/evp.h>

#include <algorithm>

namespace qpkg {
namespace {

int hex_value(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    if (c >= 'a' && c <= 'f') {
        return c - 'a' + 10;
    }
    return -1;
}

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

std::optional<Digest> Digest::from_hex(std::string_view hex)
{
    if (hex.size() != 2 * size) {
        return std::nullopt;
    }
    std::array<std::uint8_t, size> bytes{};
    for (std::size_t i = 0; i < size; ++i) {
        const int high = hex_value(hex[2 * i]);
        const int low = hex_value(hex[2 * i + 1]);
        if (high < 0 || low < 0) {
            return std::nullopt;
        }
        bytes[i] = static_cast<std::uint8_t>(high << 4 | low);
    }
    return Digest(bytes);
}

std::optional<Digest> Digest::from_bytes(std::span<const std::uint8_t> bytes)
{
    if (bytes.size() != size) {
        return std::nullopt;
    }
    std::array<std::uint8_t, size> copy{};
    std::copy(bytes.begin(), bytes.end(), copy.begin());
    return Digest(copy);
}

std::string Digest::hex() const { return to_hex(bytes_); }

std::string to_hex(std::span<const std::uint8_t> bytes)
{
    static constexpr char digits[] = "0123456789abcdef";
    std::string hex;
    hex.reserve(2 * bytes.size());
    for (const auto byte : bytes) {
        hex += digits[byte >> 4];
        hex += digits[byte & 15];
    }
    return hex;
}

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

// SPDX-License-Identifier: LGPL-2.1-or-later
#include "outside/tuf_client/lenient/foreign_key.hpp"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <algorithm>
#include <array>
#include <memory>

namespace qpkg::trust {
namespace {

template <auto Free>
struct Deleter {
    template <class T>
    void operator()(T* object) const noexcept
    {
        Free(object);
    }
};
using KeyHandle = std::unique_ptr<EVP_PKEY, Deleter<EVP_PKEY_free>>;
using Context = std::unique_ptr<EVP_MD_CTX, Deleter<EVP_MD_CTX_free>>;
using Source = std::unique_ptr<BIO, Deleter<BIO_free>>;

constexpr std::size_t largest_key = 16 * 1024;
constexpr int smallest_rsa_bits = 2048;

struct Scheme {
    std::string_view name;
    int type; ///< EVP_PKEY_…
    const char* digest;
    const char* curve; ///< of elliptic keys
    bool pss;
};
constexpr std::array schemes{
    Scheme{"ecdsa-sha2-nistp256", EVP_PKEY_EC, "SHA256", "prime256v1", false},
    Scheme{"ecdsa-sha2-nistp384", EVP_PKEY_EC, "SHA384", "secp384r1", false},
    Scheme{"rsassa-pss-sha256", EVP_PKEY_RSA, "SHA256", nullptr, true},
    Scheme{"rsassa-pss-sha384", EVP_PKEY_RSA, "SHA384", nullptr, true},
    Scheme{"rsassa-pss-sha512", EVP_PKEY_RSA, "SHA512", nullptr, true},
    Scheme{"rsa-pkcs1v15-sha256", EVP_PKEY_RSA, "SHA256", nullptr, false},
    Scheme{"rsa-pkcs1v15-sha384", EVP_PKEY_RSA, "SHA384", nullptr, false},
    Scheme{"rsa-pkcs1v15-sha512", EVP_PKEY_RSA, "SHA512", nullptr, false},
};

const std::string* member(const canonical::Object& object, std::string_view name)
{
    const auto found = object.find(name);
    return found == object.end() ? nullptr : found->second.get_if<std::string>();
}

const std::string* public_text(const tuf::Key& key)
{
    const auto found = key.members.find("keyval");
    const auto* value = found == key.members.end() ? nullptr : found->second.get_if<canonical::Object>();
    return value == nullptr ? nullptr : member(*value, "public");
}

const Scheme* scheme_of(const tuf::Key& key)
{
    const auto* name = member(key.members, "scheme");
    const auto found = name == nullptr ? schemes.end() : std::ranges::find(schemes, *name, &Scheme::name);
    return found == schemes.end() ? nullptr : &*found;
}

bool fits(EVP_PKEY* key, const Scheme& scheme)
{
    if (EVP_PKEY_get_base_id(key) != scheme.type) {
        return false;
    }
    if (scheme.curve == nullptr) {
        return EVP_PKEY_get_bits(key) >= smallest_rsa_bits;
    }
    std::array<char, 64> group{};
    return EVP_PKEY_get_group_name(key, group.data(), group.size(), nullptr) == 1 &&
           std::string_view(group.data()) == scheme.curve;
}

/// The key, when it is PEM of the kind that its scheme says.
KeyHandle open(const tuf::Key& key)
{
    const auto* scheme = scheme_of(key);
    const auto* pem = public_text(key);
    if (scheme == nullptr || pem == nullptr || pem->size() > largest_key) {
        return nullptr;
    }
    const Source source(BIO_new_mem_buf(pem->data(), static_cast<int>(pem->size())));
    KeyHandle handle(PEM_read_bio_PUBKEY(source.get(), nullptr, nullptr, nullptr));
    ERR_clear_error();
    return handle && fits(handle.get(), *scheme) ? std::move(handle) : nullptr;
}

} // namespace

std::optional<std::string> foreign_identity(const tuf::Key& key)
{
    const auto handle = open(key);
    unsigned char* der = nullptr;
    const int size = handle ? i2d_PUBKEY(handle.get(), &der) : 0;
    if (size <= 0) {
        return std::nullopt;
    }
    std::string bytes(as_text({der, static_cast<std::size_t>(size)}));
    OPENSSL_free(der);
    return bytes;
}

bool foreign_verifies(const tuf::Key& key, std::string_view signature, std::string_view message)
{
    const auto handle = open(key);
    const Context context(EVP_MD_CTX_new());
    if (!handle || !context) {
        return false;
    }
    const auto& scheme = *scheme_of(key);
    EVP_PKEY_CTX* options = nullptr; // belongs to the context
    bool ready =
        EVP_DigestVerifyInit_ex(context.get(), &options, scheme.digest, nullptr, nullptr, handle.get(), nullptr) == 1;
    if (ready && scheme.pss) {
        ready = EVP_PKEY_CTX_set_rsa_padding(options, RSA_PKCS1_PSS_PADDING) > 0 &&
                EVP_PKEY_CTX_set_rsa_pss_saltlen(options, RSA_PSS_SALTLEN_AUTO) > 0;
    }
    const auto bytes = as_bytes(signature);
    const auto text = as_bytes(message);
    const bool valid =
        ready && EVP_DigestVerify(context.get(), bytes.data(), bytes.size(), text.data(), text.size()) == 1;
    ERR_clear_error();
    return valid;
}

} // namespace qpkg::trust

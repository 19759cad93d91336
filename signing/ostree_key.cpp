// SPDX-License-Identifier: LGPL-2.1-or-later
#include "signing/ostree_key.hpp"

#include <algorithm>

namespace qpkg::trust {

// A key has the size of a digest, and is written the same way.
std::optional<PublicKey> ostree_key(const canonical::Object& role_members)
{
    const auto found = role_members.find(ostree_key_member);
    const auto* text = found == role_members.end() ? nullptr : found->second.get_if<std::string>();
    const auto bytes = text == nullptr ? std::nullopt : Digest::from_hex(*text);
    return bytes ? std::optional(PublicKey(bytes->bytes())) : std::nullopt;
}

std::string ostree_key_text(const PublicKey& key) { return Digest(key.bytes()).hex(); }

std::string base64(const PublicKey& key)
{
    constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const auto& bytes = key.bytes();
    std::string text;
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        const auto left = std::min<std::size_t>(3, bytes.size() - i);
        std::uint32_t group = 0;
        for (std::size_t j = 0; j < 3; ++j) {
            group = group << 8U | (j < left ? bytes[i + j] : 0U);
        }
        for (std::size_t j = 0; j < 4; ++j) {
            text += j <= left ? digits[group >> (18U - 6U * j) & 63U] : '=';
        }
    }
    return text;
}

} // namespace qpkg::trust

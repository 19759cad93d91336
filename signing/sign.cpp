// SPDX-License-Identifier: LGPL-2.1-or-later
#include "signing/sign.hpp"

#include "repo-format/repo/envelope.hpp"

namespace qpkg::trust {

std::string sign_file(std::string_view payload, const Signers& signers)
{
    std::vector<envelope::Signature> signatures;
    for (const Signer& key : signers) {
        signatures.push_back({.key_id = key.public_key().id(), .bytes = key.sign(payload)});
    }
    return envelope::write(std::move(signatures), payload);
}

std::string OstreeSigner::sign(std::span<const std::uint8_t> bytes) const
{
    const auto signature = key_.sign(as_text(bytes));
    return std::string(as_text(signature));
}

} // namespace qpkg::trust

// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "signing/key.hpp"

#include "qpkg/ports/content_store.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace qpkg::trust {

using Signers = std::vector<std::reference_wrapper<const Signer>>;

/// The signed file (envelope) of this payload.
std::string sign_file(std::string_view payload, const Signers& signers);

/// OSTree's own signature of a commit: ed25519 over its bytes, by a key that signs nothing else.
class OstreeSigner final : public CommitSigner {
public:
    explicit OstreeSigner(const Signer& key) : key_(key) {}

    std::string sign(std::span<const std::uint8_t> bytes) const override;

private:
    const Signer& key_;
};

} // namespace qpkg::trust

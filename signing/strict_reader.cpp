// SPDX-License-Identifier: LGPL-2.1-or-later
#include "repo-format/repo/envelope.hpp"
#include "signing/key.hpp"
#include "signing/reader.hpp"

#include <algorithm>

namespace qpkg::trust {
namespace {

class StrictReader final : public Reader {
public:
    SignedFile open(std::string_view file) const override
    {
        const auto scanned = envelope::scan(file);
        SignedFile found{.signatures = {}, .payload = std::string(scanned.payload)};
        for (const auto& signature : scanned.signatures) {
            found.signatures.push_back({signature.key_id, std::string(as_text(signature.bytes))});
        }
        return found;
    }

    tuf::Root root(std::string_view file) const override { return tuf::parse_root(envelope::scan(file).payload); }
    tuf::Timestamp timestamp(std::string_view file) const override
    {
        return tuf::parse_timestamp(envelope::scan(file).payload);
    }
    tuf::Snapshot snapshot(std::string_view file) const override
    {
        return tuf::parse_snapshot(envelope::scan(file).payload);
    }
    tuf::Targets targets(std::string_view file) const override
    {
        return tuf::read_targets(envelope::scan(file).payload);
    }

    std::optional<std::string> identity(const tuf::Key& key) const override
    {
        return key.ed25519 ? std::optional(std::string(as_text(*key.ed25519))) : std::nullopt;
    }

    bool verifies(const tuf::Key& key, std::string_view signature, std::string_view message) const override
    {
        SignatureBytes bytes{};
        if (!key.ed25519 || signature.size() != bytes.size()) {
            return false;
        }
        std::ranges::copy(as_bytes(signature), bytes.begin());
        return PublicKey(*key.ed25519).verifies(bytes, message);
    }
};

} // namespace

const Reader& strict_reader()
{
    static const StrictReader reader;
    return reader;
}

} // namespace qpkg::trust

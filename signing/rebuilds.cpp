// SPDX-License-Identifier: LGPL-2.1-or-later
#include "signing/rebuilds.hpp"

#include "repo-format/repo/envelope.hpp"
#include "signing/key.hpp"

#include "qpkg/core/error.hpp"

#include <algorithm>
#include <set>

namespace qpkg::trust {
namespace {

PublicKey public_key(const Rebuilder& rebuilder) { return PublicKey(rebuilder.key.bytes()); }

/// Organisations with a valid signature over the raw bytes.
std::set<std::string> signers_of(const envelope::Envelope& file, std::span<const Rebuilder> trusted)
{
    std::set<std::string> organisations;
    for (const auto& signature : file.signatures) {
        for (const auto& rebuilder : trusted) {
            const auto key = public_key(rebuilder);
            if (key.id() == signature.key_id && key.verifies(signature.bytes, file.payload)) {
                organisations.insert(rebuilder.organisation);
            }
        }
    }
    return organisations;
}

/// The same release, built from the same inputs, whatever came out.
bool is_about(const RebuildStatement& statement, RebuildStatement expected)
{
    expected.commit = statement.commit;
    expected.volume = statement.volume;
    return statement == expected;
}

} // namespace

RebuildVerdict count_rebuilds(const RebuildStatement& expected, std::span<const std::string> files,
                              std::span<const Rebuilder> trusted, std::vector<std::string>& notes)
{
    std::set<std::string> agreeing;
    std::set<std::string> dissenting;
    for (const auto& bytes : files) {
        try {
            const auto file = envelope::scan(bytes);
            const auto organisations = signers_of(file, trusted);
            if (organisations.empty()) {
                continue;
            }
            const auto statement = parse_rebuild(file.payload);
            if (is_about(statement, expected)) {
                (statement == expected ? agreeing : dissenting).insert(organisations.begin(), organisations.end());
            }
        } catch (const Error& error) {
            notes.push_back(std::string("a rebuild statement is skipped: ") + error.what());
        }
    }
    RebuildVerdict verdict;
    std::ranges::set_difference(agreeing, dissenting, std::back_inserter(verdict.agreeing));
    verdict.dissenting.assign(dissenting.begin(), dissenting.end());
    return verdict;
}

Digest key_id_of(const Rebuilder& rebuilder) { return public_key(rebuilder).id(); }

std::string sign_statement(const RebuildStatement& statement, const SecretKey& key, std::string_view others)
{
    const auto payload = encode_rebuild(statement);
    std::vector<envelope::Signature> signatures;
    if (!others.empty()) {
        const auto file = envelope::scan(others);
        if (file.payload != payload) {
            throw Error(Code::conflict, "the statement that is there already says something else");
        }
        signatures = file.signatures;
    }
    const auto id = key.public_key().id();
    std::erase_if(signatures, [&](const envelope::Signature& signature) { return signature.key_id == id; });
    signatures.push_back({id, key.sign(payload)});
    return envelope::write(std::move(signatures), payload);
}

} // namespace qpkg::trust

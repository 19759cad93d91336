// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/publish/vault.hpp"

#include "qpkg/core/error.hpp"
#include "qpkg/core/fault.hpp"
#include "qpkg/core/files.hpp"
#include "qpkg/core/subprocess.hpp"

#include <algorithm>

namespace qpkg::app {
namespace {

std::string names_of(const std::vector<ToSign>& files)
{
    std::string names;
    for (const auto& file : files) {
        names += (names.empty() ? "" : ", ") + file.file();
    }
    return names;
}

std::vector<std::string> examine_all(const TrustStore& store, const Clock& clock, const VaultRequest& vault,
                                     const KeyRing& ring, const SigningStream& request)
{
    std::vector<std::string> difference;
    for (const auto& file : request.files) {
        if (!ring.holds_any(file.key_ids)) {
            throw Error(Code::untrusted, file.file() + ": none of its keys is here");
        }
        const auto lines =
            examine(file, vault.policy, store.trusted(vault_name(), file.role), request.evidence, clock.now());
        difference.insert(difference.end(), lines.begin(), lines.end());
    }
    return difference;
}

std::vector<RemoteSignature> sign(TrustStore& store, const Clock& clock, const VaultRequest& vault,
                                  const SigningStream& request)
{
    KeyRing ring(vault.keys, vault.passphrase);
    const auto difference = examine_all(store, clock, vault, ring, request);
    if (!vault.agreed(difference)) {
        throw Error(Code::untrusted, names_of(request.files) + ": the owner of the keys said no");
    }
    std::vector<RemoteSignature> made;
    for (const auto& file : request.files) {
        store.accept(vault_name(), {file.role, file.version, file.payload});
        fault_point("vault.recorded");
        for (const trust::Signer& signer : ring.all_of(file.key_ids)) {
            made.push_back({file.file(), {signer.public_key().id(), signer.sign(file.payload)}});
        }
    }
    store.record({clock.now(), vault_name(), "signed " + names_of(request.files)});
    return made;
}

} // namespace

RepoName vault_name() { return RepoName::require("vault", Code::bug); }

std::string answer_request(TrustStore& store, const Clock& clock, const VaultRequest& vault,
                           const std::function<std::string()>& read)
{
    try {
        return encode_signing_answer(sign(store, clock, vault, parse_signing_stream(read())));
    } catch (const Error& error) {
        if (error.code() == Code::interrupted) {
            throw;
        }
        store.record({clock.now(), vault_name(), "refused: " + std::string(error.what())});
        return encode_signing_refusal(error.what());
    }
}

std::vector<std::string> examine_request(const TrustStore& store, const Clock& clock, const VaultRequest& vault,
                                         std::string_view request)
{
    return examine_all(store, clock, vault, KeyRing(vault.keys, std::nullopt), parse_signing_stream(request));
}

std::vector<MadeSignature> ask_vault(const AskVaultRequest& request)
{
    const SigningStream stream{read_signing_request(request.tbs), read_evidence(request.tbs)};
    const auto result = run_checked({.argv = request.command, .input = encode_signing_stream(stream)}, "ask the vault");
    std::vector<MadeSignature> made;
    files::make_directories(request.out);
    for (const auto& [name, signature] : parse_signing_answer(result.output)) {
        const auto file = std::ranges::find(stream.files, name, &ToSign::file);
        if (file == stream.files.end() || std::ranges::find(file->key_ids, signature.key_id) == file->key_ids.end()) {
            throw Error(Code::corrupt, "the vault signed something that it was not asked for");
        }
        write_signature(request.out, *file, signature);
        made.push_back({name, signature.key_id});
    }
    return made;
}

} // namespace qpkg::app

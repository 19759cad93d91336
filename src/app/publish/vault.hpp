// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why a vault records before it signs. A vault promises never to sign two different files of one version, for with both
// of them somebody could show two worlds to two readers. If it answered first and recorded then, a crash between the
// two would make it forget what it signed. This way round a lost answer is asked for again: the same bytes are signed
// again.
//
// It asks its owner once for all files of a request, after all of them were examined: a question that may still turn
// out to be pointless teaches people to say yes. The request comes from a machine that may be taken over. Nothing in it
// is believed, and whatever it holds the answer is a refusal, never a crash.
#pragma once

#include "app/publish/keys.hpp"
#include "app/publish/vault_check.hpp"

#include "qpkg/ports/clock.hpp"

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

/// A machine that only holds keys: it signs what another one asks for, if its policy and its owner agree. Normative
/// text: signing/keys.md, "A vault".
namespace qpkg::app {

struct VaultRequest {
    std::filesystem::path keys;
    std::optional<std::string> passphrase;
    VaultPolicy policy;
    std::function<bool(const std::vector<std::string>& difference)> agreed;
};

/// Answers the request that `read` returns: every file is examined, then the owner is asked once, then all are recorded
/// and signed. Recorded first: a lost answer can be asked for again, a forgotten signature could be followed by a
/// contradiction. Never throws for what a request holds: the answer is then a refusal, and `store` has the reason among
/// its events.
std::string answer_request(TrustStore& store, const Clock& clock, const VaultRequest& vault,
                           const std::function<std::string()>& read);

/// What the owner would be shown of this request; nothing is asked, recorded or signed. Error untrusted: why it would
/// be refused.
std::vector<std::string> examine_request(const TrustStore& store, const Clock& clock, const VaultRequest& vault,
                                         std::string_view request);

/// The vault's side of the store: its roles are those last signed, its events what was asked.
RepoName vault_name();

/// Asks a vault through a command that carries the request to it, and puts the signatures into the directory.
/// Errors: untrusted (refused), corrupt, failed (the command).
struct AskVaultRequest {
    std::filesystem::path tbs;
    std::filesystem::path out;
    std::vector<std::string> command;
};
std::vector<MadeSignature> ask_vault(const AskVaultRequest& request);

} // namespace qpkg::app

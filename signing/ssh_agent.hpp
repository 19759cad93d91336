// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why what an agent answers is verified. It is another program that may be asked by anybody in the session, and its key
// may not be the one that was listed. A raw ed25519 signature is what TUF and OSTree want, so nothing is wrapped around
// it; keys of other kinds could not sign that and are skipped.
#pragma once

#include "signing/key.hpp"

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

/// Keys in a running ssh-agent (draft-miller-ssh-agent): a raw Ed25519 answer of it is a valid signature here.
namespace qpkg::trust {

/// The ed25519 keys of an agent's answer; keys of other kinds are skipped. Error corrupt for what is no such answer.
std::vector<PublicKey> parse_agent_keys(std::string_view answer);
/// The signature in an agent's answer. Errors: corrupt, failed (the agent refused: locked, or asked and told no).
SignatureBytes parse_agent_signature(std::string_view answer);

/// Every ed25519 key of the agent at this socket. Each signature is asked for over a connection of its own, and
/// verified before it is used. `patience` is for each answer: an agent may first ask its user. Errors: failed (no agent
/// there, or one that does not answer).
std::vector<std::unique_ptr<Signer>> agent_keys(const std::filesystem::path& socket,
                                                std::chrono::milliseconds patience = std::chrono::minutes(2));

/// The agent of this session (SSH_AUTH_SOCK). Error not_found when there is none.
std::filesystem::path agent_socket();

} // namespace qpkg::trust

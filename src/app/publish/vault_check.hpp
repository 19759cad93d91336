// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why a vault has a policy of its own. Its owner sees a difference and says yes, and people say yes to a lot. The
// policy is what does not get tired: which roles, which namespaces, how long a signature may be valid, one version
// after the other. New releases must come with their manifest and commit, which are compared here, on the machine with
// the keys: the one that asks could list one thing and ship another. A vault that signs for a role for the first time
// knows nothing to compare with; then it shows everything.
#pragma once

#include "app/publish/signing_stream.hpp"

#include "qpkg/ports/trust_store.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// What a vault agrees to ask its owner about. Pure.
namespace qpkg::app {

/// What may be signed for one role.
struct VaultRule {
    std::string role;                    ///< "root", "targets", or a publisher's name
    std::vector<std::string> namespaces; ///< of releases, or of publishers that targets delegates to
    std::int64_t longest;                ///< seconds from now until the file expires, at most
};

/// The owner's policy.toml.
struct VaultPolicy {
    std::vector<std::string> ask; ///< program and arguments; is given the difference, status 0 means yes
    std::vector<VaultRule> rules;
};

/// Compares one file with the policy, with what was signed last for its role, and its new releases with their manifests
/// and commits. Returns the difference in lines for people. Error untrusted: it must not be signed.
std::vector<std::string> examine(const ToSign& file, const VaultPolicy& policy, const std::optional<TrustedRole>& last,
                                 const Evidence& evidence, std::int64_t now);

} // namespace qpkg::app

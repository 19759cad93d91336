// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plan/rebuilds.hpp"

#include "qpkg/core/error.hpp"
#include "qpkg/core/text.hpp"

namespace qpkg::plan {

std::string rebuild_words(const RebuildPolicy& policy, const RebuildVerdict& verdict, std::size_t trusted)
{
    auto words = "reproduced by " + std::to_string(verdict.agreeing.size()) + " of " + std::to_string(trusted) +
                 (trusted == 1 ? " organisation" : " organisations");
    if (policy.mode == RebuildMode::require) {
        words += " (need " + std::to_string(policy.organisations) + ")";
    }
    if (!verdict.agreeing.empty()) {
        words += ": " + text::join(verdict.agreeing, ", ");
    }
    if (!verdict.dissenting.empty()) {
        words += "; not by " + text::join(verdict.dissenting, ", ") + ", whose build came out differently";
    }
    return words;
}

std::optional<std::string> judge_rebuilds(const RebuildPolicy& policy, const RebuildVerdict& verdict,
                                          std::size_t trusted, Dissent dissent)
{
    if (policy.mode == RebuildMode::off) {
        return std::nullopt;
    }
    auto words = rebuild_words(policy, verdict, trusted);
    if (policy.mode == RebuildMode::warn) {
        return words;
    }
    if (verdict.agreeing.size() < policy.organisations) {
        throw Error(Code::untrusted, words,
                    "statements cannot be forged, but a mirror can withhold them: try another mirror, or wait for the "
                    "rebuilders");
    }
    if (!verdict.dissenting.empty() && dissent == Dissent::blocks) {
        throw Error(Code::untrusted, words, "find out why; to install it all the same: --despite-dissent");
    }
    return words;
}

} // namespace qpkg::plan

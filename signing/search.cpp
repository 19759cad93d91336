// SPDX-License-Identifier: LGPL-2.1-or-later
#include "signing/updater.hpp"

#include "qpkg/core/error.hpp"
#include "qpkg/core/text.hpp"

#include <fnmatch.h>

#include <algorithm>
#include <set>

/// 5.6.7: which role lists a target path.
namespace qpkg::trust {
namespace {

bool matches(const std::string& pattern, const std::string& path)
{
    const auto patterns = text::split(pattern, '/');
    const auto pieces = text::split(path, '/');
    return std::ranges::equal(patterns, pieces, [](const std::string& shell, const std::string& piece) {
        return ::fnmatch(shell.c_str(), piece.c_str(), FNM_NOESCAPE) == 0;
    });
}

bool covers(const tuf::Delegation& delegation, const std::string& path)
{
    const auto digest = sha256(path).hex();
    return tuf::covers(delegation.namespaces, path) ||
           std::ranges::any_of(delegation.patterns, [&](const auto& pattern) { return matches(pattern, path); }) ||
           std::ranges::any_of(delegation.hash_prefixes,
                               [&](const auto& prefix) { return digest.starts_with(prefix); });
}

struct Step {
    Verified<tuf::Targets> parent;
    tuf::Delegation delegation;
};

/// Puts the delegations that cover the path on top of the stack, the first of them topmost. A terminating one ends the
/// search among its later siblings, and of whatever else was waiting.
void push_delegations(const Verified<tuf::Targets>& role, const std::string& path, std::vector<Step>& waiting)
{
    std::vector<Step> children;
    for (const auto& delegation : role->delegations) {
        if (!covers(delegation, path)) {
            continue;
        }
        children.push_back({role, delegation});
        if (delegation.terminating) {
            waiting.clear();
            break;
        }
    }
    waiting.insert(waiting.end(), children.rbegin(), children.rend());
}

/// As this role lists it, nothing when it does not. Error corrupt for an entry that cannot be used: another role
/// further down has no say in it.
const tuf::Target* listed_in(const tuf::Targets& role, const std::string& path)
{
    if (const auto unusable = role.unusable.find(path); unusable != role.unusable.end()) {
        throw Error(Code::corrupt, "target " + text::escaped(path) + ": " + unusable->second);
    }
    const auto found = role.targets.find(path);
    return found == role.targets.end() ? nullptr : &found->second;
}

} // namespace

std::optional<FoundTarget> Updater::find(const std::string& target_path, Fetcher& fetcher, RefreshReport& report)
{
    if (!targets_) {
        throw Error(Code::not_found, "repository " + repo_.text() + ": no metadata is here yet");
    }
    if (const auto* found = listed_in(**targets_, target_path)) {
        return FoundTarget{*found, "targets"};
    }
    std::vector<Step> waiting;
    push_delegations(*targets_, target_path, waiting);
    std::set<std::string> visited;
    while (!waiting.empty()) {
        const auto step = std::move(waiting.back());
        waiting.pop_back();
        // One role reached twice is read once, as the first to delegate it does: this ends circles too.
        if (!visited.insert(step.delegation.name).second) {
            continue;
        }
        if (visited.size() > profile_.most_roles) {
            throw Error(Code::no_space, "find " + text::escaped(target_path) + ": more than " +
                                            std::to_string(profile_.most_roles) + " roles are delegated to");
        }
        const auto role = delegated(step.parent, step.delegation, fetcher, report);
        if (const auto* found = listed_in(*role, target_path)) {
            return FoundTarget{*found, step.delegation.name};
        }
        push_delegations(role, target_path, waiting);
    }
    return std::nullopt;
}

} // namespace qpkg::trust

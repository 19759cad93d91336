// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/publish/vault_check.hpp"

#include "repo-format/repo/manifest.hpp"
#include "repo-format/repo/ostree_objects.hpp"

#include "qpkg/core/error.hpp"
#include "qpkg/core/text.hpp"
#include "qpkg/model/commit_identity.hpp"

#include <algorithm>
#include <set>

namespace qpkg::app {
namespace {

[[noreturn]] void refuse(const std::string& why) { throw Error(Code::untrusted, why); }

const VaultRule& rule_for(const VaultPolicy& policy, const std::string& role)
{
    const auto rule = std::ranges::find(policy.rules, role, &VaultRule::role);
    if (rule == policy.rules.end()) {
        refuse("policy.toml has no rule for role " + role);
    }
    return *rule;
}

/// One more than last time; or the very same bytes, when an answer was lost on its way.
void check_version(const ToSign& file, const std::optional<TrustedRole>& last)
{
    if (!last || file.version == last->version + 1 || (file.version == last->version && file.payload == last->bytes)) {
        return;
    }
    refuse("is version " + std::to_string(file.version) + (file.version == last->version ? " with other bytes" : "") +
           ", last was signed version " + std::to_string(last->version));
}

void check_expiry(const tuf::Header& header, const VaultRule& rule, std::int64_t now)
{
    if (header.expires > now + rule.longest) {
        refuse("expires " + text::iso_time(header.expires) + ", policy.toml allows until " +
               text::iso_time(now + rule.longest));
    }
}

void check_namespace(const VaultRule& rule, const std::string& name)
{
    if (std::ranges::find(rule.namespaces, name) == rule.namespaces.end()) {
        refuse("namespace " + text::escaped(name, 80) + " is not among those of policy.toml");
    }
}

const std::string& require_evidence(const Evidence& evidence, const Digest& id, std::string_view what)
{
    const auto found = evidence.find(id);
    if (found == evidence.end()) {
        refuse("the " + std::string(what) + " was not sent along");
    }
    return found->second;
}

void require_same(const std::string& what, const std::string& found, const std::string& expected)
{
    if (found != expected) {
        refuse(what + " is " + text::escaped(found) + ", expected " + text::escaped(expected));
    }
}

std::string joined(const ostree::MetadataValue& value)
{
    const auto* one = std::get_if<std::string>(&value);
    return one == nullptr ? text::join(std::get<std::vector<std::string>>(value), ",") : *one;
}

/// The commit must be of the app, version and ref that its manifest says.
void check_commit(const Release& release, const std::string& bytes)
{
    const auto commit = ostree::parse_commit(as_bytes(bytes));
    auto expected = commit_identity(release);
    expected.emplace("ostree.ref-binding", release.tree.ref);
    for (const auto& [key, value] : expected) {
        const auto found = std::ranges::find(commit.metadata, key, [](const auto& member) { return member.first; });
        require_same("its commit's " + key, found == commit.metadata.end() ? "absent" : joined(found->second), value);
    }
}

void check_release(const std::string& path, const tuf::Target& target, const Evidence& evidence)
{
    const auto& bytes = require_evidence(evidence, target.sha256, "manifest");
    const auto release = parse_manifest(bytes);
    require_same("its manifest's place", target_path(release.app, release.arch, release.channel, release.sequence),
                 path);
    require_same("its length", std::to_string(target.length), std::to_string(bytes.size()));
    check_commit(release, require_evidence(evidence, release.tree.commit.digest(), "commit"));
}

/// Each release that was not signed before has its manifest and commit with it.
void check_releases(const tuf::Targets& role, const std::optional<tuf::Targets>& before, const VaultRule& rule,
                    const Evidence& evidence)
{
    for (const auto& [path, target] : role.targets) {
        with_context(text::escaped(path), [&] { check_namespace(rule, text::split(path, '/').front()); });
        const auto same = before ? before->targets.find(path) : role.targets.end();
        if (before && same != before->targets.end() && same->second == target) {
            continue;
        }
        // What was there before this vault was cannot be sent along; its owner sees every one.
        if (before || evidence.contains(target.sha256)) {
            with_context(text::escaped(path), [&] { check_release(path, target, evidence); });
        }
    }
}

void check_delegations(const tuf::Targets& role, const VaultRule& rule)
{
    for (const auto& delegation : role.delegations) {
        for (const auto& name : delegation.namespaces) {
            check_namespace(rule, name);
        }
    }
}

} // namespace

std::vector<std::string> examine(const ToSign& file, const VaultPolicy& policy, const std::optional<TrustedRole>& last,
                                 const Evidence& evidence, std::int64_t now)
{
    return with_context(file.file(), [&] {
        const auto& rule = rule_for(policy, file.role);
        check_version(file, last);
        auto lines = review(file, last ? std::optional(last->bytes) : std::nullopt);
        if (!last) {
            lines.emplace_back("  this vault has not signed for this role before");
        }
        if (file.role == "root") {
            check_expiry(tuf::parse_root(file.payload).header, rule, now);
            return lines;
        }
        const auto role = tuf::parse_targets(file.payload);
        check_expiry(role.header, rule, now);
        check_delegations(role, rule);
        const auto before = last ? std::optional(tuf::parse_targets(last->bytes)) : std::nullopt;
        check_releases(role, before, rule, evidence);
        return lines;
    });
}

} // namespace qpkg::app

// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/use/rebuilders.hpp"

#include "app/use/repositories.hpp"
#include "signing/client.hpp"

#include "qpkg/core/fault.hpp"
#include "qpkg/core/text.hpp"

#include <algorithm>
#include <charconv>
#include <set>

namespace qpkg::app {
namespace {

Rebuilder parse_rebuilder(const std::string& word)
{
    const auto equals = word.rfind('=');
    const auto key = equals == std::string::npos ? std::nullopt : Digest::from_hex(word.substr(equals + 1));
    const auto name = RepoName::parse(word.substr(0, equals));
    if (!key || !name) {
        throw Error(Code::usage, "\"" + text::escaped(word) + "\": expected ORGANISATION=KEY, with 64 hex digits",
                    "`qpkg rebuild` prints the public key it signs with");
    }
    return {name->text(), *key};
}

RebuildPolicy parse_policy(const std::string& word)
{
    if (word == "off") {
        return {};
    }
    if (word == "warn") {
        return {RebuildMode::warn, 0};
    }
    std::uint64_t needed = 0;
    const auto* end = word.data() + word.size();
    const auto [stop, error] = std::from_chars(word.data(), end, needed);
    if (error != std::errc() || stop != end || needed == 0 || needed > 16) {
        throw Error(Code::usage, "\"" + text::escaped(word) + "\": expected off, warn or a number from 1 to 16");
    }
    return {RebuildMode::require, needed};
}

/// Whoever publishes cannot vouch for himself.
void require_stranger(const World& world, const Repository& repository, const Rebuilder& added)
{
    const trust::TrustClient client(world.trust, repository, world.clock.now());
    if (client.has_root() && client.signs_with(trust::PublicKey(added.key.bytes()))) {
        throw Error(Code::conflict,
                    "the key of " + added.organisation + " signs for repository " + repository.name.text() +
                        ": a rebuilder is somebody else than the publisher",
                    "`qpkg rebuild` prints the public key it signs with; it needs a key of its own");
    }
}

void add(Repository& repository, const Rebuilder& added)
{
    const auto same_key = std::ranges::find(repository.rebuilders, added.key, &Rebuilder::key);
    if (same_key == repository.rebuilders.end()) {
        repository.rebuilders.push_back(added);
    } else if (same_key->organisation != added.organisation) {
        throw Error(Code::conflict, "the key of " + added.organisation + " is that of " + same_key->organisation +
                                        " already: one key cannot speak for two");
    }
}

void require_enough(const Repository& repository)
{
    std::set<std::string> names;
    for (const auto& rebuilder : repository.rebuilders) {
        names.insert(rebuilder.organisation);
    }
    for (const auto& [name, policy] : repository.rebuild_policies) {
        if (policy.organisations > names.size()) {
            throw Error(Code::usage,
                        "namespace " + name + " would need " + std::to_string(policy.organisations) +
                            " organisations, and " + std::to_string(names.size()) + " are named",
                        "name rebuilders: --rebuilder ORGANISATION=KEY");
        }
    }
}

} // namespace

Repository plan_modification(const World& world, const ModifyRepositoryRequest& request)
{
    auto repository = known_repository(world.db.snapshot(), request.name);
    for (const auto& name : request.forget) {
        if (std::erase_if(repository.rebuilders, [&](const auto& other) { return other.organisation == name; }) == 0) {
            throw Error(Code::not_found, repository.name.text() + " has no rebuilder " + text::escaped(name));
        }
    }
    for (const auto& word : request.add) {
        const auto added = parse_rebuilder(word);
        require_stranger(world, repository, added);
        add(repository, added);
    }
    std::ranges::sort(repository.rebuilders);
    const auto& names = request.namespaces.empty() ? repository.namespaces : request.namespaces;
    for (const auto& name : names) {
        if (std::ranges::find(repository.namespaces, name) == repository.namespaces.end()) {
            throw Error(Code::not_found, repository.name.text() + " may not publish in " + text::escaped(name));
        }
        if (!request.require.empty()) {
            repository.rebuild_policies.erase(name);
            if (const auto policy = parse_policy(request.require); policy.mode != RebuildMode::off) {
                repository.rebuild_policies.emplace(name, policy);
            }
        }
    }
    require_enough(repository);
    return repository;
}

Repository modify_repository(World& world, const ModifyRepositoryRequest& request)
{
    auto repository = plan_modification(world, request);
    const Change change = SetRepository{repository};
    world.db.commit({&change, 1});
    fault_point("repo.modified");
    return repository;
}

} // namespace qpkg::app

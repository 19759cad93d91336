// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/publish/rotation.hpp"

#include "qpkg/core/error.hpp"
#include "qpkg/core/text.hpp"

#include <algorithm>

namespace qpkg::app {
namespace {

constexpr std::size_t shortest_id = 8;
constexpr std::uint64_t most_keys = 16;

tuf::RoleKeys* find_role(tuf::Root& root, tuf::Targets& targets, const std::string& name)
{
    if (name == "root") {
        return &root.root;
    }
    if (name == "targets") {
        return &root.targets;
    }
    if (name == "snapshot") {
        return &root.snapshot;
    }
    if (name == "timestamp") {
        return &root.timestamp;
    }
    const auto found = std::ranges::find(targets.delegations, name, &tuf::Delegation::name);
    return found == targets.delegations.end() ? nullptr : &found->keys;
}

void remove_key(tuf::RoleKeys& role, const std::string& typed)
{
    const auto means = [&](const Digest& id) { return id.hex().starts_with(typed); };
    const auto matches = typed.size() < shortest_id ? 0 : std::ranges::count_if(role.key_ids, means);
    if (matches > 1 || typed.size() < shortest_id) {
        throw Error(Code::usage, "key " + text::escaped(typed, 80) + ": give at least " + std::to_string(shortest_id) +
                                     " digits of its id, and enough to mean one key");
    }
    if (matches == 0) {
        throw Error(Code::not_found, "the role has no key " + text::escaped(typed, 80));
    }
    std::erase_if(role.key_ids, means);
}

/// Keys that no role names any more are not listed either.
void keep_named(tuf::Keys& keys, const std::vector<const tuf::RoleKeys*>& roles)
{
    std::erase_if(keys, [&](const auto& key) {
        return std::ranges::none_of(roles, [&](const tuf::RoleKeys* role) {
            return std::ranges::find(role->key_ids, key.first) != role->key_ids.end();
        });
    });
}

} // namespace

bool is_top_level(const std::string& role)
{
    return role == "root" || role == "targets" || role == "snapshot" || role == "timestamp";
}

void change_keys(tuf::Root& root, tuf::Targets& targets, const KeyChange& change)
{
    auto* const role = find_role(root, targets, change.role);
    if (role == nullptr) {
        throw Error(Code::not_found, "the repository has no role " + text::escaped(change.role, 80));
    }
    with_context("role " + change.role, [&] {
        auto& keys = is_top_level(change.role) ? root.keys : targets.keys;
        for (const auto& typed : change.remove) {
            remove_key(*role, typed);
        }
        for (const auto& public_key : change.add) {
            auto key = tuf::make_key(public_key.bytes());
            if (std::ranges::find(role->key_ids, key.id) != role->key_ids.end()) {
                throw Error(Code::conflict, "key " + key.id.hex() + " is one of its keys already");
            }
            role->key_ids.push_back(key.id);
            keys.emplace(key.id, std::move(key));
        }
        role->threshold = change.threshold.value_or(role->threshold);
        if (role->threshold == 0 || role->threshold > role->key_ids.size() || role->key_ids.size() > most_keys) {
            throw Error(Code::usage,
                        std::to_string(role->threshold) + " of " + std::to_string(role->key_ids.size()) +
                            " keys is not possible: at least one signature, at most 16 keys",
                        "say with --threshold how many signatures the role needs");
        }
    });
    keep_named(root.keys, {&root.root, &root.targets, &root.snapshot, &root.timestamp});
    std::vector<const tuf::RoleKeys*> delegated;
    for (const auto& delegation : targets.delegations) {
        delegated.push_back(&delegation.keys);
    }
    keep_named(targets.keys, delegated);
}

tuf::Root make_root(const RootKeys& root, const RootKeys& targets, const RootKeys& snapshot, const RootKeys& timestamp)
{
    tuf::Keys keys;
    const auto role = [&](const std::string& name, const RootKeys& wanted) {
        tuf::RoleKeys made{.key_ids = {}, .threshold = wanted.threshold};
        for (const auto& public_key : wanted.keys) {
            auto key = tuf::make_key(public_key.bytes());
            if (std::ranges::find(made.key_ids, key.id) != made.key_ids.end()) {
                throw Error(Code::usage, "role " + name + ": one key is there twice");
            }
            made.key_ids.push_back(key.id);
            keys.emplace(key.id, std::move(key));
        }
        if (made.threshold == 0 || made.threshold > made.key_ids.size()) {
            throw Error(Code::usage, "role " + name + ": " + std::to_string(made.threshold) + " of " +
                                         std::to_string(made.key_ids.size()) + " keys is not possible");
        }
        return made;
    };
    tuf::Root made{.header = {.version = 0, .expires = 0, .extra = {}},
                   .consistent_snapshot = true,
                   .keys = {},
                   .root = role("root", root),
                   .targets = role("targets", targets),
                   .snapshot = role("snapshot", snapshot),
                   .timestamp = role("timestamp", timestamp)};
    made.keys = std::move(keys);
    return made;
}

} // namespace qpkg::app

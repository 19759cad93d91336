// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/publication.hpp"
#include "repo-format/manifest.hpp"
#include "signing/ostree_key.hpp"

#include "qpkg/base/error.hpp"
#include "qpkg/base/text.hpp"

#include <algorithm>

namespace qpkg::app {
namespace {

template <class T>
Edited<T> edit(const std::optional<trust::Verified<T>>& served, T fresh)
{
    return served ? Edited<T>{**served, false} : Edited<T>{std::move(fresh), true};
}

tuf::FileInfo no_file_info() { return {.version = 1, .length = 0, .sha256 = Digest({})}; }
tuf::Header first_header() { return {.version = 0, .expires = 0, .extra = {}}; }
tuf::Targets empty_targets() { return {.header = first_header(), .targets = {}, .keys = {}, .delegations = {}}; }

} // namespace

Publication::Publication(const PublisherPorts& ports, const PublishRequest& request,
                         const std::vector<BuiltModule>& modules, KeyRing& ring)
    : ports_(ports), request_(request), modules_(modules), ring_(ring), state_(read_site(request.repository)),
      now_(std::max(ports.clock.now(), state_.timestamp ? (*state_.timestamp)->issued : 0)),
      root_(state_.root ? Edited<tuf::Root>{**state_.root, false} : Edited<tuf::Root>{new_root(), true}),
      targets_(edit(state_.targets, empty_targets())), publisher_{empty_targets(), false},
      snapshot_(edit(state_.snapshot, {.header = first_header(), .roles = {}})),
      timestamp_(edit(state_.timestamp, {.header = first_header(), .issued = 0, .snapshot = no_file_info()}))
{
    report_.repository = request.repository;
    report_.created = !state_.timestamp;
}

tuf::Root Publication::new_root() const
{
    tuf::Keys keys;
    const auto role = [&](const KeySet& set) {
        tuf::RoleKeys made{.key_ids = {}, .threshold = set.threshold};
        for (const auto& name : set.names) {
            auto key = tuf::make_key(ring_.public_key(name).bytes());
            made.key_ids.push_back(key.id);
            keys.emplace(key.id, std::move(key));
        }
        return made;
    };
    tuf::Root root{.header = first_header(),
                   .keys = {},
                   .root = role(root_key_set()),
                   .targets = role(targets_key_set()),
                   .snapshot = role({{"snapshot"}, 1}),
                   .timestamp = role({{"timestamp"}, 1})};
    root.keys = std::move(keys);
    return root;
}

/// The delegation of our publisher key; a new one when there is none.
tuf::Delegation& Publication::own_delegation(const Digest& key)
{
    auto& delegations = targets_.role.delegations;
    const auto own = std::ranges::find_if(delegations, [&](const tuf::Delegation& delegation) {
        return std::ranges::find(delegation.keys.key_ids, key) != delegation.keys.key_ids.end();
    });
    if (own != delegations.end()) {
        return *own;
    }
    auto name = request_.publisher;
    const auto taken = [&](const tuf::Delegation& delegation) { return delegation.name == name; };
    if (std::ranges::any_of(delegations, taken)) {
        name += "-" + key.hex().substr(0, 8);
    }
    if (!tuf::is_publisher_name(name)) {
        throw Error(Code::usage, "\"" + text::escaped(name) + "\" cannot be a publisher's name");
    }
    return delegations.emplace_back(tuf::Delegation{.name = name, .keys = {{key}, 1}, .namespaces = {}});
}

void Publication::choose_publisher()
{
    const auto public_key = tuf::make_key(ring_.public_key("publisher").bytes());
    auto& own = own_delegation(public_key.id);
    for (const auto& module : modules_) {
        const auto name = namespace_of(module.draft.app);
        const auto owner = std::ranges::find_if(targets_.role.delegations, [&](const tuf::Delegation& delegation) {
            return std::ranges::find(delegation.namespaces, name) != delegation.namespaces.end();
        });
        if (owner == targets_.role.delegations.end()) {
            own.namespaces.push_back(name);
            report_.new_namespaces.push_back(name);
        } else if (owner->name != own.name) {
            throw Error(Code::conflict,
                        "publish " + module.draft.app.text() + ": namespace " + name + " belongs to publisher " +
                            owner->name + ", and these keys are publisher " + own.name,
                        "use the keys of publisher " + owner->name + ", or give the app another namespace");
        }
    }
    publisher_name_ = own.name;
    std::ranges::sort(own.namespaces);
    if (!report_.new_namespaces.empty()) {
        targets_.role.keys.emplace(public_key.id, public_key);
        targets_.changed = true;
    }
    if (own.namespaces.empty()) {
        std::erase_if(targets_.role.delegations, [&](const auto& role) { return role.name == publisher_name_; });
        publisher_name_.clear();
        return;
    }
    const auto served = state_.publishers.find(publisher_name_);
    publisher_ = served == state_.publishers.end() ? Edited<tuf::Targets>{empty_targets(), true}
                                                   : Edited<tuf::Targets>{*served->second, false};
    if (!modules_.empty()) {
        tell_ostree_key();
    }
}

/// Stock clients learn from signed metadata which key signs our commits.
void Publication::tell_ostree_key()
{
    const auto key = ring_.public_key("ostree");
    auto& members = publisher_.role.header.extra;
    if (trust::ostree_key(members) != key) {
        members.insert_or_assign(std::string(trust::ostree_key_member), trust::ostree_key_text(key));
        publisher_.changed = true;
    }
}

void Publication::plan_releases()
{
    for (const auto& module : modules_) {
        const auto latest = latest_release(publisher_.role, module.draft);
        if (!latest.path.empty()) {
            const auto& target = publisher_.role.targets.at(latest.path);
            const auto bytes = read_target(request_.repository, latest.path, target);
            auto served = bytes ? std::optional(parse_manifest(*bytes)) : std::nullopt;
            if (served && is_same_release(*served, module.draft)) {
                planned_.push_back({&module, *std::move(served), false, target.sha256});
                continue;
            }
        }
        auto release = module.draft;
        release.sequence = latest.sequence + 1;
        planned_.push_back({&module, std::move(release), true, Digest({})});
        publisher_.changed = true;
    }
}

void Publication::plan_withdrawals()
{
    for (const auto& withdrawal : request_.withdrawals) {
        std::ranges::copy(take_off(publisher_.role, withdrawal), std::back_inserter(report_.withdrawn));
        publisher_.changed = true;
    }
}

/// Signs again what has less than half of its time left, where the keys are here.
void Publication::plan_renewals()
{
    if (expires_soon(root_.role, Lifetimes::root) && ring_.signers(root_.role.root)) {
        root_.changed = true;
    }
    if (expires_soon(targets_.role, Lifetimes::targets) && ring_.signers(root_.role.targets)) {
        targets_.changed = true;
    }
    if (!publisher_name_.empty() && expires_soon(publisher_.role, Lifetimes::publisher)) {
        publisher_.changed = true;
    }
    snapshot_.changed = snapshot_.changed || targets_.changed || publisher_.changed ||
                        expires_soon(snapshot_.role, Lifetimes::snapshot);
    const bool asked_for = request_.modules.empty() && request_.withdrawals.empty();
    timestamp_.changed = timestamp_.changed || snapshot_.changed || root_.changed || asked_for ||
                         expires_soon(timestamp_.role, Lifetimes::timestamp);
}

/// Every key that will be needed, before the first byte is written.
void Publication::gather_signers()
{
    const auto need = [&](bool changed, const std::string& role, const tuf::RoleKeys& keys) {
        if (changed) {
            signers_.emplace(role, ring_.require_signers(keys, role));
        }
    };
    need(root_.changed, "root", root_.role.root);
    need(targets_.changed, "targets", root_.role.targets);
    need(snapshot_.changed, "snapshot", root_.role.snapshot);
    need(timestamp_.changed, "timestamp", root_.role.timestamp);
    if (publisher_.changed) {
        const auto own = std::ranges::find(targets_.role.delegations, publisher_name_, &tuf::Delegation::name);
        need(true, publisher_name_, own->keys);
    }
}

} // namespace qpkg::app

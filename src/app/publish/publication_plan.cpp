// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/publish/publication.hpp"
#include "app/publish/signing_time.hpp"
#include "repo-format/repo/manifest.hpp"
#include "repo-format/repo/sequence.hpp"

#include "qpkg/core/error.hpp"
#include "qpkg/core/text.hpp"

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

/// Stands in until a root that was signed elsewhere is attached.
tuf::Root no_root()
{
    const tuf::RoleKeys none{.key_ids = {}, .threshold = 1};
    return {.header = first_header(),
            .consistent_snapshot = true,
            .keys = {},
            .root = none,
            .targets = none,
            .snapshot = none,
            .timestamp = none};
}

SeenTime seen_time(const std::optional<KeyChange>& change)
{
    return change && (change->role == "timestamp" || change->role == "snapshot") ? SeenTime::forgotten : SeenTime::kept;
}

tuf::Targets empty_targets() { return {.header = first_header(), .targets = {}, .keys = {}, .delegations = {}}; }

} // namespace

Publication::Publication(const PublisherPorts& ports, const PublishRequest& request,
                         const std::vector<BuiltModule>& modules, KeyRing& ring)
    : ports_(ports), request_(request), modules_(modules), ring_(ring), state_(read_site(request.repository)),
      now_(signing_time(ports.clock.now(), state_.timestamp ? (*state_.timestamp)->issued : 0,
                        seen_time(request.key_change), trust::build_date())),
      root_(state_.root ? Edited<tuf::Root>{**state_.root, false}
                        : Edited<tuf::Root>{request.attach ? no_root() : new_root(), !request.attach}),
      targets_(edit(state_.targets, empty_targets())), publisher_{empty_targets(), false},
      snapshot_(edit(state_.snapshot, {.header = first_header(), .roles = {}})),
      timestamp_(edit(state_.timestamp, {.header = first_header(), .issued = 0, .snapshot = no_file_info()}))
{
    report_.repository = request.repository;
    report_.created = !state_.timestamp;
}

tuf::Root Publication::new_root() const
{
    const auto keys = [&](const KeySet& set) {
        RootKeys role{.keys = {}, .threshold = set.threshold};
        for (const auto& name : set.names) {
            role.keys.push_back(ring_.public_key(name));
        }
        return role;
    };
    return make_root(keys(root_key_set()), keys(targets_key_set()), keys({{"snapshot"}, 1}), keys({{"timestamp"}, 1}));
}

/// The delegation whose keys are here; while signatures are prepared for elsewhere, the one that was named. A new one
/// when there is none, and nothing when no publisher's key is here and nothing to publish.
tuf::Delegation* Publication::own_delegation()
{
    auto& delegations = targets_.role.delegations;
    const auto own = std::ranges::find_if(delegations, [&](const tuf::Delegation& delegation) {
        return ring_.holds_any(delegation.keys.key_ids) || (request_.prepare && delegation.name == request_.publisher);
    });
    if (own != delegations.end()) {
        return &*own;
    }
    if (modules_.empty() && !ring_.has("publisher")) {
        return nullptr;
    }
    const auto key = tuf::make_key(ring_.public_key("publisher").bytes());
    auto name = request_.publisher;
    const auto taken = [&](const tuf::Delegation& delegation) { return delegation.name == name; };
    if (std::ranges::any_of(delegations, taken)) {
        name += "-" + key.id.hex().substr(0, 8);
    }
    if (!tuf::is_publisher_name(name)) {
        throw Error(Code::usage, "\"" + text::escaped(name) + "\" cannot be a publisher's name");
    }
    targets_.role.keys.emplace(key.id, key);
    return &delegations.emplace_back(tuf::Delegation{.name = name, .keys = {{key.id}, 1}, .namespaces = {}});
}

/// What is published in a namespace of nobody is delegated to us.
void Publication::take_namespaces(tuf::Delegation& own)
{
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
    std::ranges::sort(own.namespaces);
    targets_.changed = targets_.changed || !report_.new_namespaces.empty();
}

void Publication::open_publisher(const std::string& name)
{
    publisher_name_ = name;
    const auto served = state_.publishers.find(name);
    publisher_ = served == state_.publishers.end() ? Edited<tuf::Targets>{empty_targets(), true}
                                                   : Edited<tuf::Targets>{*served->second, false};
}

void Publication::choose_publisher()
{
    if (request_.key_change) {
        return; // `plan_key_change` says which
    }
    auto* const own = own_delegation();
    if (own == nullptr) {
        return;
    }
    take_namespaces(*own);
    if (own->namespaces.empty()) {
        targets_.role = state_.targets ? **state_.targets : empty_targets();
        return;
    }
    open_publisher(own->name);
    if (!modules_.empty()) {
        tell_ostree_key();
    }
}

/// The role signs anew by its new keys in the same publication, or clients would find it signed by nobody.
void Publication::plan_key_change()
{
    if (!request_.key_change) {
        return;
    }
    const auto& role = request_.key_change->role;
    change_keys(root_.role, targets_.role, *request_.key_change);
    root_.changed = is_top_level(role);
    targets_.changed = role == "targets" || !is_top_level(role);
    snapshot_.changed = role == "snapshot";
    timestamp_.changed = true;
    if (!is_top_level(role)) {
        open_publisher(role);
        publisher_.changed = true;
    }
}

void Publication::decide()
{
    choose_publisher();
    plan_key_change();
    plan_releases();
    plan_promotions();
    plan_withdrawals();
    plan_retirements();
    plan_renewals();
    tell_open_keys();
}

void Publication::plan_releases()
{
    for (const auto& module : modules_) {
        auto draft = module.draft;
        draft.channel = request_.channel.value_or(draft.channel);
        plan(&module, std::move(draft));
    }
}

/// A release of which the list has none that tells users the same.
void Publication::plan(const BuiltModule* module, Release release)
{
    const auto latest = latest_release(publisher_.role, release);
    if (!latest.path.empty()) {
        const auto& target = publisher_.role.targets.at(latest.path);
        const auto bytes = read_target(request_.repository, latest.path, target);
        auto served = bytes ? std::optional(parse_manifest(*bytes)) : std::nullopt;
        if (served && is_same_release(*served, release)) {
            planned_.push_back({module, *std::move(served), false, target.sha256});
            return;
        }
    }
    release.sequence = latest.sequence + 1;
    if (release.sequence > tuf::highest_first) {
        throw Error(Code::untrusted,
                    "publish " + release.app.text() + ": number " + std::to_string(latest.sequence) +
                        " is listed, which no release of an honest publisher reaches: new clients would refuse it",
                    "take it off the list first: qpkg publish --withdraw " + release.app.text() + "=VERSION");
    }
    planned_.push_back({module, std::move(release), true, Digest({})});
    publisher_.changed = true;
}

/// Of each architecture.
void Publication::plan_promotion(const Promotion& promotion)
{
    std::map<std::string, std::string> newest; ///< line → path
    for (const auto& [path, target] : publisher_.role.targets) {
        const auto line = tuf::line_of(path);
        const auto parts = text::split(line, '/');
        if (parts.size() == 4 && parts[0] + '.' + parts[1] == promotion.app.text() &&
            parts[3] == promotion.from.text()) {
            auto& found = newest[line];
            const bool is_newer =
                found.empty() || tuf::sequence_of(publisher_.role.targets.at(found)) < tuf::sequence_of(target);
            found = is_newer ? path : found;
        }
    }
    if (newest.empty()) {
        throw Error(Code::not_found, "promote " + promotion.app.text() +
                                         ": this publisher lists no release of it in channel " + promotion.from.text());
    }
    for (const auto& [line, path] : newest) {
        const auto bytes = read_target(request_.repository, path, publisher_.role.targets.at(path));
        if (!bytes) {
            throw Error(Code::corrupt, "the repository lists " + path + ", and has no manifest of it");
        }
        auto release = parse_manifest(*bytes);
        release.channel = promotion.to;
        release.deltas.clear();
        plan(nullptr, std::move(release));
    }
}

void Publication::plan_promotions()
{
    if (!(request_.promotions.empty() && request_.notices.empty()) && publisher_name_.empty()) {
        throw Error(Code::untrusted, "none of these keys is a publisher's of this repository");
    }
    std::ranges::for_each(request_.promotions, [this](const Promotion& one) { plan_promotion(one); });
    for (const auto& notice : request_.notices) {
        tuf::set_notice(publisher_.role, notice);
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

/// What is new goes before what is old: their numbers stand in the list already when it is signed.
void Publication::plan_retirements()
{
    if (!request_.retention || publisher_name_.empty()) {
        return;
    }
    std::vector<ReleaseAge> list;
    for (const auto& [path, target] : publisher_.role.targets) {
        const auto bytes = read_target(request_.repository, path, target);
        if (!bytes) {
            throw Error(Code::corrupt, "the repository lists " + path + ", and has no manifest of it");
        }
        list.push_back(age_of_release(path, target, parse_manifest(*bytes)));
    }
    for (const auto& planned : planned_) {
        if (planned.is_new) {
            list.push_back(age_of_release("", now_, planned.release));
        }
    }
    for (const auto& path : retired(list, *request_.retention, now_)) {
        const auto target = publisher_.role.targets.find(path);
        const auto app = std::ranges::find(list, path, &ReleaseAge::path)->app;
        report_.retired.push_back(app + ' ' + version_of(target->second));
        publisher_.role.targets.erase(target);
        publisher_.changed = true;
    }
}

/// Signs again what has less than half of its time left, or more than it may have, where the keys are here. Keys that
/// are elsewhere are asked only when there is nothing else to prepare: they may be in a safe.
void Publication::plan_renewals()
{
    const bool nothing_else = request_.modules.empty() && request_.withdrawals.empty() && request_.promotions.empty() &&
                              request_.notices.empty();
    const bool asked_elsewhere = request_.prepare && nothing_else && !request_.key_change;
    if (is_due(root_.role, Lifetimes::root) && (asked_elsewhere || ring_.signers(root_.role.root))) {
        root_.changed = true;
    }
    if (is_due(targets_.role, Lifetimes::targets) && (asked_elsewhere || ring_.signers(root_.role.targets))) {
        targets_.changed = true;
    }
    targets_.changed = targets_.changed || state_.outdated.contains("targets");
    if (!publisher_name_.empty() && is_due(publisher_.role, Lifetimes::publisher)) {
        publisher_.changed = true;
    }
    snapshot_.changed =
        snapshot_.changed || targets_.changed || publisher_.changed || is_due(snapshot_.role, Lifetimes::snapshot);
    const bool asked_for = nothing_else && !request_.prepare && !request_.only_when_due;
    snapshot_.changed = snapshot_.changed || state_.outdated.contains("snapshot");
    timestamp_.changed = timestamp_.changed || snapshot_.changed || root_.changed || asked_for ||
                         !state_.outdated.empty() || is_due(timestamp_.role, Lifetimes::timestamp);
}

/// A new root is vouched for by the keys of the one before it, and by its own.
trust::Signers Publication::root_signers()
{
    auto signers = ring_.require_signers(root_.role.root, "root");
    if (!state_.root) {
        return signers;
    }
    for (const trust::Signer& former : ring_.require_signers((*state_.root)->root, "the root before")) {
        const auto same = [&](const trust::Signer& signer) { return signer.public_key() == former.public_key(); };
        if (std::ranges::none_of(signers, same)) {
            signers.emplace_back(former);
        }
    }
    return signers;
}

/// Each role that is signed here, with its keys.
template <class Need>
void Publication::each_needed(const Need& need) const
{
    const auto each = [&](bool changed, const std::string& role, const tuf::RoleKeys& keys) {
        if (changed && !attached_.contains(role)) {
            need(role, keys);
        }
    };
    each(root_.changed, "root", root_.role.root);
    each(targets_.changed, "targets", root_.role.targets);
    each(snapshot_.changed, "snapshot", root_.role.snapshot);
    each(timestamp_.changed, "timestamp", root_.role.timestamp);
    if (publisher_.changed) {
        const auto own = std::ranges::find(targets_.role.delegations, publisher_name_, &tuf::Delegation::name);
        each(true, publisher_name_, own->keys);
    }
}

/// Every key that will be needed, before the first byte is written.
void Publication::gather_signers()
{
    each_needed([this](const std::string& role, const tuf::RoleKeys& keys) {
        signers_.emplace(role, role == "root" ? root_signers() : ring_.require_signers(keys, role));
    });
}

/// As `gather_signers`, without opening one.
void Publication::require_keys() const
{
    const auto require = [this](const std::string& role, const tuf::RoleKeys& keys) {
        if (!ring_.can_sign(keys)) {
            throw ring_.too_few(keys, role);
        }
    };
    each_needed([&](const std::string& role, const tuf::RoleKeys& keys) {
        require(role, keys);
        if (role == "root" && state_.root) {
            require("the root before", (*state_.root)->root);
        }
    });
    for (const auto& planned : planned_) {
        if (planned.is_new) {
            ring_.public_key("ostree");
        }
    }
}

} // namespace qpkg::app

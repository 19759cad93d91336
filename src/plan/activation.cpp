// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plan/activation.hpp"

#include "plan/names.hpp"

#include <algorithm>
#include <set>

namespace qpkg::plan {
namespace {

const Attachment* find(const std::vector<Attachment>& attachments, const QubeName& qube)
{
    const auto found = std::find_if(attachments.begin(), attachments.end(),
                                    [&](const Attachment& attachment) { return attachment.qube == qube; });
    return found == attachments.end() ? nullptr : &*found;
}

bool holds(const Attachment& attachment, const VolumeSlot& slot)
{
    return std::ranges::any_of(attachment.slots, [&](const VolumeSlot& held) { return same_volume(held, slot); });
}

const std::string* problem_of(const Live& live, const QubeName& qube)
{
    for (const auto* attachments : {&live.wanted, &live.attached}) {
        for (const auto& attachment : *attachments) {
            if (attachment.qube == qube && !attachment.problem.empty()) {
                return &attachment.problem;
            }
        }
    }
    return nullptr;
}

/// A qube of its name, and not the one that was recorded: what that one had is not this one's.
bool is_another(const Qube& recorded, const Live& live)
{
    const auto found = live.identities.find(recorded.name);
    return found != live.identities.end() && !recorded.identity.empty() && found->second != recorded.identity;
}

/// Whether `attached` has a volume of `wanted` of which something else is said now.
bool is_told_otherwise(const Attachment& attached, const Attachment& wanted)
{
    return std::ranges::any_of(attached.slots, [&](const VolumeSlot& held) {
        return std::ranges::any_of(wanted.slots,
                                   [&](const VolumeSlot& slot) { return same_volume(held, slot) && held != slot; });
    });
}

/// What `of` has and `from` has not, a slot of each volume.
void add_missing(std::vector<SlotChange>& changes, const Attachment& of, const Attachment& from)
{
    std::set<VolumeId> seen;
    for (const auto& slot : of.slots) {
        if (!holds(from, slot) && seen.insert(slot.volume).second) {
            changes.push_back({of.qube, slot});
        }
    }
}

/// The difference between what a running qube has and what it is to have.
void change_running(const Live& live, const Attachment& wanted, Activation& activation)
{
    bool outdated = false;
    bool told_otherwise = false;
    for (const auto& attached : live.attached) {
        if (attached.qube != wanted.qube || attached == wanted) {
            continue;
        }
        if (attached.base != wanted.base) {
            outdated = true;
            activation.waiting.push_back(wanted.qube);
            continue;
        }
        if (!live.hot_attach) {
            outdated = true;
            continue;
        }
        add_missing(activation.attach, wanted, attached);
        add_missing(activation.detach, attached, wanted);
        told_otherwise = told_otherwise || is_told_otherwise(attached, wanted);
    }
    if (told_otherwise) {
        activation.announce.push_back(wanted.qube);
    }
    if (outdated) {
        activation.outdated.push_back(wanted.qube);
    }
}

} // namespace

std::vector<VolumeSlot> slots_of(const Snapshot& snapshot, const Generation& generation)
{
    std::vector<VolumeSlot> slots;
    auto told = told_names(named_apps(snapshot, generation));
    for (const auto& binding : generation.bindings) {
        const auto& release = snapshot.release(binding.release).release;
        const auto* own_base = snapshot.base_of({generation.base.id, binding.own_base});
        slots.push_back({release.app, release.version, generation.composed.value_or(release.volume.root),
                         std::move(told.rulings[release.app]), binding.services, told.turn_of(release.app),
                         release.extends ? std::optional(release.extends->point) : std::nullopt, release.base.is_none(),
                         own_base == nullptr ? std::nullopt : std::optional(own_base->volume)});
    }
    return slots;
}

std::vector<Attachment> wanted_attachments(const Snapshot& snapshot)
{
    std::vector<Attachment> attachments;
    for (const auto& qube : snapshot.qubes) {
        const auto* base = snapshot.base_of(qube.base());
        attachments.push_back({.qube = qube.name,
                               .slots = slots_of(snapshot, qube.current_generation()),
                               .base = base == nullptr ? std::nullopt : std::optional(base->volume)});
    }
    return attachments;
}

Activation plan_activation(const Snapshot& snapshot, const Live& live)
{
    Activation activation;
    for (const auto& wanted : wanted_attachments(snapshot)) {
        const auto* set = find(live.wanted, wanted.qube);
        if (const auto* why = problem_of(live, wanted.qube)) {
            activation.unknown.emplace(wanted.qube, *why);
            continue;
        }
        const auto& qube = *snapshot.find_qube(wanted.qube);
        if (is_another(qube, live)) {
            activation.vanished.push_back(wanted.qube);
            continue;
        }
        if (set == nullptr) {
            if (!live.makes_qubes || !wanted.base) {
                activation.vanished.push_back(wanted.qube);
                continue;
            }
            activation.create.push_back({wanted.qube, *wanted.base});
        }
        if (set == nullptr || *set != wanted) {
            activation.set_wanted.push_back(wanted);
        }
        for (const auto& [disposable, of] : live.disposables) {
            const auto* has = find(live.attached, disposable);
            if (of == wanted.qube && has != nullptr && *has != Attachment{disposable, wanted.slots}) {
                activation.outdated_disposables.push_back({disposable, of});
            }
        }
        change_running(live, wanted, activation);
    }
    return activation;
}

} // namespace qpkg::plan

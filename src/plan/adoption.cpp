// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plan/adoption.hpp"

#include "plan/activation.hpp"

#include "qpkg/core/error.hpp"

#include <algorithm>

namespace qpkg::plan {
namespace {

constexpr const char* reason = "found with these apps: a clone, or a qube with a new name";

/// A generation that asks for just that, and the layout of its qube.
struct Model {
    const Generation* generation;
    Layout layout;
};

/// Of the newest generation of `qube` that asks for `slots`.
const Generation* generation_with(const Snapshot& snapshot, const Qube& qube, const std::vector<VolumeSlot>& slots)
{
    if (slots_of(snapshot, qube.current_generation()) == slots) {
        return &qube.current_generation();
    }
    const auto found = std::find_if(qube.generations.rbegin(), qube.generations.rend(),
                                    [&](const Generation& one) { return slots_of(snapshot, one) == slots; });
    return found == qube.generations.rend() ? nullptr : &*found;
}

std::optional<Model> model_of(const Snapshot& snapshot, const FoundQube& found)
{
    for (const auto& qube : snapshot.qubes) {
        const auto* generation = qube.base().id == *found.base ? generation_with(snapshot, qube, found.slots) : nullptr;
        if (generation != nullptr) {
            return Model{generation, qube.layout};
        }
    }
    return std::nullopt;
}

const KnownRelease* release_of(const Snapshot& snapshot, const VolumeSlot& slot)
{
    const KnownRelease* same_version = nullptr;
    for (const auto& [id, known] : snapshot.releases) {
        if (known.release.app == slot.app && known.release.volume.root == slot.volume) {
            return &known;
        }
        if (known.release.app == slot.app && known.release.version == slot.version) {
            same_version = &known;
        }
    }
    return same_version;
}

/// By what each slot says. Error not_found says what nobody knows.
Generation generation_of(const Snapshot& snapshot, const BaseId& base, const std::vector<VolumeSlot>& slots)
{
    Generation generation{1, 0, "", {base}, {}};
    bool separate = true;
    for (const auto& slot : slots) {
        const auto* known = release_of(snapshot, slot);
        if (known == nullptr) {
            throw Error(Code::not_found, slot.app.text() + ' ' + slot.version + " is not known here");
        }
        separate = separate && known->release.volume.root == slot.volume;
        generation.bindings.push_back({slot.app, known->id, false, 1, slot.services});
    }
    if (!separate) {
        const auto& whole = slots.front().volume;
        if (!std::ranges::all_of(slots, [&](const VolumeSlot& slot) { return slot.volume == whole; })) {
            throw Error(Code::not_found, "its volumes are of builds that are not known here");
        }
        generation.composed = whole;
    }
    return generation;
}

/// The record of a qube that has none, with what it has. Error not_found says what nobody knows.
Qube record_of(const Snapshot& snapshot, const FoundQube& found, std::int64_t now)
{
    if (!found.base) {
        throw Error(Code::not_found, "nobody has said which base it has");
    }
    const auto model = model_of(snapshot, found);
    auto generation = model ? *model->generation : generation_of(snapshot, *found.base, found.slots);
    generation.number = 1;
    generation.created = now;
    generation.reason = reason;
    const auto layout = model ? model->layout : generation.composed ? Layout::composed : Layout::separate;
    for (auto& binding : generation.bindings) {
        binding.since = 1;
    }
    return {found.name, 1, {{0, now, reason, {*found.base}, {}}, std::move(generation)}, layout, found.identity};
}

class Adopting {
public:
    Adopting(const Snapshot& snapshot, std::int64_t now) : snapshot_(snapshot), now_(now) {}

    void look(const FoundQube& found)
    {
        const auto* recorded = snapshot_.find_qube(found.name);
        if (recorded != nullptr && (recorded->identity == found.identity || found.identity.empty())) {
            return;
        }
        if (recorded != nullptr && recorded->identity.empty()) {
            result_.changes.emplace_back(IdentifyQube{found.name, found.identity});
            return;
        }
        if (recorded != nullptr && !found.slots.empty()) {
            if (const auto* same = generation_with(snapshot_, *recorded, found.slots)) {
                keep(*recorded, *same, found.identity); // restored from a backup of the qube
                return;
            }
        }
        if (recorded != nullptr) {
            result_.changes.emplace_back(RemoveQube{found.name});
            result_.replaced.push_back(found.name);
        }
        if (!found.slots.empty()) {
            adopt(found);
        }
    }

    Adoption finish() { return std::move(result_); }

private:
    void keep(const Qube& recorded, const Generation& has, const std::string& identity)
    {
        result_.changes.emplace_back(IdentifyQube{recorded.name, identity});
        if (has.number != recorded.current) {
            result_.changes.emplace_back(PointQube{recorded.name, recorded.current, has.number});
        }
    }

    void adopt(const FoundQube& found)
    {
        try {
            result_.changes.emplace_back(CreateQube{record_of(snapshot_, found, now_)});
            result_.adopted.push_back(found.name);
        } catch (const Error& error) {
            result_.strangers.push_back({found.name, found.slots, error.what()});
        }
    }

    const Snapshot& snapshot_;
    std::int64_t now_;
    Adoption result_;
};

} // namespace

Adoption plan_adoption(const Snapshot& snapshot, std::span<const FoundQube> found, std::int64_t now)
{
    Adopting adopting(snapshot, now);
    for (const auto& qube : found) {
        adopting.look(qube);
    }
    return adopting.finish();
}

Snapshot with_adopted(Snapshot snapshot, const Adoption& adoption)
{
    const auto recorded = [&](const QubeName& name) { return std::ranges::find(snapshot.qubes, name, &Qube::name); };
    for (const auto& change : adoption.changes) {
        if (const auto* made = std::get_if<CreateQube>(&change)) {
            snapshot.qubes.insert(std::ranges::lower_bound(snapshot.qubes, made->qube.name, {}, &Qube::name),
                                  made->qube);
        } else if (const auto* same = std::get_if<IdentifyQube>(&change)) {
            recorded(same->name)->identity = same->identity;
        } else if (const auto* point = std::get_if<PointQube>(&change)) {
            recorded(point->name)->current = point->to;
        } else if (const auto* removed = std::get_if<RemoveQube>(&change)) {
            snapshot.qubes.erase(recorded(removed->name));
        }
    }
    return snapshot;
}

} // namespace qpkg::plan

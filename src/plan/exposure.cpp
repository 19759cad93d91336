// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plan/exposure.hpp"

#include <algorithm>
#include <tuple>

namespace qpkg::plan {
namespace {

/// What a slot of a running qube holds, by the generations that put it there.
const KnownRelease* release_in(const Snapshot& snapshot, const Qube& qube, const VolumeSlot& slot)
{
    for (const auto& generation : qube.generations) {
        const auto binding = std::ranges::find(generation.bindings, slot.app, &Binding::app);
        if (binding == generation.bindings.end()) {
            continue;
        }
        const auto& known = snapshot.release(binding->release);
        if (known.release.version == slot.version &&
            generation.composed.value_or(known.release.volume.root) == slot.volume) {
            return &known;
        }
    }
    return nullptr;
}

/// One that is told twice, as wanted and as running, is one.
void add(std::vector<Presence>& of_qube, const Presence& more)
{
    const auto same = std::ranges::find_if(
        of_qube, [&](const Presence& one) { return one.release == more.release && one.base == more.base; });
    if (same == of_qube.end()) {
        of_qube.push_back(more);
        return;
    }
    same->runs = same->runs || more.runs;
    same->wanted = same->wanted || more.wanted;
}

/// Nothing: it does not run.
const Attachment* attached_to(const Live& live, const QubeName& qube)
{
    const auto found = std::ranges::find(live.attached, qube, &Attachment::qube);
    return found == live.attached.end() ? nullptr : &*found;
}

void add_base(std::vector<Presence>& of_qube, const Base* base, Presence row)
{
    row.base = base;
    row.release = nullptr;
    if (base != nullptr) {
        add(of_qube, row);
    }
}

/// The release of a base that a running qube has, or a view in it.
const Base* base_on(const Snapshot& snapshot, const std::optional<VolumeId>& volume)
{
    const auto found = std::ranges::find_if(snapshot.bases, [&](const Base& base) { return base.volume == volume; });
    return found == snapshot.bases.end() ? nullptr : &*found;
}

void add_apps(std::vector<Presence>& of_qube, const Snapshot& snapshot, const Qube& qube, Presence row,
              const Attachment& attached)
{
    for (const auto& slot : attached.slots) {
        add_base(of_qube, base_on(snapshot, slot.base), row);
        row.release = release_in(snapshot, qube, slot);
        if (row.release != nullptr) {
            add(of_qube, row);
        }
    }
}

/// Where the backend does not keep which base it is, the qube has that of its generation.
void add_running(std::vector<Presence>& of_qube, const Snapshot& snapshot, const Qube& qube, const Presence& row,
                 const Attachment& attached)
{
    add_base(of_qube, attached.base ? base_on(snapshot, attached.base) : snapshot.base_of(qube.base()), row);
    add_apps(of_qube, snapshot, qube, row, attached);
}

void append_sorted(std::vector<Presence>& all, std::vector<Presence> of_qube)
{
    std::ranges::sort(of_qube, {}, [](const Presence& row) {
        return row.release == nullptr ? std::tuple(std::string(), row.base->number)
                                      : std::tuple(row.release->release.app.text(), row.release->release.sequence);
    });
    all.insert(all.end(), of_qube.begin(), of_qube.end());
}

} // namespace

std::vector<Presence> presences(const Snapshot& snapshot, const Live& live)
{
    std::vector<Presence> all;
    for (const auto& qube : snapshot.qubes) {
        std::vector<Presence> rows;
        const auto* attached = attached_to(live, qube.name);
        add_base(rows, snapshot.base_of(qube.base()), {.qube = qube.name, .wanted = true});
        for (const auto& binding : qube.current_generation().bindings) {
            if (binding.own_base) {
                add_base(rows, snapshot.find_base(*binding.own_base), {.qube = qube.name, .wanted = true});
            }
            add(rows, {.qube = qube.name, .release = &snapshot.release(binding.release), .wanted = true});
        }
        if (attached != nullptr) {
            add_running(rows, snapshot, qube, {.qube = qube.name, .runs = true}, *attached);
        }
        append_sorted(all, std::move(rows));
        for (const auto& [name, made_from] : live.disposables) {
            attached = made_from == qube.name ? attached_to(live, name) : nullptr;
            if (attached != nullptr) {
                const Presence row{.qube = name, .is_disposable = true, .runs = true};
                std::vector<Presence> of_disposable;
                add_running(of_disposable, snapshot, qube, row, *attached);
                append_sorted(all, std::move(of_disposable));
            }
        }
    }
    return all;
}

} // namespace qpkg::plan

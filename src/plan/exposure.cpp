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

void add_base(std::vector<Presence>& of_qube, const Snapshot& snapshot, const Qube& qube, Presence row)
{
    row.base = snapshot.find_base(qube.base);
    if (row.base != nullptr && (!qube.base_commit || qube.base_commit == row.base->commit)) {
        add(of_qube, row);
    }
}

void add_apps(std::vector<Presence>& of_qube, const Snapshot& snapshot, const Qube& qube, Presence row,
              const Attachment& attached)
{
    for (const auto& slot : attached.slots) {
        row.release = release_in(snapshot, qube, slot);
        if (row.release != nullptr) {
            add(of_qube, row);
        }
    }
}

void append_sorted(std::vector<Presence>& all, std::vector<Presence> of_qube)
{
    std::ranges::sort(of_qube, {}, [](const Presence& row) {
        return row.release == nullptr ? std::tuple<std::string, std::uint64_t>()
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
        add_base(rows, snapshot, qube, {.qube = qube.name, .runs = attached != nullptr, .wanted = true});
        for (const auto& binding : qube.current_generation().bindings) {
            add(rows, {.qube = qube.name, .release = &snapshot.release(binding.release), .wanted = true});
        }
        if (attached != nullptr) {
            add_apps(rows, snapshot, qube, {.qube = qube.name, .runs = true}, *attached);
        }
        append_sorted(all, std::move(rows));
        for (const auto& [name, made_from] : live.disposables) {
            attached = made_from == qube.name ? attached_to(live, name) : nullptr;
            if (attached != nullptr) {
                const Presence row{.qube = name, .is_disposable = true, .runs = true};
                std::vector<Presence> of_disposable;
                add_base(of_disposable, snapshot, qube, row);
                add_apps(of_disposable, snapshot, qube, row, *attached);
                append_sorted(all, std::move(of_disposable));
            }
        }
    }
    return all;
}

} // namespace qpkg::plan

// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/use/restore.hpp"

#include "app/use/upgrade.hpp"
#include "plan/garbage.hpp"
#include "plan/restore.hpp"

#include "qpkg/core/text.hpp"

#include <algorithm>

namespace qpkg::app {
namespace {

/// Runs `check`; true when it finds damage.
template <class Check>
bool is_damaged(const Check& check)
{
    try {
        check();
        return false;
    } catch (const Error& error) {
        if (error.code() != Code::corrupt && error.code() != Code::not_found && error.code() != Code::untrusted) {
            throw;
        }
        return true;
    }
}

/// As if the damaged volumes were not there.
plan::Plan plan_without(Snapshot snapshot, const std::vector<VolumeId>& damaged)
{
    std::erase_if(snapshot.volumes,
                  [&](const VolumeId& volume) { return std::ranges::find(damaged, volume) != damaged.end(); });
    return plan::plan_restore(snapshot);
}

PreparedChange nothing_yet(World& world)
{
    auto snapshot = engine::take_snapshot(world.db, world.content, world.volumes);
    // What it fetches is pinned by manifests that were accepted long ago: no repository has to vouch for it again.
    auto catalog = std::make_unique<Catalog>(world, snapshot, Reach::offline);
    return {std::move(snapshot), {}, {}, 0, 0, std::move(catalog)};
}

std::string words_of(const plan::Step& step)
{
    if (const auto* whole = std::get_if<plan::ComposeVolume>(&step)) {
        return "the volume of " + whole->qube.text();
    }
    const auto* own = std::get_if<plan::BuildVolume>(&step);
    const auto& known = own != nullptr ? own->release : std::get<plan::FetchCommit>(step).release;
    return known.release.app.text() + ' ' + known.release.version;
}

} // namespace

Restoration::Restoration(World& world)
    : world_(world), change_(nothing_yet(world)), attributes_(world.content.lost_attributes()),
      fetching_(world, change_)
{
    if (attributes_ == 0) {
        find_damage();
    }
    change_.plan = plan_without(change_.snapshot, volumes_);
}

bool Restoration::empty() const
{
    return change_.plan.prepare.empty() && attributes_ == 0 && commits_.empty() && volumes_.empty();
}

void Restoration::find_damage()
{
    const auto& snapshot = change_.snapshot;
    // What is not here at all is missed only by what is in use: a backup need not carry the rest.
    std::set<CommitId> in_use;
    for (const auto& qube : snapshot.qubes) {
        for (const auto& binding : qube.current_generation().bindings) {
            in_use.insert(snapshot.release(binding.release).release.tree.commit);
        }
    }
    for (const auto& commit : plan::needed_commits(snapshot)) {
        const bool counts = world_.content.has_commit(commit) || in_use.contains(commit);
        if (counts && is_damaged([&] { world_.content.verify(commit, world_.progress); })) {
            commits_.push_back(commit);
        }
    }
    for (const auto& volume : plan::needed_volumes(snapshot)) {
        if (world_.volumes.has(volume) && is_damaged([&] { world_.volumes.verify(volume, world_.progress); })) {
            volumes_.push_back(volume);
        }
    }
}

void Restoration::remove_damage()
{
    if (attributes_ > 0) {
        has_mended_ = world_.content.mend_attributes() > 0;
        find_damage();
    }
    for (const auto& commit : commits_) {
        world_.content.discard_damaged(commit);
    }
    change_.snapshot = engine::take_snapshot(world_.db, world_.content, world_.volumes);
    change_.plan = plan_without(change_.snapshot, volumes_);
}

void Restoration::bring()
{
    const auto& releases = change_.snapshot.releases;
    for (const auto& commit : commits_) {
        const auto found = std::ranges::find_if(
            releases, [&](const auto& known) { return known.second.release.tree.commit == commit; });
        if (found == releases.end()) {
            missing_.insert(commit);
            lose("commit " + commit.hex(), Error(Code::not_found, "no repository has it: it is a base's"));
        } else {
            bring_first(change_.plan, found->second);
        }
    }
    for (const auto& step : change_.plan.prepare) {
        if (const auto* wanted = std::get_if<plan::FetchCommit>(&step)) {
            bring(*wanted);
        }
    }
}

void Restoration::bring(const plan::FetchCommit& step)
{
    try {
        fetching_.lay_aside(step);
    } catch (const Error& error) {
        if (!is_of_the_release(error)) {
            throw;
        }
        missing_.insert(step.release.release.tree.commit);
        lose(words_of(step), error);
    }
}

engine::Prepared Restoration::finish()
{
    require_still_there(world_, change_);
    world_.content.adopt_staged();
    for (const auto& volume : volumes_) {
        world_.volumes.remove(volume);
    }
    // Bases are in no plan: nobody offers them, they are made from what is here.
    for (const auto& base : change_.snapshot.bases) {
        make_base(base.commit, base.volume);
    }
    for (const auto& qube : change_.snapshot.qubes) {
        if (qube.base_commit && qube.base_volume) {
            make_base(*qube.base_commit, *qube.base_volume);
        }
    }
    engine::Prepared prepared;
    for (const auto& step : change_.plan.prepare) {
        if (is_lost(step)) {
            continue;
        }
        try {
            plan::Plan one;
            one.prepare.push_back(step);
            const auto done = engine::prepare(one, world_.content, world_.volumes, nothing_more(), world_.progress);
            engine::add(prepared.imported, done.imported);
            has_mended_ = true;
        } catch (const Error& error) {
            if (!is_of_the_release(error)) {
                throw;
            }
            lose(words_of(step), error);
        }
    }
    engine::add(prepared.imported, fetching_.transferred());
    require_all();
    return prepared;
}

void Restoration::require_all() const
{
    if (lost_.empty()) {
        return;
    }
    if (!has_mended_) {
        throw lost_.front();
    }
    std::vector<std::string> words;
    for (const auto& error : lost_) {
        words.emplace_back(error.what());
    }
    throw Error(Code::partly, "restored, but for " + std::to_string(words.size()) + ": " + text::join(words, "; "),
                "build or import a base again; for an app import a bundle that holds it");
}

void Restoration::make_base(const CommitId& commit, const VolumeId& volume)
{
    if (world_.volumes.has(volume) || !world_.content.has_commit(commit) || missing_.contains(commit)) {
        return;
    }
    const VolumePart part{commit, ""};
    world_.volumes.build({&part, 1}, volume, world_.progress);
    has_mended_ = true;
}

/// What it is made of could not be brought: that was said.
bool Restoration::is_lost(const plan::Step& step) const
{
    const auto is_missing = [&](const KnownRelease& known) { return missing_.contains(known.release.tree.commit); };
    if (const auto* whole = std::get_if<plan::ComposeVolume>(&step)) {
        return std::ranges::any_of(whole->releases, is_missing);
    }
    const auto* own = std::get_if<plan::BuildVolume>(&step);
    return is_missing(own != nullptr ? own->release : std::get<plan::FetchCommit>(step).release);
}

void Restoration::lose(std::string_view what, const Error& why) { lost_.push_back(why.within(what)); }

} // namespace qpkg::app

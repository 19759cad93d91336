// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/use/restore.hpp"

#include "app/use/cost.hpp"
#include "app/use/upgrade.hpp"
#include "app/use/volume_salvage.hpp"
#include "plan/commits.hpp"
#include "plan/garbage.hpp"

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

/// As if what is damaged were not there.
template <class Id>
void take_out(std::vector<Id>& ids, const std::vector<Id>& damaged)
{
    std::erase_if(ids, [&](const Id& id) { return std::ranges::find(damaged, id) != damaged.end(); });
}

constexpr const char* base_hint = "make the base again: qpkg base build BASE, or qpkg base import TAR";
constexpr std::uint64_t files_of_a_volume = 4; ///< with its plan and its commit's index

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
    plan_anew();
}

void Restoration::plan_anew()
{
    auto sound = change_.snapshot;
    take_out(sound.volumes, volumes_);
    take_out(sound.details, details_);
    change_.plan = plan::plan_restore(sound);
    bases_ = plan::missing_bases(sound);
}

bool Restoration::empty() const
{
    return change_.plan.prepare.empty() && bases_.empty() && attributes_ == 0 && commits_.empty() && volumes_.empty() &&
           details_.empty();
}

files::Room Restoration::needed() const
{
    files::Room room;
    const bool clones = clones_data(world_);
    const auto add_volume = [&](const VolumeId& volume, std::uint64_t size) {
        if (std::ranges::find(volumes_, volume) == volumes_.end()) {
            room.bytes += added_by_volume(size, clones);
            room.files += files_of_a_volume;
        }
    };
    std::set<CommitId> counted;
    const auto add_commit = [&](const CommitId& commit, std::uint64_t size, std::uint64_t objects) {
        const bool comes = std::ranges::find(commits_, commit) != commits_.end();
        if (comes && !world_.content.has_commit(commit) && counted.insert(commit).second) {
            room.bytes += clones ? size : 2 * size; // as a tree, too, while it comes from a volume
            room.files += 2 * objects;
        }
    };
    for (const auto& [id, known] : change_.snapshot.releases) {
        add_commit(known.release.tree.commit, known.release.tree.size, known.release.tree.objects);
    }
    for (const auto& base : change_.snapshot.bases) {
        add_commit(base.commit, base.volume_size, 0);
    }
    for (const auto& step : change_.plan.prepare) {
        if (const auto* own = std::get_if<plan::BuildVolume>(&step)) {
            add_volume(own->release.release.volume.root, own->release.release.volume.size);
        } else if (const auto* whole = std::get_if<plan::ComposeVolume>(&step)) {
            add_volume(*whole->expected, size_of(*whole));
        }
    }
    for (const auto& base : bases_) {
        add_volume(base.volume, base.size);
    }
    return room;
}

void Restoration::find_damage()
{
    const auto& snapshot = change_.snapshot;
    const auto in_use = plan::commits_in_use(snapshot);
    for (const auto& commit : plan::needed_commits(snapshot)) {
        const bool counts = world_.content.has_commit(commit) || std::ranges::binary_search(in_use, commit);
        if (counts && is_damaged([&] { world_.content.verify(commit, world_.progress); })) {
            commits_.push_back(commit);
        }
    }
    for (const auto& details : plan::needed_details(snapshot)) {
        if (world_.content.has_details(details) && is_damaged([&] { world_.content.read_details(details); })) {
            details_.push_back(details);
        }
    }
    for (const auto& volume : plan::needed_volumes(snapshot)) {
        if (world_.volumes.has(volume) && is_damaged([&] { world_.volumes.verify(volume, world_.progress); })) {
            volumes_.push_back(volume);
        }
    }
}

/// What a volume still holds, nobody has to bring. A damaged volume is not asked.
void Restoration::salvage()
{
    const auto& snapshot = change_.snapshot;
    for (const auto& commit : commits_) {
        if (salvage_from_volume(world_, snapshot, commit)) {
            salvaged_.insert(commit);
            has_mended_ = true;
        }
    }
}

/// Its volume is missing, too: that is told once.
bool Restoration::is_missed_by_a_base(const CommitId& commit) const
{
    return std::ranges::find(bases_, commit, &plan::BaseVolume::commit) != bases_.end();
}

std::string Restoration::name_of_base(const CommitId& commit) const
{
    const auto* base = change_.snapshot.find_base(commit);
    return base == nullptr ? commit.hex() : base->id.text() + ' ' + release_word(*base);
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
    for (const auto& details : details_) {
        world_.content.discard_damaged_details(details);
    }
    salvage();
    change_.snapshot = engine::take_snapshot(world_.db, world_.content, world_.volumes);
    plan_anew();
}

void Restoration::bring()
{
    const auto& releases = change_.snapshot.releases;
    for (const auto& commit : commits_) {
        if (salvaged_.contains(commit)) {
            continue;
        }
        const auto found = std::ranges::find_if(
            releases, [&](const auto& known) { return known.second.release.tree.commit == commit; });
        if (found == releases.end()) {
            missing_.insert(commit);
            if (!is_missed_by_a_base(commit)) {
                lose("the files of base " + name_of_base(commit),
                     Error(Code::not_found, "no repository has them", base_hint));
            }
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
        const auto& commit = step.release.release.tree.commit;
        unbrought_.insert(step.release.id);
        const bool is_here = world_.content.has_commit(commit) && std::ranges::find(commits_, commit) == commits_.end();
        if (!is_here) {
            missing_.insert(commit);
        }
        lose((is_here ? "details of " : "") + words_of(step), error);
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
    for (const auto& base : bases_) {
        make_base(base);
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
    throw Error(
        Code::partly, "restored, but for " + std::to_string(words.size()) + ": " + text::join(words, "; "),
        "a base: qpkg base build, or qpkg base import; an app: qpkg import a bundle that holds it, then qpkg restore");
}

void Restoration::make_base(const plan::BaseVolume& base)
{
    try {
        if (!world_.content.has_commit(base.commit) || missing_.contains(base.commit)) {
            throw Error(Code::not_found, "its files are not here either", base_hint);
        }
        const VolumePart part{base.commit, ""};
        world_.volumes.build({&part, 1}, base.volume, world_.progress);
        has_mended_ = true;
    } catch (const Error& error) {
        if (!is_of_the_release(error)) {
            throw;
        }
        lose("the volume of base " + base.name, error);
    }
}

/// What it is made of could not be brought: that was said.
bool Restoration::is_lost(const plan::Step& step) const
{
    const auto is_missing = [&](const KnownRelease& known) { return missing_.contains(known.release.tree.commit); };
    if (const auto* whole = std::get_if<plan::ComposeVolume>(&step)) {
        return std::ranges::any_of(whole->releases, is_missing);
    }
    if (const auto* own = std::get_if<plan::BuildVolume>(&step)) {
        return is_missing(own->release);
    }
    return unbrought_.contains(std::get<plan::FetchCommit>(step).release.id);
}

void Restoration::lose(std::string_view what, const Error& why) { lost_.push_back(why.within(what)); }

} // namespace qpkg::app

// SPDX-License-Identifier: LGPL-2.1-or-later
#include "engine/transaction.hpp"

#include "engine/details.hpp"

#include "qpkg/core/fault.hpp"
#include "qpkg/core/interrupt.hpp"
#include "qpkg/core/text.hpp"
#include "qpkg/model/commit_identity.hpp"

#include <algorithm>

namespace qpkg::engine {
namespace {

/// The commit says itself what it is; it must not be another app's under this manifest.
void require_agreement(const ContentStore& content, const Release& release)
{
    const auto metadata = content.commit_metadata(release.tree.commit);
    const auto require = [&](const std::string& key, const std::string& expected) {
        const auto found = metadata.find(key);
        const auto said = found == metadata.end() ? std::string("nothing") : found->second;
        if (said != expected) {
            throw Error(Code::untrusted, "commit " + release.tree.commit.hex() + " says " + key + " is " +
                                             text::escaped(said) + ", its manifest says " + text::escaped(expected));
        }
    };
    for (const auto& [key, expected] : commit_identity(release)) {
        require(key, expected);
    }
    require("ostree.ref-binding", release.tree.ref);
}

ImportLimits limits_of(const Release& release)
{
    return {release.tree.objects, release.tree.size, release.inputs.source_date_epoch};
}

ImportReport fetch(const KnownRelease& release, ContentStore& content, const FetcherFor& fetcher, Progress& progress)
{
    const auto& tree = release.release.tree;
    NamedProgress named(progress, short_name(release.release.app));
    return with_context("fetch " + release.release.app.text() + " from " + release.repo.text(), [&] {
        const auto imported = content.import_commit(tree.commit, limits_of(release.release), fetcher(release), named);
        require_agreement(content, release.release);
        if (!content.has_details(release.release.details.sha256)) {
            // Under the lock nothing is unpacked: a bundle has them raw, what repositories sent was laid aside.
            content.add_details(fetch_details(release.release, fetcher(release), {}));
        }
        return imported;
    });
}

/// Its root is what it must be, or it would not exist. What else the manifest says about it must be true as well.
void require_same(const VolumeSummary& found, const VolumeSummary& announced)
{
    if (announced.format != found.format) {
        throw Error(Code::unsupported, "the manifest asks for volume format " + text::escaped(announced.format) +
                                           ", this qpkg makes " + found.format);
    }
    if (announced.size != found.size) {
        throw Error(Code::corrupt, "the volume has " + std::to_string(found.size) + " bytes, its manifest says " +
                                       std::to_string(announced.size));
    }
}

VolumeReport build(const KnownRelease& release, VolumeStore& volumes, Progress& progress)
{
    const VolumePart part{release.release.tree.commit, ""};
    NamedProgress named(progress, short_name(release.release.app));
    return with_context("make the volume of " + release.release.app.text(), [&] {
        auto report = volumes.build({&part, 1}, release.release.volume.root, named);
        require_same(report.volume, release.release.volume);
        return report;
    });
}

/// Runs `make`, which reads what these releases hold.
template <class Make>
auto made_of(std::span<const KnownRelease> releases, ContentStore& content, const Make& make)
{
    try {
        return make();
    } catch (const Error& error) {
        if (error.code() != Code::corrupt && error.code() != Code::not_found) {
            throw;
        }
        for (const auto& release : releases) {
            content.discard_damaged(release.release.tree.commit);
        }
        throw Damaged(error, {releases.begin(), releases.end()});
    }
}

/// False where the qube has no room as long as it holds what must go.
bool attached(Hypervisor& hypervisor, const plan::SlotChange& change)
{
    try {
        hypervisor.attach(change.qube, change.slot);
        return true;
    } catch (const Error& error) {
        if (error.code() != Code::conflict) {
            throw;
        }
        return false;
    }
}

void add_to(std::vector<QubeName>& qubes, const QubeName& qube)
{
    const auto place = std::ranges::lower_bound(qubes, qube);
    if (place == qubes.end() || *place != qube) {
        qubes.insert(place, qube);
    }
}

/// Where nobody has said what the root must be, what it is made of is hashed before: what small files hold is part of
/// the metadata, and would be right by definition.
VolumeId compose(const plan::ComposeVolume& step, const ContentStore& content, VolumeStore& volumes, Progress& progress)
{
    std::vector<VolumePart> parts;
    for (const auto& known : step.releases) {
        if (!step.expected) {
            content.verify(known.release.tree.commit, progress);
        }
        parts.push_back({known.release.tree.commit, composed_place(known.release.app)});
    }
    NamedProgress named(progress, step.qube.text());
    return with_context("make the volume of " + step.qube.text(),
                        [&] { return volumes.build(parts, step.expected, named).volume.root; });
}

/// The generations that a plan makes, with what only the making of their volumes told.
Change completed(Change change, const std::map<QubeName, VolumeId>& composed)
{
    if (auto* advance = std::get_if<AdvanceQube>(&change)) {
        if (const auto made = composed.find(advance->name); made != composed.end()) {
            advance->next.composed = made->second;
        }
    }
    return change;
}

} // namespace

void add(ImportReport& sum, const ImportReport& one)
{
    sum.fetched_objects += one.fetched_objects;
    sum.fetched_bytes += one.fetched_bytes;
    sum.content_bytes += one.content_bytes;
}

Snapshot take_snapshot(const StateDb& db, const ContentStore& content, const VolumeStore& volumes)
{
    auto snapshot = db.snapshot();
    snapshot.commits = content.commits();
    snapshot.volumes = volumes.list();
    snapshot.details = content.details();
    std::sort(snapshot.commits.begin(), snapshot.commits.end());
    std::sort(snapshot.volumes.begin(), snapshot.volumes.end());
    return snapshot;
}

ImportReport lay_aside(const plan::FetchCommit& step, ContentStore& content, const FetcherFor& fetcher,
                       Progress& progress)
{
    interrupt::throw_if_requested();
    const auto& release = step.release.release;
    NamedProgress named(progress, short_name(release.app));
    auto report = with_context("fetch " + release.app.text() + " from " + step.release.repo.text(), [&] {
        return content.stage_commit(release.tree.commit, limits_of(release), fetcher(step.release), named);
    });
    fault_point("prepare.laid-aside");
    return report;
}

Prepared prepare(const plan::Plan& plan, ContentStore& content, VolumeStore& volumes, const FetcherFor& fetcher,
                 Progress& progress)
{
    Prepared prepared;
    for (const auto& step : plan.prepare) {
        interrupt::throw_if_requested();
        if (const auto* wanted = std::get_if<plan::FetchCommit>(&step)) {
            add(prepared.imported, fetch(wanted->release, content, fetcher, progress));
            fault_point("prepare.fetched");
        } else if (const auto* own = std::get_if<plan::BuildVolume>(&step)) {
            prepared.volumes.push_back({own->release.release.app, made_of({&own->release, 1}, content, [&] {
                                            return build(own->release, volumes, progress);
                                        })});
            fault_point("prepare.built");
        } else {
            const auto& whole = std::get<plan::ComposeVolume>(step);
            prepared.composed.insert_or_assign(whole.qube, made_of(whole.releases, content, [&] {
                                                   return compose(whole, content, volumes, progress);
                                               }));
            fault_point("prepare.composed");
        }
    }
    return prepared;
}

void commit(const plan::Plan& plan, const Prepared& prepared, StateDb& db)
{
    interrupt::throw_if_requested();
    fault_point("commit.before");
    std::vector<Change> changes;
    for (const auto& change : plan.changes) {
        changes.push_back(completed(change, prepared.composed));
    }
    db.commit(changes);
    fault_point("commit.after");
}

plan::Live look(Hypervisor& hypervisor)
{
    const auto can = hypervisor.capabilities();
    plan::Live live{hypervisor.wanted(), hypervisor.attached(), can.hot_attach, can.makes_qubes};
    for (const auto& qube : hypervisor.qubes()) {
        if (qube.disposable_of) {
            live.disposables.emplace(qube.name, *qube.disposable_of);
        }
        if (!qube.identity.empty()) {
            live.identities.emplace(qube.name, qube.identity);
        }
    }
    return live;
}

Activated activate(const StateDb& db, Hypervisor& hypervisor)
{
    // What the database says is promised: a Ctrl-C now would only leave the rest to the next command.
    const interrupt::Hold finish_what_was_promised;
    auto activation = plan::plan_activation(db.snapshot(), look(hypervisor));

    std::map<QubeName, Error> failed;
    for (const auto& [qube, why] : activation.unknown) {
        failed.emplace(qube, Error(Code::failed, why));
    }
    const auto attempt = [&](const QubeName& qube, const auto& step) {
        try {
            step();
            fault_point("activate.step");
        } catch (const Error& error) {
            failed.emplace(qube, error); // what came first is the reason
        }
    };
    for (const auto& qube : activation.create) {
        attempt(qube.name, [&] { hypervisor.create(qube.name, qube.base); });
    }
    for (const auto& wanted : activation.set_wanted) {
        attempt(wanted.qube, [&] { hypervisor.set_wanted(wanted.qube, wanted.slots, wanted.base); });
    }
    // New volumes come before old ones go: an app that changes its release is never missing. Where that leaves no room,
    // it comes after.
    std::vector<plan::SlotChange> late;
    for (const auto& change : activation.attach) {
        attempt(change.qube, [&] {
            if (!attached(hypervisor, change)) {
                late.push_back(change);
            }
        });
    }
    for (const auto& change : activation.detach) {
        attempt(change.qube, [&] {
            if (hypervisor.detach(change.qube, change.slot) == Detached::in_use) {
                add_to(activation.outdated, change.qube);
            }
        });
    }
    for (const auto& change : late) {
        attempt(change.qube, [&] { hypervisor.attach(change.qube, change.slot); });
    }
    for (const auto& qube : activation.announce) {
        attempt(qube, [&] { hypervisor.announce(qube); });
    }
    hypervisor.tidy();
    return {std::move(activation), std::move(failed)};
}

void require_live(const Activated& activated, const std::set<QubeName>& qubes)
{
    std::vector<std::string> failures;
    std::string hint;
    for (const auto& [qube, why] : activated.failed) {
        if (qubes.contains(qube)) {
            failures.push_back(qube.text() + ": " + why.what());
            hint = hint.empty() ? why.hint() : hint;
        }
    }
    if (!failures.empty()) {
        throw Error(Code::partly, "recorded, but not yet live in every qube: " + text::join(failures, "; "),
                    (hint.empty() ? "" : hint + "; ") + "the next qpkg command tries again");
    }
}

namespace {

/// What no row names any more.
std::uint64_t remove_content(const plan::Garbage& garbage, ContentStore& content, VolumeStore& volumes)
{
    std::uint64_t freed = 0;
    for (const auto& volume : garbage.volumes) {
        freed += volumes.remove(volume);
        fault_point("gc.volume-gone");
    }
    freed += volumes.remove_leftovers();
    return freed + content.prune({garbage.kept_commits, garbage.kept_details});
}

} // namespace

Collected collect(const plan::Garbage& garbage, StateDb& db, ContentStore& content, VolumeStore& volumes)
{
    std::uint64_t freed = 0;
    if (!garbage.changes.empty()) {
        try {
            db.commit(garbage.changes);
        } catch (const Error& error) {
            if (error.code() != Code::no_space) {
                throw;
            }
            auto leftovers = plan::plan_leftovers(take_snapshot(db, content, volumes));
            std::erase_if(leftovers.volumes, [&](const VolumeId& volume) {
                return std::ranges::find(garbage.volumes, volume) == garbage.volumes.end(); // a qube names it
            });
            freed += remove_content(leftovers, content, volumes);
            db.commit(garbage.changes);
        }
    }
    fault_point("gc.rows-gone");
    freed += remove_content(garbage, content, volumes);
    fault_point("gc.objects-gone");
    return {garbage, freed};
}

} // namespace qpkg::engine

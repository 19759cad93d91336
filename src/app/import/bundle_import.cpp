// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/import/bundle_import.hpp"

#include "app/import/rebuilds.hpp"
#include "engine/transaction.hpp"
#include "plan/commits.hpp"
#include "signing/client.hpp"
#include "signing/memory_trust_store.hpp"

#include "qpkg/core/fault.hpp"
#include "qpkg/core/files.hpp"
#include "qpkg/core/text.hpp"

#include <sys/stat.h>

#include <algorithm>

namespace qpkg::app {
namespace {

/// The trusted repository whose root of trust is among the bundle's.
const Repository& repository_of(const Snapshot& snapshot, const std::vector<std::string>& fingerprints)
{
    for (const auto& repository : snapshot.repositories) {
        if (std::ranges::find(fingerprints, repository.fingerprint) != fingerprints.end()) {
            return repository;
        }
    }
    throw Error(Code::not_found,
                "the bundle is of a repository that is not trusted here; its newest root has fingerprint " +
                    fingerprints.back(),
                "if its publisher says the same fingerprint: qpkg repo add NAME BUNDLE --fingerprint " +
                    fingerprints.front());
}

ArrivedRelease arrived(const trust::ListedRelease& release, Arrival arrival)
{
    return {.app = release.app.text(),
            .version = release.version,
            .channel = release.channel.text(),
            .base = release.base.text(),
            .sequence = release.sequence,
            .manifest = release.manifest,
            .arrival = arrival,
            .bytes = 0};
}

/// An object that is not in the bundle is no fault of it: it was cut to what another machine lacked.
template <class Step>
auto explained(Step&& step)
{
    try {
        return step();
    } catch (const Error& error) {
        if (error.code() != Code::not_found) {
            throw;
        }
        throw Error(error.code(), std::string(error.what()) + ", and it is not here either",
                    "the bundle was cut for a machine that has more; make it with this one's inventory: qpkg "
                    "inventory export");
    }
}

/// One run of an import, from the moment the bundle lies in quarantine.
class BundleImport {
public:
    BundleImport(World& world, const ImportBundleRequest& request, BundleFile& bundle)
        : world_(world), request_(request), bundle_(bundle),
          snapshot_(engine::take_snapshot(world.db, world.content, world.volumes)),
          fingerprints_(bundle.fingerprints()), repository_(repository_of(snapshot_, fingerprints_)),
          client_(world.trust, repository_, world.clock.now())
    {
    }

    /// Metadata and manifests are read and verified; where the store of trust holds back, nothing is written.
    ImportBundleReport look()
    {
        ImportBundleReport report{.repository = repository_.name,
                                  .changed = false,
                                  .older = false,
                                  .root = 0,
                                  .index = 0,
                                  .issued = 0,
                                  .releases = {},
                                  .notes = {}};
        refresh(report);
        fault_point("bundle.metadata");
        choose(report);
        fault_point("bundle.manifests");
        return report;
    }

    ImportBundleReport run()
    {
        auto report = look();
        try {
            bring(report);
        } catch (const Error& error) {
            if (error.code() == Code::no_space) {
                give_space_back();
            }
            throw;
        }
        return report;
    }

private:
    std::uint64_t trusted_version(const std::string& role) const
    {
        const auto stored = world_.trust.trusted(repository_.name, role);
        return stored ? stored->version : 0;
    }

    void refresh(ImportBundleReport& report)
    {
        // Written before the newest root that is trusted here: its metadata may be signed by keys that have gone since.
        report.older = fingerprints_.size() < trusted_version("root");
        if (!report.older) {
            require_next_root();
            auto refreshed = client_.refresh(bundle_, trust::Older::keep);
            trust::require_none(refreshed.problems);
            report.older = refreshed.older;
            report.changed = refreshed.changed;
            report.notes = std::move(refreshed.notes);
        }
        if (report.older) {
            report.notes.emplace_back("the bundle is older than the metadata here, which stays");
        }
        report.root = trusted_version("root");
        report.index = trusted_version("timestamp");
        report.issued = world_.trust.newest_issued(repository_.name);
    }

    /// The sender may have left out roots that this machine needs.
    void require_next_root() const
    {
        const auto trusted = trusted_version("root");
        const auto next = "tuf/" + std::to_string(trusted + 1) + ".root.json";
        if (fingerprints_.size() > trusted && !bundle_.find(next)) {
            throw Error(Code::failed,
                        "the bundle lacks root " + std::to_string(trusted + 1) + "; this machine trusts root " +
                            std::to_string(trusted),
                        "make it with all roots: qpkg bundle create --roots-since " + std::to_string(trusted + 1));
        }
    }

    void choose(ImportBundleReport& report)
    {
        const auto listed = client_.listed();
        for (const auto& section : bundle_.sections()) {
            if (section.type != bundle::SectionType::manifest) {
                continue;
            }
            const auto found = std::ranges::find(listed, ManifestId(section.sha256), &trust::ListedRelease::manifest);
            if (found == listed.end()) {
                report.releases.push_back(withdrawn(ManifestId(section.sha256)));
                continue;
            }
            const auto arrival = arrival_of(*found);
            if (arrival == Arrival::imported && !request_.accept_stale) {
                client_.require_installable(*found);
            }
            auto release = client_.fetch_release(*found, bundle_);
            // What rebuilders say is kept for the plan of an install, and shown of what is installed.
            static_cast<void>(rebuild_state(world_, repository_, release, &bundle_));
            report.releases.push_back(arrived(*found, arrival));
            if (arrival == Arrival::imported) {
                wanted_.push_back(std::move(release));
            }
        }
    }

    Arrival arrival_of(const trust::ListedRelease& release) const
    {
        if (release.arch != native_arch()) {
            return Arrival::other_arch;
        }
        const auto known = snapshot_.releases.find(release.manifest);
        const bool here = known != snapshot_.releases.end() &&
                          std::ranges::binary_search(snapshot_.commits, known->second.release.tree.commit) &&
                          std::ranges::binary_search(snapshot_.details, known->second.release.details.sha256);
        return here ? Arrival::here : Arrival::imported;
    }

    /// Its name, as far as the bundle's own signed metadata still proves it.
    ArrivedRelease withdrawn(const ManifestId& manifest)
    {
        if (!then_) {
            then_.emplace();
            try {
                trust::MemoryTrustStore store;
                store.accept(repository_.name, *world_.trust.trusted(repository_.name, "root"));
                trust::TrustClient client(store, repository_, world_.clock.now());
                client.refresh(bundle_);
                then_ = client.listed();
            } catch (const Error&) {
                then_->clear(); // signed by keys that have gone since: it is shown by its hash alone
            }
        }
        const auto found = std::ranges::find(*then_, manifest, &trust::ListedRelease::manifest);
        if (found != then_->end()) {
            return arrived(*found, Arrival::withdrawn);
        }
        return {.app = {},
                .version = {},
                .channel = {},
                .base = {},
                .sequence = 0,
                .manifest = manifest,
                .arrival = Arrival::withdrawn,
                .bytes = 0};
    }

    void bring(ImportBundleReport& report)
    {
        if (wanted_.empty()) {
            return;
        }
        plan::Plan plan;
        for (const auto& release : wanted_) {
            plan::Plan one;
            one.prepare.emplace_back(plan::FetchCommit{release});
            const auto prepared = explained([&] {
                return engine::prepare(
                    one, world_.content, world_.volumes, [&](const KnownRelease&) -> Fetcher& { return bundle_; },
                    world_.progress);
            });
            std::ranges::find(report.releases, release.id, &ArrivedRelease::manifest)->bytes =
                prepared.imported.content_bytes;
            plan.changes.emplace_back(LearnRelease{release});
            fault_point("bundle.objects");
        }
        engine::commit(plan, {}, world_.db);
        report.changed = true;
    }

    /// Releases that came in whole before the disk was full are of no use while nobody knows them.
    void give_space_back()
    {
        const auto snapshot = world_.db.snapshot();
        world_.content.prune({plan::needed_commits(snapshot), plan::needed_details(snapshot)});
    }

    World& world_;
    const ImportBundleRequest& request_;
    BundleFile& bundle_;
    Snapshot snapshot_;
    std::vector<std::string> fingerprints_;
    const Repository& repository_;
    trust::TrustClient client_;
    std::vector<KnownRelease> wanted_;
    std::optional<std::vector<trust::ListedRelease>> then_; ///< what the bundle's own metadata lists
};

} // namespace

BundleSource::BundleSource(const std::string& source)
{
    if (source != "-") {
        opened_ = open_foreign(source);
        return;
    }
    struct stat info {};
    if (::fstat(0, &info) != 0 || !(S_ISREG(info.st_mode) || S_ISFIFO(info.st_mode) || S_ISSOCK(info.st_mode))) {
        throw Error(Code::corrupt, "standard input is no file, pipe or socket");
    }
}

namespace {

std::string action(const ImportBundleRequest& request)
{
    return "import " + (request.source == "-" ? "standard input" : text::escaped(request.source));
}

} // namespace

BundleFile receive_bundle(const std::filesystem::path& root, const ImportBundleRequest& request, Progress& progress)
{
    const BundleSource source(request.source);
    return with_context(action(request),
                        [&] { return Quarantine(root, source.fd()).receive(source.fd(), request.patience, progress); });
}

ImportBundleReport import_bundle(World& world, const ImportBundleRequest& request, BundleFile& bundle)
{
    return with_context(action(request), [&] { return BundleImport(world, request, bundle).run(); });
}

ImportBundleReport plan_import(World& world, const ImportBundleRequest& request, BundleFile& bundle)
{
    return with_context(action(request), [&] {
        auto report = BundleImport(world, request, bundle).look();
        const auto comes = [](const ArrivedRelease& release) { return release.arrival == Arrival::imported; };
        report.changed = report.changed || std::ranges::any_of(report.releases, comes);
        return report;
    });
}

} // namespace qpkg::app

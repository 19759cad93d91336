// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/mirror/mirror_objects.hpp"

#include "app/scratch.hpp"
#include "plan/delta.hpp"
#include "repo-format/repo/manifest.hpp"

#include "qpkg/base/log.hpp"
#include "qpkg/core/error.hpp"
#include "qpkg/core/files.hpp"
#include "qpkg/core/interrupt.hpp"
#include "qpkg/core/room.hpp"
#include "qpkg/core/text.hpp"

#include <algorithm>
#include <set>

namespace qpkg::app {
namespace {

namespace fs = std::filesystem;

struct Missing {
    const KnownRelease& release;
    std::optional<DeltaSummary> delta; ///< from a commit that is here once those before it are
};

class Pulling {
public:
    Pulling(World& world, const fs::path& archive, Fetcher& site)
        : world_(world), archive_(archive), site_(site), mirror_(world.archive_repository(archive))
    {
    }

    ImportReport run(std::span<const KnownRelease> releases)
    {
        const auto missing = find_missing(releases);
        require_space(missing);
        // What comes one by one first, under one bar: no delta starts from what another delta makes later.
        std::uint64_t total = 0;
        for (const auto& one : missing) {
            total += one.delta ? 0 : one.release.release.tree.archive_size;
        }
        if (total > 0) {
            world_.progress.begin("mirror", std::to_string(releases.size()) + " releases", total);
            for (const auto& one : missing) {
                if (!one.delta) {
                    count(pull(one.release, site_));
                }
            }
            world_.progress.end(text::human_size(report_.fetched_bytes));
        }
        for (const auto& one : missing) {
            if (one.delta) {
                count(pull_by_delta(one.release, *one.delta));
            }
        }
        for (const auto& known : releases) {
            mirror_->set_ref(served_ref(known.release), known.release.tree.commit);
        }
        return report_;
    }

private:
    std::vector<Missing> find_missing(std::span<const KnownRelease> releases) const
    {
        std::set<CommitId> here;
        for (const auto& known : releases) {
            for (const auto& delta : known.release.deltas) {
                if (mirror_->has_commit(delta.from)) {
                    here.insert(delta.from);
                }
            }
        }
        std::vector<Missing> missing;
        for (const auto& known : releases) {
            if (!mirror_->has_commit(known.release.tree.commit)) {
                missing.push_back({known, plan::choose_delta(known.release, {here.begin(), here.end()})});
            }
            here.insert(known.release.tree.commit);
        }
        return missing;
    }

    /// Objects, and what applying the largest delta takes meanwhile: both its commits unpacked.
    void require_space(const std::vector<Missing>& missing) const
    {
        std::uint64_t needed = 0;
        std::uint64_t objects = 0;
        std::uint64_t meanwhile = 0;
        for (const auto& [known, delta] : missing) {
            needed += known.release.tree.archive_size;
            objects += known.release.tree.objects;
            meanwhile = std::max(meanwhile, delta ? 2 * known.release.tree.size : 0);
        }
        needed += meanwhile;
        files::require_room(archive_, {needed, objects});
    }

    ImportReport pull(const KnownRelease& known, Fetcher& from)
    {
        const auto& release = known.release;
        const ImportLimits limits{release.tree.objects, release.tree.size, release.inputs.source_date_epoch};
        return with_context("fetch " + release.app.text() + " " + release.version,
                            [&] { return mirror_->pull(release.tree.commit, limits, from, world_.progress); });
    }

    /// A delta is handed on, so it must be had; one that does not make what it should costs a warning.
    ImportReport pull_by_delta(const KnownRelease& known, const DeltaSummary& delta)
    {
        const auto& commit = known.release.tree.commit;
        NamedProgress named(world_.progress, short_name(known.release.app));
        report_.fetched_bytes += world_.copy_delta(archive_, delta, commit, site_, named);
        try {
            const Scratch scratch(archive_ / "tmp", "apply-");
            const auto made = world_.apply_copied_delta(archive_, {delta, commit, scratch.path()}, site_, named);
            auto pulled = pull(known, *made);
            pulled.fetched_bytes -= made->made();
            return pulled;
        } catch (const Error& error) {
            if (error.code() == Code::interrupted) {
                throw;
            }
            log::warning(known.release.app.text() + ": " + error.what() + "; its objects are fetched one by one");
        }
        world_.progress.begin("mirror", short_name(known.release.app), known.release.tree.archive_size);
        auto pulled = pull(known, site_);
        world_.progress.end(text::human_size(pulled.fetched_bytes));
        return pulled;
    }

    void count(const ImportReport& pulled)
    {
        report_.fetched_objects += pulled.fetched_objects;
        report_.fetched_bytes += pulled.fetched_bytes;
        report_.content_bytes += pulled.content_bytes;
    }

    World& world_;
    const fs::path& archive_;
    Fetcher& site_;
    std::unique_ptr<ArchiveRepository> mirror_;
    ImportReport report_;
};

} // namespace

ImportReport pull_releases(World& world, const fs::path& archive, std::span<const KnownRelease> releases, Fetcher& site)
{
    return Pulling(world, archive, site).run(releases);
}

} // namespace qpkg::app

// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/mirror/mirror.hpp"

#include "app/mirror/bundle_create.hpp"
#include "app/mirror/kept_inputs.hpp"
#include "app/mirror/mirror_objects.hpp"
#include "app/mirror/site_reader.hpp"
#include "app/publish/pruning.hpp"
#include "app/publish/publish_module.hpp"
#include "app/publish/site.hpp"
#include "engine/writer_lock.hpp"
#include "repo-format/repo/details.hpp"
#include "repo-format/repo/manifest.hpp"
#include "repo-format/repo/owners.hpp"
#include "repo-format/repo/rebuild.hpp"

#include "qpkg/base/log.hpp"
#include "qpkg/core/error.hpp"
#include "qpkg/core/files.hpp"
#include "qpkg/core/interrupt.hpp"
#include "qpkg/core/text.hpp"
#include "qpkg/model/location.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace qpkg::app {
namespace {

constexpr std::string_view pointer = "tuf/timestamp.json";
constexpr std::uint64_t largest_summary = 16U << 20U;

/// What the mirror was when it was last complete; of one whose first run broke off only whose it is.
SiteReader::Known known_of(World& world, const MirrorRequest& request)
{
    SiteReader::Known known{{}, request.fingerprint};
    const auto first = files::read_if_exists(request.to / "tuf/1.root.json", tuf::largest_root);
    if (!first) {
        return known;
    }
    const auto mirrored = trust::root_fingerprint(*trust::verify_first_root(*first));
    if (std::filesystem::exists(request.to / pointer)) {
        const SiteReader before(world.fetcher(request.to.string()), request.to.string(), world.clock.now());
        known.store = before.store();
    }
    known.fingerprint = known.fingerprint.value_or(mirrored);
    return known;
}

/// Ascending by sequence, so that of several releases of a ref the newest comes last.
std::vector<trust::ListedRelease> chosen(const std::vector<trust::ListedRelease>& listed, const MirrorRequest& request)
{
    std::map<std::string, trust::ListedRelease> found; // by path
    const auto take = [&](const std::optional<Inventory>& inventory) {
        for (auto& release : choose_releases(listed, {request.apps, request.channels}, inventory)) {
            found.emplace(release.path, std::move(release));
        }
    };
    for (const auto& file : request.fleet) {
        with_context(file.string(), [&] { take(parse_inventory(files::read(file, largest_inventory))); });
    }
    if (request.fleet.empty()) {
        take(std::nullopt);
    }
    if (!request.newest && request.fleet.empty()) {
        std::set<std::pair<AppId, Channel>> lines;
        for (const auto& [path, release] : found) {
            lines.emplace(release.app, release.channel);
        }
        for (const auto& release : listed) {
            if (lines.contains({release.app, release.channel})) {
                found.emplace(release.path, release);
            }
        }
    }
    std::vector<trust::ListedRelease> releases;
    for (auto& [path, release] : found) {
        releases.push_back(std::move(release));
    }
    std::ranges::sort(releases, {}, &trust::ListedRelease::sequence);
    return releases;
}

/// As the manifest names it.
bool holds_table(const std::filesystem::path& directory, const std::string& path, const PinnedFile& table)
{
    const auto here = files::read_if_exists(directory / path, largest_owners);
    return here && sha256(*here) == table.packed_sha256;
}

/// One attempt with one location.
class Sync {
public:
    Sync(World& world, const MirrorRequest& request, const Location& location)
        : world_(world), request_(request), location_(location), known_(known_of(world, request)),
          first_(!std::filesystem::exists(request.to / pointer)),
          site_(world.fetcher(location.revealed()), location.shown(), world.clock.now(), known_)
    {
    }

    MirrorReport look()
    {
        report_.releases = choose().size();
        report_.changed = std::ranges::any_of(site_.files(), [this](const auto& file) { return is_new(file); });
        return report_;
    }

    MirrorReport run()
    {
        const auto releases = choose();
        const auto pulled = pull_releases(world_, request_.to / "ostree", releases, site_.source());
        report_.fetched_objects = pulled.fetched_objects;
        report_.fetched_bytes = pulled.fetched_bytes;
        report_.changed = pulled.fetched_objects > 0;
        for (const auto& release : releases) {
            take_along(release.release);
        }
        // What stock clients read and check by themselves.
        site_.take_along("ostree/summary", largest_summary);
        site_.take_along("ostree/summary.sig", largest_summary);
        write_files();
        report_.releases = releases.size();
        prune();
        return report_;
    }

private:
    /// The manifests of what is to be there, verified.
    std::vector<KnownRelease> choose()
    {
        report_.source = location_.shown();
        report_.fingerprint = site_.fingerprints().back();
        report_.first = first_;
        report_.index = site_.index();
        report_.expires = site_.freshness().expires;
        std::vector<KnownRelease> releases;
        for (const auto& listed : chosen(site_.listed(), request_)) {
            interrupt::throw_if_requested();
            releases.push_back(site_.fetch(listed));
        }
        return releases;
    }

    /// What belongs to a release beside its objects: inputs for who builds it again, what those say, deltas for
    /// clients.
    void take_along(const Release& release)
    {
        with_context(release.app.text() + " " + release.version, [&] {
            for (const auto& input : {release.inputs.recipe, release.inputs.lock}) {
                const auto here = files::read_if_exists(request_.to / input_path(input), largest_input);
                if (here && sha256(*here) == input) {
                    continue;
                }
                const auto bytes = site_.take_along(input_path(input), largest_input);
                if (bytes && sha256(*bytes) != input) {
                    throw Error(Code::corrupt, input_path(input) + ": the bytes are not what its name says");
                }
            }
            if (request_.inputs) {
                const auto copied = copy_kept_inputs(site_.source(), request_.to, release.inputs.lock);
                report_.fetched_bytes += copied.bytes;
                report_.changed = report_.changed || copied.changed;
            }
            take_table(packed_details_path(release.details), release.details, largest_details);
            take_table(packed_owners_path(release.owners), release.owners, largest_owners);
            site_.take_statements(release.tree.commit);
            for (const auto& delta : release.deltas) {
                interrupt::throw_if_requested();
                report_.fetched_bytes += world_.copy_delta(request_.to / "ostree", delta, release.tree.commit,
                                                           site_.source(), world_.progress);
            }
        });
    }

    /// At once to its place: nothing points at it before the metadata does, and many are too large to be remembered.
    void take_table(const std::string& path, const PinnedFile& table, std::uint64_t largest)
    {
        if (holds_table(request_.to, path, table)) {
            return;
        }
        if (table.packed_size > largest) {
            throw Error(Code::no_space, path + ": " + std::to_string(table.packed_size) + " bytes, allowed are " +
                                            std::to_string(largest));
        }
        const auto bytes = site_.source().get(path, table.packed_size);
        if (!bytes) {
            throw Error(Code::not_found, path + " is not there, though the manifest names it");
        }
        if (sha256(*bytes) != table.packed_sha256) {
            throw Error(Code::corrupt, path + ": the bytes are not those that the manifest names");
        }
        write_site_file(request_.to, path, *bytes, "mirror.file");
        report_.fetched_bytes += bytes->size();
        report_.changed = true;
    }

    /// What its source listed once, as the source does. The mirror is whole, whatever comes of this.
    void prune()
    {
        try {
            report_.pruned = prune_site(publisher_ports(world_), request_.to, {});
        } catch (const Error& error) {
            if (error.code() == Code::interrupted || error.code() == Code::bug) {
                throw;
            }
            log::warning(error.what());
        }
    }

    /// Each under the path it was asked for; the pointer last.
    void write_files()
    {
        for (const auto& file : site_.files()) {
            if (file.first != pointer) {
                write(file);
            }
        }
        for (const auto& file : site_.files()) {
            if (file.first == pointer) {
                write(file);
            }
        }
    }

    bool is_new(const RecordingFetcher::File& file) const
    {
        return files::read_if_exists(request_.to / file.first, file.second.size() + largest_summary) != file.second;
    }

    void write(const RecordingFetcher::File& file)
    {
        if (is_new(file)) {
            write_site_file(request_.to, file.first, file.second, "mirror.file");
            report_.changed = true;
        }
    }

    World& world_;
    const MirrorRequest& request_;
    const Location& location_;
    SiteReader::Known known_;
    bool first_;
    SiteReader site_;
    MirrorReport report_{};
};

bool lies_within(const std::filesystem::path& inner, const std::filesystem::path& outer)
{
    const auto below = std::filesystem::weakly_canonical(std::filesystem::absolute(inner));
    const auto above = std::filesystem::weakly_canonical(std::filesystem::absolute(outer));
    return std::mismatch(above.begin(), above.end(), below.begin(), below.end()).first == above.end();
}

/// A mirror is written file by file: in its own source, in the state, or around one of them it would write over what it
/// reads.
void require_own_place(World& world, const MirrorRequest& request)
{
    const auto require_apart = [&](const std::filesystem::path& other, std::string_view what) {
        if (lies_within(request.to, other) || lies_within(other, request.to)) {
            throw Error(Code::usage,
                        "mirror to " + request.to.string() + ": it and " + std::string(what) + ", " + other.string() +
                            ", lie in one another",
                        "name a folder of its own with --to");
        }
    };
    require_apart(world.root, "the state directory");
    for (const auto& location : request.from) {
        constexpr std::string_view file_url = "file://";
        const auto path = location.starts_with(file_url) ? location.substr(file_url.size()) : location;
        if (path.find("://") == std::string::npos) {
            require_apart(path, "what is mirrored");
        }
    }
}

/// Whether another location may do better.
bool is_servers_fault(Code code)
{
    return code == Code::failed || code == Code::not_found || code == Code::untrusted || code == Code::corrupt ||
           code == Code::no_space;
}

} // namespace

namespace {

/// Does this with one location after the other, until one serves it whole.
MirrorReport ask_in_turn(World& world, const MirrorRequest& request, MirrorReport (Sync::*step)())
{
    std::vector<std::string> skipped;
    for (std::size_t i = 0; i < request.from.size(); ++i) {
        const auto location = Location::require(request.from[i]);
        try {
            auto report = with_context("mirror " + location.shown(), [&] {
                Sync sync(world, request, location);
                return (sync.*step)();
            });
            report.skipped = skipped;
            return report;
        } catch (const Error& error) {
            if (i + 1 == request.from.size() || !is_servers_fault(error.code())) {
                throw;
            }
            skipped.emplace_back(error.what());
        }
    }
    throw Error(Code::usage, "no location to mirror from is named");
}

} // namespace

MirrorReport sync_mirror(World& world, const MirrorRequest& request)
{
    require_own_place(world, request);
    const auto private_folder = std::filesystem::absolute(request.to) / ".publish";
    files::make_directories(private_folder);
    const auto lock = engine::WriterLock::take(private_folder, request.command);
    sweep_site(request.to);
    return ask_in_turn(world, request, &Sync::run);
}

MirrorReport plan_mirror(World& world, const MirrorRequest& request)
{
    require_own_place(world, request);
    return ask_in_turn(world, request, &Sync::look);
}

MirrorVerdict verify_mirror(World& world, const std::filesystem::path& directory)
{
    SiteReader site(world.fetcher(directory.string()), directory.string(), world.clock.now());
    const auto archive = world.open_archive(directory / "ostree");
    MirrorVerdict verdict{site.fingerprints().back(), site.index(), site.freshness().expires, {}};
    for (const auto& listed : site.listed()) {
        interrupt::throw_if_requested();
        MirroredRelease line{listed.app.text(), listed.version, listed.channel.text(), listed.sequence, true, {}};
        const auto manifest = directory / target_file(listed.path, listed.manifest.digest());
        line.present = std::filesystem::exists(manifest);
        try {
            if (line.present) {
                const auto release = site.fetch(listed).release;
                world.progress.begin("verify", short_name(listed.app), release.tree.objects);
                for (const auto& object : archive->objects_of(release.tree.commit)) {
                    interrupt::throw_if_requested();
                    archive->read(object, [](std::span<const std::uint8_t>) {});
                    world.progress.advance(1);
                }
                world.progress.end("sound");
                for (const auto& [path, table] : {std::pair{packed_details_path(release.details), release.details},
                                                  std::pair{packed_owners_path(release.owners), release.owners}}) {
                    if (!holds_table(directory, path, table)) {
                        throw Error(Code::corrupt, path + " is not there as the manifest names it");
                    }
                }
            }
        } catch (const Error& error) {
            if (error.code() == Code::interrupted) {
                throw;
            }
            line.problem = error.what();
        }
        verdict.releases.push_back(std::move(line));
    }
    return verdict;
}

} // namespace qpkg::app

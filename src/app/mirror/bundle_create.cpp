// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/mirror/bundle_create.hpp"

#include "app/mirror/site_reader.hpp"
#include "engine/details.hpp"
#include "repo-format/repo/details.hpp"

#include "qpkg/core/error.hpp"
#include "qpkg/core/fault.hpp"
#include "qpkg/core/files.hpp"
#include "qpkg/core/interrupt.hpp"
#include "qpkg/core/text.hpp"

#include <fcntl.h>

#include <algorithm>
#include <unordered_set>

namespace qpkg::app {
namespace {

std::optional<Inventory> read_inventory(const std::optional<std::filesystem::path>& path)
{
    if (!path) {
        return std::nullopt;
    }
    return with_context(path->string(), [&] { return parse_inventory(files::read(*path, largest_inventory)); });
}

/// The newest root that the inventory's machine trusts; Error not_found when it does not know this repository.
std::uint64_t trusted_root(const Inventory& inventory, const std::vector<std::string>& fingerprints)
{
    for (const auto& repository : inventory.repositories) {
        if (std::ranges::find(fingerprints, repository.fingerprint) != fingerprints.end()) {
            return repository.root;
        }
    }
    throw Error(Code::not_found, "the inventory's machine does not trust this repository",
                "its first bundle is made without --for; then `qpkg repo add NAME BUNDLE` there");
}

/// Decides section by section, in the order in which they will be checked.
class Planner {
public:
    Planner(World& world, const CreateBundleRequest& request)
        : world_(world), request_(request), inventory_(read_inventory(request.inventory)),
          site_(world.fetcher(request.repository.string()), request.repository.string(), world.clock.now())
    {
        plan_.archive = world.open_archive(request.repository / "ostree");
        if (inventory_) {
            here_.insert(inventory_->objects.begin(), inventory_->objects.end());
        }
    }

    DraftBundle run()
    {
        plan_.newest_root = site_.fingerprints().size();
        plan_.first_root =
            request_.roots_since.value_or(inventory_ ? trusted_root(*inventory_, site_.fingerprints()) + 1 : 1);
        plan_.index = site_.index();
        plan_.expires = site_.freshness().expires;
        std::vector<KnownRelease> taken;
        if (!request_.metadata_only) {
            taken = take_releases();
        }
        add_files();
        for (const auto& release : taken) {
            add_objects(release);
        }
        const auto flags = plan_.objects == 0 ? bundle::metadata_only_flag : 0;
        plan_.header = bundle::encode(sections_, flags);
        plan_.length = plan_.header.size();
        for (const auto& section : sections_) {
            plan_.length += section.length;
        }
        return std::move(plan_);
    }

private:
    std::vector<KnownRelease> take_releases()
    {
        std::vector<KnownRelease> taken;
        const std::unordered_set<Digest> commits = digests_of_commits();
        for (const auto& listed : choose_releases(site_.listed(), request_.choice, inventory_)) {
            interrupt::throw_if_requested();
            auto release = site_.fetch(listed);
            const bool there = commits.contains(release.release.tree.commit.digest());
            plan_.releases.push_back({listed, there, 0});
            taken.push_back(std::move(release));
        }
        for (const auto& release : taken) {
            site_.take_statements(release.release.tree.commit);
        }
        if (inventory_) {
            know_directories();
        }
        return taken;
    }

    std::unordered_set<Digest> digests_of_commits() const
    {
        std::unordered_set<Digest> digests;
        if (inventory_) {
            for (const auto& commit : inventory_->commits) {
                digests.insert(commit.digest());
            }
        }
        return digests;
    }

    /// Of commits that are known on both sides, directories are there too.
    void know_directories()
    {
        for (const auto& commit : inventory_->commits) {
            if (plan_.archive->has_commit(commit)) {
                for (const auto& object : plan_.archive->objects_of(commit)) {
                    here_.insert(object.sha256);
                }
            }
        }
    }

    void add_files()
    {
        std::string fingerprints;
        for (const auto& hex : site_.fingerprints()) {
            fingerprints += Digest::from_hex(hex)->bytes_string();
        }
        add(std::string(bundle::repository_path), fingerprints);
        std::uint64_t root = 0;
        for (const auto& [path, bytes] : site_.files()) {
            const bool is_root = bundle::type_of(path) == bundle::SectionType::root;
            root += is_root ? 1 : 0;
            if (!is_root || root >= plan_.first_root) {
                add(path, bytes);
            }
        }
    }

    void add(const std::string& path, const std::string& bytes)
    {
        sections_.push_back({bundle::key_of(path), bundle::type_of(path), bytes.size(), sha256(bytes)});
        plan_.parts.push_back({bytes, std::nullopt});
    }

    void add_objects(const KnownRelease& release)
    {
        auto& line = *std::ranges::find(plan_.releases, release.id,
                                        [](const BundledRelease& bundled) { return bundled.release.manifest; });
        const auto& details = release.release.details;
        if (here_.insert(details.sha256).second) {
            add(raw_details_path(details), engine::fetch_details(release.release, site_.source(), world_.unpack_file));
            line.bytes += details.size;
            ++plan_.objects;
        }
        for (const auto& object : plan_.archive->objects_of(release.release.tree.commit)) {
            if (here_.insert(object.sha256).second) {
                sections_.push_back(
                    {bundle::key_of(object.path), bundle::type_of(object.path), object.length, object.sha256});
                plan_.parts.push_back({{}, object});
                line.bytes += object.length;
                ++plan_.objects;
            }
        }
    }

    World& world_;
    const CreateBundleRequest& request_;
    std::optional<Inventory> inventory_;
    SiteReader site_;
    std::unordered_set<Digest> here_; ///< objects and details that are in the bundle or on the other side already
    std::vector<bundle::Section> sections_;
    DraftBundle plan_{};
};

} // namespace

DraftBundle plan_bundle(World& world, const CreateBundleRequest& request) { return Planner(world, request).run(); }

void write_bundle(const DraftBundle& plan, int target, Progress& progress)
{
    progress.begin("bundle", "sections", plan.length);
    files::write_all(target, plan.header);
    progress.advance(plan.header.size());
    for (const auto& part : plan.parts) {
        interrupt::throw_if_requested();
        if (!part.object) {
            files::write_all(target, part.bytes);
            progress.advance(part.bytes.size());
            continue;
        }
        plan.archive->read(*part.object, [&](std::span<const std::uint8_t> bytes) {
            files::write_all(target, bytes);
            progress.advance(bytes.size());
        });
    }
    progress.end(text::human_size(plan.length));
}

void write_bundle_file(const DraftBundle& plan, const std::filesystem::path& file, Progress& progress)
{
    auto temporary = file;
    temporary += ".part";
    try {
        const auto target = files::open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, 0644);
        write_bundle(plan, target.get(), progress);
        files::sync_file(target.get());
        fault_point("bundle.written");
        files::rename_durably(temporary, file);
    } catch (...) {
        std::error_code ignored;
        std::filesystem::remove(temporary, ignored);
        throw;
    }
}

} // namespace qpkg::app

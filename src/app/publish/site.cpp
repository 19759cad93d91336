// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/publish/site.hpp"

#include "repo-format/repo/manifest.hpp"

#include "qpkg/core/error.hpp"
#include "qpkg/core/fault.hpp"
#include "qpkg/core/files.hpp"

namespace qpkg::app {
namespace {

namespace fs = std::filesystem;

fs::path role_path(const fs::path& site, std::uint64_t version, const std::string& role)
{
    return site / "tuf" / (std::to_string(version) + "." + role + ".json");
}

/// The newest root, each vouched for by the one before it, and that one.
struct Roots {
    std::optional<trust::Verified<tuf::Root>> newest;
    std::optional<trust::Verified<tuf::Root>> before;
};

Roots read_roots(const fs::path& site)
{
    Roots roots;
    for (std::uint64_t version = 1;; ++version) {
        const auto path = role_path(site, version, "root");
        const auto bytes = files::read_if_exists(path, tuf::largest_root);
        if (!bytes) {
            return roots;
        }
        with_context(path.string(), [&] {
            auto next =
                roots.newest ? trust::verify_next_root(*roots.newest, *bytes) : trust::verify_first_root(*bytes);
            roots.before = std::move(roots.newest);
            roots.newest.emplace(std::move(next));
        });
    }
}

std::string read_pinned(const fs::path& path, const tuf::FileInfo& info)
{
    auto bytes = files::read(path, info.length.value());
    if (!info.matches(bytes)) {
        throw Error(Code::corrupt, "the bytes are not those that the repository's metadata lists");
    }
    return bytes;
}

class StagedFetcher final : public Fetcher {
public:
    StagedFetcher(std::unique_ptr<Fetcher> site, std::map<std::string, std::string> files)
        : site_(std::move(site)), files_(std::move(files))
    {
    }

    std::optional<std::string> get(const std::string& path, std::uint64_t cap) override
    {
        const auto found = files_.find(path);
        return found == files_.end() ? site_->get(path, cap) : found->second;
    }

    std::optional<std::string> look_for(const std::string& path, std::uint64_t cap) override
    {
        const auto found = files_.find(path);
        return found == files_.end() ? site_->look_for(path, cap) : found->second;
    }

    void get_many(std::span<const FetchRequest> requests, FetchSink& sink) override { site_->get_many(requests, sink); }

private:
    std::unique_ptr<Fetcher> site_;
    std::map<std::string, std::string> files_;
};

} // namespace

SiteState read_site(const fs::path& site)
{
    SiteState state;
    auto roots = read_roots(site);
    state.root = std::move(roots.newest);
    const auto timestamp = files::read_if_exists(site / "tuf/timestamp.json", tuf::largest_timestamp);
    if (!state.root || !timestamp) {
        return state;
    }
    const auto verified = [&](const std::string& role, const std::string& bytes, auto verify) {
        try {
            return verify(*state.root, bytes);
        } catch (const Error&) {
            // A change of keys that broke off between root and timestamp: the next publication signs again.
            if (!roots.before) {
                throw;
            }
            auto found = verify(*roots.before, bytes);
            state.outdated.insert(role);
            return found;
        }
    };
    const auto read = [&](const std::string& role, const tuf::FileInfo& info, auto verify) {
        const auto path = role_path(site, info.version, role);
        return with_context(path.string(), [&] { return verify(read_pinned(path, info)); });
    };
    state.timestamp = with_context((site / "tuf/timestamp.json").string(), [&] {
        return verified("timestamp", *timestamp, [](const auto& root, const std::string& bytes) {
            return trust::verify_timestamp(root, bytes);
        });
    });
    state.snapshot = read("snapshot", (*state.timestamp)->snapshot, [&](const std::string& file) {
        return verified("snapshot", file,
                        [](const auto& root, const std::string& bytes) { return trust::verify_snapshot(root, bytes); });
    });
    const auto read_targets = [&](const std::string& file) {
        return verified("targets", file,
                        [](const auto& root, const std::string& bytes) { return trust::verify_targets(root, bytes); });
    };
    const auto& roles = (*state.snapshot)->roles;
    state.targets = read("targets", roles.at("targets"), read_targets);
    for (const auto& delegation : (*state.targets)->delegations) {
        const auto info = roles.find(delegation.name);
        if (info == roles.end()) {
            throw Error(Code::corrupt, site.string() + ": its snapshot does not list publisher " + delegation.name);
        }
        state.publishers.emplace(delegation.name, read(delegation.name, info->second, [&](std::string bytes) {
                                     return trust::verify_publisher(*state.targets, delegation, std::move(bytes));
                                 }));
    }
    return state;
}

std::optional<std::string> read_target(const fs::path& site, const std::string& target_path, const tuf::Target& target)
{
    const auto path = site / target_file(target_path, target.sha256);
    auto bytes = files::read_if_exists(path, largest_manifest);
    if (bytes && sha256(*bytes) != target.sha256) {
        throw Error(Code::corrupt, path.string() + ": the bytes do not match the name");
    }
    return bytes;
}

void write_site_file(const fs::path& site, const std::string& path, std::string_view bytes, std::string_view fault)
{
    files::make_directories((site / path).parent_path());
    files::write(site / path, bytes);
    fault_point(fault);
}

void sweep_site(const fs::path& site)
{
    if (!fs::is_directory(site / "tuf")) {
        return;
    }
    for (const auto& entry : fs::directory_iterator(site / "tuf")) {
        if (entry.path().extension() != ".json") {
            files::remove_durably(entry.path());
        }
    }
}

std::unique_ptr<Fetcher> staged(std::unique_ptr<Fetcher> site, std::map<std::string, std::string> files)
{
    return std::make_unique<StagedFetcher>(std::move(site), std::move(files));
}

} // namespace qpkg::app

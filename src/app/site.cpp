// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/site.hpp"

#include "repo-format/manifest.hpp"

#include "qpkg/base/error.hpp"
#include "qpkg/base/fault.hpp"
#include "qpkg/base/files.hpp"

namespace qpkg::app {
namespace {

namespace fs = std::filesystem;

fs::path role_path(const fs::path& site, std::uint64_t version, const std::string& role)
{
    return site / "tuf" / (std::to_string(version) + "." + role + ".json");
}

/// The newest root, each vouched for by the one before it.
std::optional<trust::Verified<tuf::Root>> read_root(const fs::path& site)
{
    std::optional<trust::Verified<tuf::Root>> root;
    for (std::uint64_t version = 1;; ++version) {
        const auto path = role_path(site, version, "root");
        const auto bytes = files::read_if_exists(path, tuf::largest_root);
        if (!bytes) {
            return root;
        }
        with_context(path.string(), [&] {
            auto next = root ? trust::verify_next_root(*root, *bytes) : trust::verify_first_root(*bytes);
            root.emplace(std::move(next));
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
    StagedFetcher(std::unique_ptr<Fetcher> site, std::string timestamp)
        : site_(std::move(site)), timestamp_(std::move(timestamp))
    {
    }

    std::optional<std::string> get(const std::string& path, std::uint64_t cap) override
    {
        return path == "tuf/timestamp.json" ? std::optional(timestamp_) : site_->get(path, cap);
    }

    void get_many(std::span<const FetchRequest> requests, FetchSink& sink) override { site_->get_many(requests, sink); }

private:
    std::unique_ptr<Fetcher> site_;
    std::string timestamp_;
};

} // namespace

SiteState read_site(const fs::path& site)
{
    SiteState state;
    state.root = read_root(site);
    const auto timestamp = files::read_if_exists(site / "tuf/timestamp.json", tuf::largest_timestamp);
    if (!state.root || !timestamp) {
        return state;
    }
    const auto read = [&](const std::string& role, const tuf::FileInfo& info, auto verify) {
        const auto path = role_path(site, info.version, role);
        return with_context(path.string(), [&] { return verify(read_pinned(path, info)); });
    };
    state.timestamp = with_context((site / "tuf/timestamp.json").string(),
                                   [&] { return trust::verify_timestamp(*state.root, *timestamp); });
    state.snapshot = read("snapshot", (*state.timestamp)->snapshot,
                          [&](std::string bytes) { return trust::verify_snapshot(*state.root, std::move(bytes)); });
    const auto& roles = (*state.snapshot)->roles;
    state.targets = read("targets", roles.at("targets"),
                         [&](std::string bytes) { return trust::verify_targets(*state.root, std::move(bytes)); });
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

std::unique_ptr<Fetcher> staged(std::unique_ptr<Fetcher> site, std::string timestamp)
{
    return std::make_unique<StagedFetcher>(std::move(site), std::move(timestamp));
}

} // namespace qpkg::app

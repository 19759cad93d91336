// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/mirror/site_reader.hpp"

#include "repo-format/repo/rebuild.hpp"

#include "qpkg/core/error.hpp"

#include <algorithm>
#include <filesystem>
#include <set>

namespace qpkg::app {

const std::string* RecordingFetcher::known(const std::string& path, std::uint64_t cap) const
{
    const auto found = std::ranges::find(files_, path, &File::first);
    return found != files_.end() && found->second.size() <= cap ? &found->second : nullptr;
}

std::optional<std::string> RecordingFetcher::remember(const std::string& path, std::optional<std::string> bytes)
{
    if (bytes) {
        files_.emplace_back(path, *bytes);
    }
    return bytes;
}

std::optional<std::string> RecordingFetcher::get(const std::string& path, std::uint64_t cap)
{
    const auto* bytes = known(path, cap);
    return bytes != nullptr ? *bytes : remember(path, source_->get(path, cap));
}

std::optional<std::string> RecordingFetcher::look_for(const std::string& path, std::uint64_t cap)
{
    const auto* bytes = known(path, cap);
    return bytes != nullptr ? *bytes : remember(path, source_->look_for(path, cap));
}

SiteReader::SiteReader(std::unique_ptr<Fetcher> site, const std::string& location, std::int64_t now)
    : SiteReader(std::move(site), location, now, Known{{}, std::nullopt})
{
}

SiteReader::SiteReader(std::unique_ptr<Fetcher> site, const std::string& location, std::int64_t now, Known known)
    : location_(location), fetcher_(std::move(site)), store_(std::move(known.store))
{
    with_context("repository " + location, [&] {
        auto root = trust::TrustClient::inspect(fetcher_, now, known.fingerprint);
        const Repository repository{.name = RepoName::require("site"),
                                    .location = location,
                                    .fingerprint = root.fingerprint,
                                    .namespaces = std::move(root.namespaces),
                                    .offline_grace = 0};
        client_ = std::make_unique<trust::TrustClient>(store_, repository, now);
        if (!client_->has_root()) {
            client_->init(root.bytes);
        }
        report_ = client_->refresh(fetcher_);
        trust::require_none(report_.problems);
        listed_ = client_->listed();
    });
    for (const auto& [path, bytes] : fetcher_.files()) {
        if (path.ends_with(".root.json")) {
            fingerprints_.push_back(trust::root_fingerprint(*trust::verify_first_root(bytes)));
        }
    }
}

void SiteReader::take_statements(const CommitId& commit)
{
    std::set<std::string> paths{statement_path(commit)};
    const std::filesystem::path directory = std::filesystem::path(location_) / statements_directory;
    if (std::filesystem::is_directory(directory)) {
        for (const auto& entry : std::filesystem::directory_iterator(directory)) {
            const auto name = entry.path().filename().string();
            if (is_statement_about(commit, name)) {
                paths.insert(std::string(statements_directory) + '/' + name);
            }
        }
    }
    for (const auto& path : paths) {
        take_along(path, largest_statement);
    }
}

} // namespace qpkg::app

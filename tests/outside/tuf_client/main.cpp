// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/fetch/http/http_fetcher.hpp"
#include "outside/tuf_client/arguments.hpp"
#include "outside/tuf_client/directory_trust_store.hpp"
#include "outside/tuf_client/download.hpp"
#include "outside/tuf_client/lenient/reader.hpp"
#include "outside/tuf_client/percent.hpp"

#include "qpkg/core/error.hpp"
#include "qpkg/core/files.hpp"

#include <cstdio>
#include <ctime>

namespace qpkg::tuf_client {
namespace {

/// Brings "tuf/<file>" from the metadata's own URL, whatever the role is called.
class MetadataFetcher final : public Fetcher {
public:
    explicit MetadataFetcher(const std::string& url) : http_(Location::require(url)) {}

    std::optional<std::string> get(const std::string& path, std::uint64_t cap) override
    {
        return http_.get(percent_encoded(path.substr(path.find('/') + 1)), cap);
    }
    void get_many(std::span<const FetchRequest> requests, FetchSink& sink) override { http_.get_many(requests, sink); }

private:
    fetch::HttpFetcher http_;
};

/// The directory is the repository's name: one of each.
RepoName only_repository() { return RepoName::require("repository"); }

void complain(const Error& error) { std::fprintf(stderr, "qpkg-tuf-client: %s\n", error.what()); }

void init(const Arguments& arguments)
{
    DirectoryTrustStore store(arguments.metadata_dir);
    trust::Updater(store, only_repository(), trust::lenient_profile(), std::time(nullptr))
        .trust_root(files::read(arguments.root, trust::lenient_profile().largest_root));
}

/// Every target is tried, also after one that failed.
bool refresh_and_download(const Arguments& arguments)
{
    DirectoryTrustStore store(arguments.metadata_dir);
    MetadataFetcher metadata(arguments.metadata_url);
    trust::Updater updater(store, only_repository(), trust::lenient_profile(), std::time(nullptr));
    trust::RefreshReport report;
    updater.refresh(metadata, report);
    if (arguments.command == "refresh") {
        return true;
    }
    bool complete = true;
    fetch::HttpFetcher targets(Location::require(arguments.target_base_url));
    for (const auto& name : arguments.target_names) {
        try {
            download(updater, metadata, targets, name, arguments.target_dir);
        } catch (const Error& error) {
            complain(error);
            complete = false;
        }
    }
    return complete;
}

} // namespace
} // namespace qpkg::tuf_client

int main(int argc, char** argv)
{
    using namespace qpkg::tuf_client;
    try {
        const auto arguments = parse_arguments({argv + 1, argv + argc});
        if (arguments.command == "init") {
            init(arguments);
            return 0;
        }
        return refresh_and_download(arguments) ? 0 : 1;
    } catch (const qpkg::Error& error) {
        complain(error);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "qpkg-tuf-client: %s\n", error.what());
    }
    return 1;
}

// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/publish/stock.hpp"

#include "signing/client.hpp"
#include "signing/memory_trust_store.hpp"
#include "signing/ostree_key.hpp"

#include "qpkg/model/commit_identity.hpp"
#include "qpkg/model/location.hpp"

#include <algorithm>
#include <set>

namespace qpkg::app {
namespace {

/// "file:///srv/site" of a directory.
std::string url_of(const Location& location)
{
    const auto& shown = location.shown();
    const bool is_url = shown.find("://") != std::string::npos;
    return is_url ? shown : "file://" + std::filesystem::weakly_canonical(std::filesystem::absolute(shown)).string();
}

/// The repository of that name, else whatever is at that place, as somebody who has never seen it.
Repository repository_at(World& world, const StockRequest& request)
{
    for (auto& known : world.db.snapshot().repositories) {
        if (known.name.text() == request.site) {
            return known;
        }
    }
    return {.name = RepoName::require(request.name.value_or("qpkg")),
            .location = Location::require(request.site).shown(),
            .fingerprint = {},
            .namespaces = {},
            .offline_grace = 0};
}

std::vector<StockRemote> remotes_of(const std::vector<trust::PublisherInfo>& publishers, const std::string& name)
{
    std::vector<StockRemote> remotes;
    for (const auto& publisher : publishers) {
        if (!publisher.ostree_key) {
            continue;
        }
        for (const auto& name_space : publisher.namespaces) {
            remotes.push_back({name, name_space, collection_id(name_space), trust::base64(*publisher.ostree_key)});
        }
    }
    std::ranges::sort(remotes, {}, &StockRemote::name_space);
    if (remotes.size() > 1) {
        std::ranges::for_each(remotes, [](StockRemote& remote) { remote.name += '-' + remote.name_space; });
    }
    return remotes;
}

} // namespace

StockReport stock_configuration(World& world, const StockRequest& request)
{
    auto repository = repository_at(world, request);
    const bool is_known = repository.name.text() == request.site;
    const auto location = Location::require(is_known ? repository.location : request.site);
    return with_context("repository " + location.shown(), [&] {
        const auto fetcher = world.fetcher(location.revealed());
        const auto wanted = repository.fingerprint.empty() ? request.fingerprint : repository.fingerprint;
        const auto root = trust::TrustClient::inspect(*fetcher, world.clock.now(), wanted);
        repository.fingerprint = root.fingerprint;
        repository.namespaces = root.namespaces;
        trust::MemoryTrustStore store;
        trust::TrustClient client(store, repository, world.clock.now());
        client.init(root.bytes);
        client.refresh(*fetcher);

        StockReport report{.url = url_of(location) + "/ostree",
                           .fingerprint = root.fingerprint,
                           .verifies_summary = false,
                           .remotes = remotes_of(client.publishers(), request.name.value_or(repository.name.text()))};
        if (report.remotes.empty()) {
            throw Error(Code::not_found, "no publisher names the key that signs its commits",
                        "publish once more with this qpkg");
        }
        std::set<std::string> keys;
        for (const auto& remote : report.remotes) {
            keys.insert(remote.key);
        }
        report.verifies_summary = keys.size() == 1;
        return report;
    });
}

} // namespace qpkg::app

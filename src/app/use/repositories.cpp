// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/use/repositories.hpp"

#include "app/use/catalog.hpp"
#include "app/use/location_secrets.hpp"
#include "signing/memory_trust_store.hpp"

#include "qpkg/base/log.hpp"
#include "qpkg/core/fault.hpp"
#include "qpkg/core/printable.hpp"
#include "qpkg/core/text.hpp"

#include <algorithm>

namespace qpkg::app {
namespace {

/// A directory is remembered by its full path: the next command may run elsewhere.
Location absolute_location(const std::string& typed)
{
    if (typed.find("://") != std::string::npos) {
        return Location::require(typed);
    }
    return Location::require(std::filesystem::weakly_canonical(std::filesystem::absolute(typed)).string());
}

void refuse_taken_namespaces(const Snapshot& snapshot, const Repository& candidate)
{
    for (const auto& other : snapshot.repositories) {
        for (const auto& name : candidate.namespaces) {
            if (other.name != candidate.name &&
                std::find(other.namespaces.begin(), other.namespaces.end(), name) != other.namespaces.end()) {
                throw Error(Code::conflict,
                            "namespace " + name + " of " + candidate.name.text() + " belongs to repository " +
                                other.name.text(),
                            "say with --namespace which namespaces the new one may publish");
            }
        }
    }
}

void refuse_taken(const Snapshot& snapshot, const Repository& candidate)
{
    const auto same = std::ranges::find(snapshot.repositories, candidate.name, &Repository::name);
    if (same != snapshot.repositories.end()) {
        throw Error(Code::conflict, "there is a repository " + same->name.text() + " already, at " + same->location,
                    "remove it first: qpkg repo remove " + same->name.text());
    }
    refuse_taken_namespaces(snapshot, candidate);
}

} // namespace

FoundRepository find_repository(World& world, const AddRepositoryRequest& request)
{
    const auto name = RepoName::require(request.name);
    if (!text::is_printable(request.location)) {
        throw Error(Code::usage,
                    "\"" + text::escaped(request.location) + "\" cannot be a location: it holds control characters");
    }
    const auto location = absolute_location(request.location);
    const auto fetcher = world.fetcher(location.revealed());
    auto root = with_context("repository " + location.shown(), [&] {
        return trust::TrustClient::inspect(*fetcher, world.clock.now(), request.fingerprint);
    });
    auto namespaces = request.namespaces.empty() ? root.namespaces : request.namespaces;
    std::sort(namespaces.begin(), namespaces.end());
    namespaces.erase(std::unique(namespaces.begin(), namespaces.end()), namespaces.end());
    const bool carried = std::filesystem::is_regular_file(location.shown());
    Repository repository{name, carried ? std::string(carried_location) : location.shown(), root.fingerprint,
                          std::move(namespaces), request.grace_days * 24 * 60 * 60};
    refuse_taken(world.db.snapshot(), repository);
    return {location, std::move(repository), std::move(root)};
}

void verify_repository(World& world, const FoundRepository& found)
{
    const auto& repository = found.repository;
    const auto fetcher = world.fetcher(found.seen_at.revealed());
    trust::MemoryTrustStore trial;
    trust::TrustClient tried(trial, repository, world.clock.now());
    tried.init(found.root.bytes);
    tried.refresh(*fetcher);
    trust::TrustClient client(world.trust, repository, world.clock.now());
    client.init(found.root.bytes);
    client.refresh(*fetcher);
    for (const auto& problem : client.problems()) {
        log::warning(words_of(repository.name, problem));
    }
}

void record_repository(World& world, const FoundRepository& found)
{
    fault_point("repo.root-trusted");
    refuse_taken(world.db.snapshot(), found.repository);
    LocationSecrets(world.root).keep(found.seen_at);
    const Change change = SetRepository{found.repository};
    world.db.commit({&change, 1});
    fault_point("repo.recorded");
    LocationSecrets(world.root).keep_only(world.db.snapshot().repositories);
}

void widen_repository(World& world, const RepoName& name, const std::set<std::string>& namespaces)
{
    const auto snapshot = world.db.snapshot();
    auto repository = known_repository(snapshot, name.text());
    std::set<std::string> wider(repository.namespaces.begin(), repository.namespaces.end());
    wider.insert(namespaces.begin(), namespaces.end());
    if (wider.size() == repository.namespaces.size()) {
        return;
    }
    repository.namespaces.assign(wider.begin(), wider.end());
    refuse_taken_namespaces(snapshot, repository);
    const Change change = SetRepository{repository};
    world.db.commit({&change, 1});
    fault_point("repo.widened");
}

Repository known_repository(const Snapshot& snapshot, const std::string& typed)
{
    const auto name = RepoName::require(typed);
    std::vector<std::string> names;
    for (const auto& repository : snapshot.repositories) {
        if (repository.name == name) {
            return repository;
        }
        names.push_back(repository.name.text());
    }
    throw Error(Code::not_found, "there is no repository " + name.text(),
                text::hint_for(name.text(), names, "see `qpkg repo list`"));
}

void remove_repository(World& world, const std::string& typed)
{
    const Change change = RemoveRepository{known_repository(world.db.snapshot(), typed).name};
    world.db.commit({&change, 1});
    fault_point("repo.removed");
    LocationSecrets(world.root).keep_only(world.db.snapshot().repositories);
}

} // namespace qpkg::app

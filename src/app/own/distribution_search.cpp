// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/own/distribution_search.hpp"

#include <algorithm>

namespace qpkg::app {
namespace {

/// The base that an app would be built for: of the qubes, else the first that is here.
std::optional<BaseId> base_to_look_at(const Snapshot& snapshot)
{
    for (const auto& qube : snapshot.qubes) {
        if (snapshot.find_base(qube.base().id) != nullptr) {
            return qube.base().id;
        }
    }
    return snapshot.bases.empty() ? std::nullopt : std::optional(snapshot.bases.front().id);
}

} // namespace

std::vector<BuildableApp> search_distribution(World& world, const std::vector<std::string>& words)
{
    const auto snapshot = world.db.snapshot();
    const auto base = base_to_look_at(snapshot);
    if (words.empty() || !base || !is_publisher(world, snapshot)) {
        return {};
    }
    std::vector<BuildableApp> apps;
    for (auto& [app, package] : packages_with_words(world, words, *base)) {
        apps.push_back({app, package.name, *base, package.summary});
    }
    return apps;
}

std::optional<Outlook> find_in_distribution(World& world, const std::string& typed)
{
    const auto snapshot = world.db.snapshot();
    const auto base = base_to_look_at(snapshot);
    if (!base || !is_publisher(world, snapshot)) {
        return std::nullopt;
    }
    try {
        return look_ahead(world, typed, *base);
    } catch (const Error& error) {
        if (error.code() != Code::not_found && error.code() != Code::usage) {
            throw;
        }
        return std::nullopt;
    }
}

} // namespace qpkg::app

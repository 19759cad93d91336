// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/own/own_place.hpp"

#include <algorithm>

namespace qpkg::app {

OwnPlace own_place(const World& world)
{
    const auto own = std::filesystem::weakly_canonical(std::filesystem::absolute(world.root)) / "own";
    return {own / "keys", own / "site", own / "modules", own / "bases"};
}

std::filesystem::path own_base_recipe(const World& world, const BaseId& base)
{
    return own_place(world).bases / (base.text() + ".toml");
}

RepoName own_repository() { return RepoName::require("own"); }

bool is_publisher(const World& world, const Snapshot& snapshot)
{
    const auto found = std::ranges::find(snapshot.repositories, own_repository(), &Repository::name);
    return found != snapshot.repositories.end() && found->location == own_place(world).site;
}

} // namespace qpkg::app

// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/own/renewal.hpp"

#include "app/publish/publish.hpp"

namespace qpkg::app {
namespace {

PublishRequest renewal(const World& world, const std::optional<std::string>& passphrase, const std::string& command)
{
    const auto place = own_place(world);
    return {.modules = {},
            .withdrawals = {},
            .repository = place.site,
            .keys = place.keys,
            .passphrase = passphrase,
            .command = command,
            .only_when_due = true};
}

} // namespace

bool is_renewal_due(World& world)
{
    return is_publisher(world, world.db.snapshot()) &&
           plan_publication(publisher_ports(world), renewal(world, std::nullopt, "")).changed;
}

void renew_own(World& world, const std::optional<std::string>& passphrase, const std::string& command)
{
    publish(world, renewal(world, passphrase, command));
}

} // namespace qpkg::app

// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/use/loss.hpp"

#include "qpkg/core/error.hpp"
#include "qpkg/core/files.hpp"

#include <algorithm>

namespace qpkg::app {
namespace {

constexpr const char* way_out = "record what can be told from it: qpkg restore; or bring back a copy of state.db";

std::filesystem::path mark_of(const World& world) { return world.root / "unrecorded"; }

std::string counted(std::size_t count, const std::string& one)
{
    return std::to_string(count) + ' ' + one + (count == 1 ? "" : "s");
}

/// Nothing when neither volumes nor commits are there.
std::optional<std::string> contents(const World& world)
{
    const auto volumes = world.volumes.list().size();
    const auto commits = world.content.commits().size();
    if (volumes == 0 && commits == 0) {
        return std::nullopt;
    }
    return counted(volumes, "volume") + " and " + counted(commits, "commit");
}

} // namespace

std::optional<std::string> find_loss(const World& world)
{
    if (std::filesystem::exists(mark_of(world))) {
        return "the state database of " + world.root.string() +
               " was lost and made anew: it does not know of everything that is there";
    }
    if (!world.db.is_blank()) {
        return std::nullopt;
    }
    const auto there = contents(world);
    return there ? std::optional("the state database of " + world.root.string() + " is lost or empty: " + *there +
                                 " are there that it does not know of")
                 : std::nullopt;
}

void mark_loss(const World& world)
{
    if (contents(world)) {
        files::write(mark_of(world), "The database was made anew beside volumes and objects: see qpkg-restore(1).\n");
    }
}

void forget_loss(const World& world) { files::remove_durably(mark_of(world)); }

void require_no_loss(const World& world)
{
    if (const auto loss = find_loss(world)) {
        throw Error(Code::conflict, *loss + "; removing what no row names would remove that", way_out);
    }
}

} // namespace qpkg::app

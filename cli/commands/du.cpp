// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/use/query.hpp"
#include "cli/commands.hpp"

namespace qpkg::cli {
namespace {

Document describe(const app::DiskUse& use)
{
    Document out("du");
    const auto users = [](const std::vector<std::string>& qubes) {
        return qubes.empty() ? shown_as(list({}), "(no qube now)") : list(qubes);
    };
    out.table("volumes", use.volumes, column("what", "VOLUME", &app::VolumeUse::what),
              column("version", "VERSION", &app::VolumeUse::version),
              column("size", "SIZE", &app::VolumeUse::size, size),
              column("exclusive", "OWN DISK", &app::VolumeUse::exclusive, size),
              column("users", "USED BY", &app::VolumeUse::users, users), column("volume", "", &app::VolumeUse::volume));
    out.field("objects", size(use.objects), "Object store, each file once");
    out.field("images", size(use.images), "Volumes add");
    out.field("detaching", size(use.detaching), use.detaching > 0 ? "Of removed volumes that running qubes hold" : "");
    out.field("unshared", size(use.unshared), "Separate copies of the volumes would take");
    out.field("reclaimable", size(use.reclaimable), "qpkg gc --keep 0 would give back");
    return out;
}

} // namespace

Command du_command(Context& context)
{
    return {"du", Section::insight, {}, Reads{[&context] { context.show(describe(app::disk_use(context.world()))); }}};
}

} // namespace qpkg::cli

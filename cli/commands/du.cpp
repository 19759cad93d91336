// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/use/query.hpp"
#include "cli/commands.hpp"

namespace qpkg::cli {
namespace {

void describe(Document& out, const app::DiskUse& use)
{
    std::vector<std::vector<Value>> rows;
    for (const auto& volume : use.volumes) {
        auto users = list(volume.users);
        if (volume.users.empty()) {
            users.shown = "(no qube now)";
        }
        rows.push_back({text(volume.what), text(volume.version), size(volume.size), size(volume.exclusive),
                        std::move(users), text(volume.volume.hex())});
    }
    out.table("volumes",
              {{"what", "VOLUME"},
               {"version", "VERSION"},
               {"size", "SIZE"},
               {"exclusive", "OWN DISK"},
               {"users", "USED BY"},
               {"volume", ""}},
              std::move(rows));
    out.field("objects", size(use.objects), "Object store, each file once");
    out.field("images", size(use.images), "Volumes add");
    out.field("unshared", size(use.unshared), "Separate copies of the volumes would take");
    out.field("reclaimable", size(use.reclaimable), "qpkg gc --keep 0 would give back");
}

} // namespace

void add_du(CLI::App& app, Context& context)
{
    add_command(app, context, "du", "du", [&context] {
        Document out("du");
        describe(out, app::disk_use(context.world()));
        context.show(out);
    });
}

} // namespace qpkg::cli

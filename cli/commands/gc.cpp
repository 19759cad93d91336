// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/change.hpp"
#include "app/qubes.hpp"
#include "cli/commands.hpp"

#include "qpkg/base/text.hpp"

namespace qpkg::cli {
namespace {

void describe(Document& out, const app::CollectReport& report, bool dry_run)
{
    std::vector<std::string> orphans;
    for (const auto& orphan : report.orphans) {
        orphans.push_back(orphan.text());
    }
    out.field("dry_run", flag(dry_run));
    out.field("generations", number(report.generations), "Older generations");
    out.field("releases", number(report.releases), "Releases");
    out.field("volumes", number(report.volumes), "Volumes");
    out.field("orphans", list(orphans), orphans.empty() ? "" : "Left-over qubes");
    out.field("freed", number(report.freed));
    out.done(dry_run ? "Dry run: would free " + qpkg::text::human_size(report.freed) + '.'
                     : "Done: freed " + qpkg::text::human_size(report.freed) + '.');
}

} // namespace

void add_gc(CLI::App& app, Context& context)
{
    auto request = std::make_shared<app::CollectRequest>();
    auto* command = add_command(app, context, "gc", "gc", [&context, request] {
        request->dry_run = context.options.dry_run;
        const auto lock = context.lock();
        app::recover(context.world());
        Document out("gc");
        describe(out, app::collect_garbage(context.world(), *request), request->dry_run);
        context.show(out);
    });
    command->add_option("--keep", request->keep, "older generations per qube that stay reachable (3)")->type_name("N");
}

} // namespace qpkg::cli

// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/use/outside_roots.hpp"
#include "cli/commands.hpp"

#include "qpkg/core/text.hpp"

namespace qpkg::cli {
namespace {

void list_bases(Context& context)
{
    const auto snapshot = context.world().db.snapshot();
    const auto packages = [](const Base& base) { return base.packages.size(); };
    const auto word = [](std::uint64_t release) { return shown_as(number(release), 'r' + std::to_string(release)); };
    Document out("base-list");
    if (snapshot.bases.empty() && snapshot.adopted.empty()) {
        out.line("No bases yet. To make one: qpkg base build debian-12");
    }
    out.table("bases", snapshot.bases, column("base", "BASE", &Base::id),
              column("number", "RELEASE", &Base::number, word), column("level", "LEVEL", &Base::level),
              column("packages", "PACKAGES", packages), column("volume_size", "SIZE", &Base::volume_size, size),
              column("created", "MADE", &Base::created, time), column("commit", "", &Base::commit),
              column("volume", "", &Base::volume));
    context.show(out.table("adopted", snapshot.adopted, column("root", "TEMPLATE", &AdoptedBase::root),
                           column("base", "STANDS FOR", &AdoptedBase::id),
                           column("level", "LEVEL", &AdoptedBase::level),
                           column("asked", "ASKED", &AdoptedBase::asked, time)));
}

Document described(const app::AdoptPlan& plan)
{
    Document out("base-adopt");
    return out.field("root", plan.root.name, "Template")
        .field("base", plan.base, "Stands for")
        .field("level", plan.level, "Level")
        .field("qubes", plan.qubes, "Qubes");
}

Document describe(const app::AdoptPlan& plan, const app::AdoptReport& report)
{
    using app::FoundMisfit;
    const auto name = plan.root.name.text();
    auto out = described(plan);
    out.field("packages", report.packages, "Packages")
        .field("files", report.files, "Files")
        .field("changed", true)
        .table("misfits", report.misfits, column("app", "DOES NOT FIT", &FoundMisfit::app),
               column("qube", "QUBE", &FoundMisfit::qube), column("version", "VERSION", &FoundMisfit::version),
               column("what", "WHY", &FoundMisfit::what));
    return out
        .done("Done: " + name + " stands for " + plan.base.text() + ", as it is now." +
              (report.misfits.empty() ? "" : " What is installed goes on as before."))
        .next("After each update of it, ask again: qpkg base adopt " + name + " --as " + plan.base.text());
}

} // namespace

Command base_adopt_command(Context& context)
{
    auto request = std::make_shared<app::AdoptRequest>();
    return {"base adopt",
            Section::sources,
            {{"TEMPLATE", &request->root, "a template, or a qube without one, that runs", required()},
             {"--as BASE", &request->base, "the base that it stands for", required()},
             {"--level N", &request->level, "and its level (default: that of the apps in its qubes, or 1)",
              between(1, 9'999)}},
            Writes{[&context, request]() -> Proposal {
                const auto plan = app::plan_adopt(context.world(), *request);
                return {[plan] { return described(plan); },
                        [&context, plan] {
                            context.locked([&] {
                                const auto report = app::adopt_base(context.world(), plan);
                                context.show(describe(plan, report));
                            });
                        },
                        Consent::implied};
            }}};
}

Command base_list_command(Context& context)
{
    return {"base list", Section::sources, {}, Reads{[&context] { list_bases(context); }}, "ls"};
}

} // namespace qpkg::cli

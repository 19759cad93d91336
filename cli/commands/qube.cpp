// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/use/change.hpp"
#include "app/use/qubes.hpp"
#include "app/use/query.hpp"
#include "cli/change_view.hpp"
#include "cli/commands.hpp"
#include "plan/plan.hpp"

namespace qpkg::cli {
namespace {

struct Request {
    std::string name;
    std::string base;
    std::string layout = "separate";
};

Layout layout_of(const std::string& word) { return word == "composed" ? Layout::composed : Layout::separate; }

CLI::Option* add_layout(CLI::App& command, std::string& layout)
{
    return command.add_option("--layout", layout, "a volume for each app, or one composed of all of them")
        ->check(CLI::IsMember({"separate", "composed"}));
}

void add_qube_create(CLI::App& app, Context& context)
{
    auto request = std::make_shared<Request>();
    auto* command = add_command(app, context, "create", "qube-create", [&context, request] {
        const auto lock = context.lock();
        app::recover(context.world());
        const auto qube =
            app::create_qube(context.world(), request->name, request->base, layout_of(request->layout), context.typed);
        context.show(
            Document("qube-create")
                .field("name", text(qube.name.text()))
                .field("base", text(qube.base.text()))
                .field("generation", number(qube.current))
                .done("Done: qube " + qube.name.text() + " is made from " + qube.base.text() + ", no apps yet.")
                .next("To add an app: qpkg install APP --into " + qube.name.text()));
    });
    command->add_option("NAME", request->name, "the new qube's name")->required();
    command->add_option("--base", request->base, "the base it is made from")->required()->type_name("BASE");
    add_layout(*command, request->layout);
}

void add_qube_set(CLI::App& app, Context& context)
{
    auto request = std::make_shared<Request>();
    auto* command = add_command(app, context, "set", "qube-set", [&context, request] {
        carry_out(
            context,
            [&] {
                return app::prepare_layout(context.world(), {request->name, layout_of(request->layout), context.typed});
            },
            request->name + " is laid out so already.");
    });
    command->add_option("NAME", request->name, "the qube")->required();
    add_layout(*command, request->layout)->required();
}

void add_qube_list(CLI::App& app, Context& context)
{
    auto* command = add_command(app, context, "list", "qube-list", [&context] {
        std::vector<std::vector<Value>> rows;
        for (const auto& qube : app::status(context.world()).qubes) {
            rows.push_back({text(qube.name.text()), text(qube.base.text()), number(qube.generation), number(qube.apps),
                            text(qube.composed ? "composed" : "separate"), flag(qube.running)});
        }
        Document out("qube-list");
        if (rows.empty()) {
            out.line("No qubes yet. To make one: qpkg qube create NAME --base debian-12");
        }
        context.show(out.table("qubes",
                               {{"name", "QUBE"},
                                {"base", "BASE"},
                                {"generation", "GENERATION"},
                                {"apps", "APPS"},
                                {"layout", "VOLUMES"},
                                {"running", "RUNNING"}},
                               std::move(rows)));
    });
    command->alias("ls");
}

void add_qube_remove(CLI::App& app, Context& context)
{
    auto name = std::make_shared<std::string>();
    auto* command = add_command(app, context, "remove", "qube-remove", [&context, name] {
        context.finish_interrupted();
        const auto qube = plan::require_qube(context.world().db.snapshot(), QubeName::require(*name));
        Document plan("qube-remove");
        plan.line(context.world().hypervisor.capabilities().makes_qubes
                      ? "Removes qube " + qube.name.text() + " with everything in its /home and /rw."
                      : "Forgets the apps and generations of qube " + qube.name.text() + ".");
        if (!context.confirmed(plan)) {
            return;
        }
        context.locked([&] { app::remove_qube(context.world(), qube.name); }); // not before: people take their time
        context.show(Document("qube-remove")
                         .field("changed", flag(true))
                         .field("name", text(qube.name.text()))
                         .done("Done: qube " + qube.name.text() + " is gone.")
                         .next("To give back what only it used: qpkg gc"));
    });
    command->add_option("NAME", *name, "the qube")->required();
}

} // namespace

void add_qube(CLI::App& app, Context& context)
{
    auto* group = app.add_subcommand("qube");
    group->require_subcommand(1);
    group->fallthrough();
    add_qube_create(*group, context);
    add_qube_set(*group, context);
    add_qube_list(*group, context);
    add_qube_remove(*group, context);
}

} // namespace qpkg::cli

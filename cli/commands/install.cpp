// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/change_view.hpp"
#include "cli/commands.hpp"
#include "cli/names_view.hpp"
#include "cli/services_view.hpp"

namespace qpkg::cli {

namespace {

/// Asks of each service that would like to start and may not, and plans again where somebody said yes.
app::PreparedChange with_answers(Context& context, app::InstallRequest& request, app::PreparedChange change)
{
    if (!context.may_ask()) {
        return change;
    }
    bool is_changed = false;
    for (const auto& service : silent_services(change.plan)) {
        if (context.agreed("Let " + service.substr(service.find(':') + 1) + " of " +
                           service.substr(0, service.find(':')) + " start with the qube, confined?")) {
            request.services.confined.push_back(service);
            is_changed = true;
        }
    }
    return is_changed ? app::prepare_install(context.world(), request) : std::move(change);
}

} // namespace

void add_install(CLI::App& app, Context& context)
{
    auto request = std::make_shared<app::InstallRequest>();
    auto* command = add_command(app, context, "install", "install", [&context, request] {
        request->reason = context.typed;
        request->reach = context.options.offline ? app::Reach::offline : app::Reach::online;
        bring_and_carry_out(
            context, [&] { return with_answers(context, *request, app::prepare_install(context.world(), *request)); },
            "it is there already, nothing to change.");
    });
    command->add_option("APP", request->apps, "apps by name or full id")->required();
    command->add_option("--into", request->into.names, "a qube to install into; repeatable")->type_name("QUBE");
    command->add_flag("--all", request->into.all, "into every qube");
    command->add_option("--skip", request->into.skip, "not into this one")->type_name("QUBE");
    command->add_option("--channel", request->channel, "the release channel")->type_name("NAME");
    command->add_flag("--allow-services", request->services.all_asked,
                      "let every service that the apps ask for start, confined");
    command->add_option("--allow", request->services.confined, "let this service start, confined; repeatable")
        ->type_name("APP:NAME.service");
    command
        ->add_option("--allow-as-root", request->services.own,
                     "let this service start with the rights that its unit says; repeatable")
        ->type_name("APP:NAME.service");
    command->add_option("--deny", request->services.denied, "let this service start no more; repeatable")
        ->type_name("APP:NAME.service");
    command->add_flag("--accept-stale", request->allow.stale,
                      "take a release although the repository's metadata is older than its grace period");
    add_name_options(*command, request->names);
    command->add_flag("--despite-dissent", request->allow.despite_dissent,
                      "take a release although a trusted rebuilder's build came out differently");
}

} // namespace qpkg::cli

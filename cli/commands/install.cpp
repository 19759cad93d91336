// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/change_view.hpp"
#include "cli/commands.hpp"
#include "cli/release_options.hpp"
#include "cli/role.hpp"
#include "cli/services_view.hpp"

#include <algorithm>

namespace qpkg::cli {
namespace {

/// Asks of each service that would like to start and may not, and of code that would run in another app, and plans
/// again where somebody said yes.
app::PreparedChange with_answers(Context& context, app::InstallRequest& request, app::PreparedChange change)
{
    if (!context.may_ask()) {
        return change;
    }
    bool is_changed = false;
    for (const auto& service : silent_services(change.plan)) {
        const auto app = service.substr(0, service.find(':'));
        const auto name = service.substr(app.size() + 1);
        if (context.agreed(name == first_start_consent
                               ? "Let the first start of " + app + " run in the qube, confined and without network?"
                               : "Let " + name + " of " + app + " start with the qube, confined?")) {
            request.services.confined.push_back(service);
            is_changed = true;
        }
    }
    for (const auto& [qube, extension, point] : change.plan.unagreed) {
        const auto word = extension.text() + ':' + point.text();
        if (std::ranges::find(request.code, word) == request.code.end() &&
            context.agreed("Let " + extension.text() + " run its code in " + std::string(owner_of(point)) +
                           ", with all that this app has?")) {
            request.code.push_back(word);
            is_changed = true;
        }
    }
    return is_changed ? app::prepare_install(context.world(), request) : std::move(change);
}

Proposal install(Context& context, app::InstallRequest& request)
{
    request.reason = context.typed;
    request.reach = context.reach();
    keep_own_fresh(context);
    const auto bring = [&context, &request] {
        return propose_bringing(
            context, [&] { return with_answers(context, request, app::prepare_install(context.world(), request)); },
            "it is there already, nothing to change.");
    };
    try {
        return bring();
    } catch (const Error& missing) {
        auto building =
            missing.code() == Code::not_found ? propose_building(context, request, missing, bring) : std::nullopt;
        if (!building) {
            throw;
        }
        return *std::move(building);
    }
}

std::vector<Option> options_of(app::InstallRequest& request)
{
    return joined(
        {
            {"APP", &request.apps, "apps by name or full id", required(Names::apps)},
            {"--into QUBE", &request.into.names, "a qube to install into; repeatable", known(Names::qubes)},
            {"--all", &request.into.all, "into every qube"},
            {"--skip QUBE", &request.into.skip, "not into this one", known(Names::qubes)},
            {"--channel NAME", &request.channel, "the release channel"},
            {"--allow-services", &request.services.all_asked,
             "let every service that the apps ask for start, confined"},
            {"--allow APP:NAME.service", &request.services.confined, "let this service start, confined; repeatable"},
            {"--allow-as-root APP:NAME.service", &request.services.own,
             "let this service start with the rights that its unit says; repeatable"},
            {"--allow-code EXTENSION:APP", &request.code, "let the extension's code run in that app; repeatable"},
            {"--deny APP:NAME.service", &request.services.denied, "let this service start no more; repeatable"},
        },
        release_options(request.allow, request.names));
}

} // namespace

Command install_command(Context& context)
{
    auto request = std::make_shared<app::InstallRequest>();
    return {"install", Section::apps, options_of(*request),
            Writes{[&context, request] { return install(context, *request); }}};
}

} // namespace qpkg::cli

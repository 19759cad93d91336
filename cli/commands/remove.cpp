// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/change_view.hpp"
#include "cli/commands.hpp"

#include "qpkg/base/log.hpp"

namespace qpkg::cli {
namespace {

constexpr const char* agent = "/run/qpkg/libexec/qpkg-agent"; ///< in the qube: its disk is not ours to write to

/// The apps are gone from the record whatever comes of this.
void delete_states(Context& context, const std::vector<std::pair<QubeName, AppId>>& states)
{
    for (const auto& [qube, app] : states) {
        const std::vector<std::string> argv{agent, "forget", app.text()};
        std::string cause;
        try {
            if (const auto status = context.world().runner.run(qube, {argv, RunAs::root}); status != 0) {
                cause = "exit code " + std::to_string(status);
            }
        } catch (const Error& error) {
            cause = error.what();
        }
        if (!cause.empty()) {
            qpkg::log::warning("the state of " + app.text() + " is still in " + qube.text() + ": " + cause +
                               ". To delete it: qpkg run " + qube.text() + " --as-root -- " + agent + " forget " +
                               app.text());
            context.exit_code = static_cast<int>(Code::partly);
        }
    }
}

Proposal propose_removal(Context& context, const app::RemoveRequest& request)
{
    auto states = std::make_shared<std::vector<std::pair<QubeName, AppId>>>();
    const auto prepare = [&context, &request, states] {
        auto change = app::prepare_remove(context.world(), request);
        if (request.delete_state) {
            *states = app::states_left(change.plan);
        }
        return change;
    };
    auto proposal = propose(context, prepare, "nothing to remove.");
    if (proposal.carry_out) {
        proposal.carry_out = [&context, states, remove = std::move(proposal.carry_out)] {
            remove();
            delete_states(context, *states);
        };
    }
    return proposal;
}

} // namespace

Command remove_command(Context& context)
{
    auto request = std::make_shared<app::RemoveRequest>();
    return {"remove",
            Section::apps,
            {{"APP", &request->apps, "apps by name or full id", required(Names::apps)},
             {"--from QUBE", &request->from.names, "a qube to remove from; repeatable", known(Names::qubes)},
             {"--all", &request->from.all, "from every qube"},
             {"--skip QUBE", &request->from.skip, "not from this one", known(Names::qubes)},
             {"--delete-state", &request->delete_state, "also delete what these qubes keep for the apps"}},
            Writes{[&context, request] {
                request->reason = context.typed;
                return propose_removal(context, *request);
            }},
            "uninstall"};
}

} // namespace qpkg::cli

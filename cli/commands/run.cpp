// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/use/change.hpp"
#include "cli/commands.hpp"
#include "plan/plan.hpp"

#include "qpkg/core/text.hpp"

namespace qpkg::cli {
namespace {

struct RunFlags {
    std::string qube;
    bool root = false;
};

/// A killed command may have recorded what it never told the qube, and a start is when qubes learn of it. Whoever holds
/// the lock now tells it themselves.
void finish_interrupted(Context& context)
{
    auto& world = context.world();
    if (!world.hypervisor.capabilities().makes_qubes || !app::is_interrupted(world)) {
        return;
    }
    if (const auto lock = context.try_lock()) {
        app::recover(world);
    }
}

/// A program can do everything in its qube that its user can: to start one is to change something.
Proposal propose_running(Context& context, const RunFlags& request, std::vector<std::string> argv)
{
    const auto qube = QubeName::require(request.qube);
    const RunRequest wanted{std::move(argv), request.root ? RunAs::root : RunAs::user};
    const auto plan = [&context, qube, wanted] {
        plan::require_qube(context.world().db.snapshot(), qube);
        Document out(context.command);
        out.field("qube", qube, "Qube");
        out.field("program", shown_as(list(wanted.argv), qpkg::text::join(wanted.argv, " ")),
                  wanted.argv.empty() ? "" : "Program");
        return out.field("as_root", shown_as(flag(wanted.user == RunAs::root), "yes"),
                         wanted.user == RunAs::root ? "As root" : "");
    };
    const auto start = [&context, qube, wanted] {
        finish_interrupted(context);
        context.exit_code = context.world().runner.run(qube, wanted);
    };
    return {plan, start, Consent::implied};
}

Option qube_option(RunFlags& request) { return {"QUBE", &request.qube, "the qube", required(Names::qubes)}; }

} // namespace

Command run_command(Context& context)
{
    auto request = std::make_shared<RunFlags>();
    return {"run",
            Section::running,
            {{"--as-root", &request->root, "run as root in the qube instead of its user"}, qube_option(*request)},
            Writes{[&context, request] {
                if (context.after_dashes.empty()) {
                    throw Error(Code::usage, "no program is named",
                                "say it after two dashes: qpkg run " + request->qube + " -- COMMAND");
                }
                return propose_running(context, *request, context.after_dashes);
            }},
            {},
            true};
}

Command shell_command(Context& context)
{
    auto request = std::make_shared<RunFlags>();
    return {"shell",
            Section::running,
            {{"--as-root", &request->root, "be root in the qube instead of its user"}, qube_option(*request)},
            Writes{[&context, request] { return propose_running(context, *request, {}); }}};
}

} // namespace qpkg::cli

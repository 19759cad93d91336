// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/use/change.hpp"
#include "cli/commands.hpp"

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

void run_in_qube(Context& context, const RunFlags& request, std::vector<std::string> argv)
{
    finish_interrupted(context);
    const RunRequest wanted{std::move(argv), request.root ? RunAs::root : RunAs::user};
    context.exit_code = context.world().runner.run(QubeName::require(request.qube), wanted);
}

Option qube_option(RunFlags& request) { return {"QUBE", &request.qube, "the qube", required(Names::qubes)}; }

} // namespace

Command run_command(Context& context)
{
    auto request = std::make_shared<RunFlags>();
    return {"run",
            Section::running,
            {{"--as-root", &request->root, "run as root in the qube instead of its user"}, qube_option(*request)},
            [&context, request] {
                if (context.after_dashes.empty()) {
                    throw Error(Code::usage, "no program is named",
                                "say it after two dashes: qpkg run " + request->qube + " -- COMMAND");
                }
                run_in_qube(context, *request, context.after_dashes);
            },
            {},
            true};
}

Command shell_command(Context& context)
{
    auto request = std::make_shared<RunFlags>();
    return {"shell",
            Section::running,
            {{"--as-root", &request->root, "be root in the qube instead of its user"}, qube_option(*request)},
            [&context, request] { run_in_qube(context, *request, {}); }};
}

} // namespace qpkg::cli

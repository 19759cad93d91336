// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/use/change.hpp"
#include "cli/commands.hpp"

namespace qpkg::cli {
namespace {

struct Request {
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

void run(Context& context, const Request& request, std::vector<std::string> argv)
{
    finish_interrupted(context);
    const RunRequest wanted{std::move(argv), request.root ? RunAs::root : RunAs::user};
    context.exit_code = context.world().runner.run(QubeName::require(request.qube), wanted);
}

} // namespace

void add_run(CLI::App& app, Context& context)
{
    auto request = std::make_shared<Request>();
    auto* command = add_command(app, context, "run", "run", [&context, request] {
        if (context.after_dashes.empty()) {
            throw Error(Code::usage, "no program is named",
                        "say it after two dashes: qpkg run " + request->qube + " -- COMMAND");
        }
        run(context, *request, context.after_dashes);
    });
    command->add_flag("--as-root", request->root, "run as root in the qube instead of its user");
    command->add_option("QUBE", request->qube, "the qube")->required();
}

void add_shell(CLI::App& app, Context& context)
{
    auto request = std::make_shared<Request>();
    auto* command = add_command(app, context, "shell", "shell", [&context, request] { run(context, *request, {}); });
    command->add_flag("--as-root", request->root, "be root in the qube instead of its user");
    command->add_option("QUBE", request->qube, "the qube")->required();
}

} // namespace qpkg::cli

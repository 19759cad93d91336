// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/use/change.hpp"
#include "app/use/unexported.hpp"
#include "cli/commands.hpp"
#include "plan/plan.hpp"

#include "qpkg/base/log.hpp"
#include "qpkg/core/text.hpp"

namespace qpkg::cli {
namespace {

constexpr int no_such_program = 127; ///< as shells have it

struct RunFlags {
    std::string qube;
    std::string app; ///< in whose view; empty: the qube's own
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

/// The qube's own program for that, which is on its PATH.
std::vector<std::string> in_view_of(Context& context, const std::string& typed, const QubeName& qube,
                                    std::vector<std::string> argv)
{
    if (!typed.empty()) {
        const auto app = app::resolve_installed({typed}, context.world().db.snapshot(), {qube}).front();
        argv.insert(argv.begin(), {"qpkg-run", "--view=" + app.text()});
    }
    return argv;
}

/// A program that an app of the qube has and does not show is no further away than a word.
void tell_who_has(Context& context, const QubeName& qube, const std::vector<std::string>& argv)
{
    for (const auto& app : app::apps_with_unexported(context.world(), qube, argv.front())) {
        const auto name = short_name(app);
        qpkg::log::warning(app.text() + " has " + argv.front() + " and does not export it. To run it: qpkg run " +
                           qube.text() + " --app " + name + " -- " + qpkg::text::join(argv, " ") +
                           ". To export it: qpkg export " + name + ' ' + argv.front() + " --in " + qube.text());
    }
}

/// A program can do everything in its qube that its user can: to start one is to change something.
Proposal propose_running(Context& context, const RunFlags& request, std::vector<std::string> argv)
{
    const auto qube = QubeName::require(request.qube);
    const auto wanted_now = [&context, qube, request, argv] {
        return RunRequest{in_view_of(context, request.app, qube, argv), request.root ? RunAs::root : RunAs::user};
    };
    const auto plan = [&context, qube, wanted_now] {
        plan::require_qube(context.world().db.snapshot(), qube);
        const auto wanted = wanted_now();
        Document out(context.command);
        out.field("qube", qube, "Qube");
        out.field("program", shown_as(list(wanted.argv), qpkg::text::join(wanted.argv, " ")),
                  wanted.argv.empty() ? "" : "Program");
        return out.field("as_root", shown_as(flag(wanted.user == RunAs::root), "yes"),
                         wanted.user == RunAs::root ? "As root" : "");
    };
    const auto start = [&context, qube, wanted_now, request, argv] {
        finish_interrupted(context);
        context.exit_code = context.world().runner.run(qube, wanted_now());
        if (context.exit_code == no_such_program && request.app.empty() && !argv.empty()) {
            tell_who_has(context, qube, argv);
        }
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
            {{"--as-root", &request->root, "run as root in the qube instead of its user"},
             {"--app APP", &request->app, "a program of this app's view, exported or not", known(Names::apps)},
             qube_option(*request)},
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

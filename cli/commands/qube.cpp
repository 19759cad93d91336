// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/use/change.hpp"
#include "app/use/qubes.hpp"
#include "app/use/query.hpp"
#include "cli/bringing.hpp"
#include "cli/change_view.hpp"
#include "cli/commands.hpp"
#include "plan/plan.hpp"

#include "qpkg/core/text.hpp"

namespace qpkg::cli {
namespace {

struct QubeRequest {
    std::string name;
    std::string base;
    std::string layout = "separate";
};

Layout layout_of(const std::string& word) { return word == "composed" ? Layout::composed : Layout::separate; }

Option layout_option(QubeRequest& request, bool required)
{
    return {"--layout separate|composed",
            &request.layout,
            "a volume for each app, or one composed of all of them",
            {.required = required, .one_of = {"separate", "composed"}}};
}

Option name_option(QubeRequest& request) { return {"NAME", &request.name, "the qube", required(Names::qubes)}; }

Document describe(const Qube& qube)
{
    Document out("qube-create");
    out.field("name", qube.name, "Qube");
    out.field("base", qube.base().id, "Base");
    out.field("generation", qube.current);
    return out;
}

void create(Context& context, const QubeRequest& request)
{
    const auto lock = context.lock();
    app::recover(context.world());
    const auto qube = app::create_qube(context.world(), app::plan_qube(context.world(), request.name, request.base,
                                                                       layout_of(request.layout), context.typed));
    context.show(
        describe(qube)
            .done("Done: qube " + qube.name.text() + " is made from " + qube.base().id.text() + ", no apps yet.")
            .next("To add an app: qpkg install APP --into " + qube.name.text()));
}

/// Of a base that a repository offers: it comes first.
Proposal propose_bringing_base(Context& context, const QubeRequest& request)
{
    context.finish_interrupted();
    const auto fetch_lock = std::make_shared<std::optional<engine::WriterLock>>(context.fetch_lock());
    const auto change =
        std::make_shared<app::PreparedChange>(app::prepare_base(context.world(), request.base, context.reach()));
    const auto plan = [change, request] {
        Document out("qube-create");
        const auto& base = std::get<SetBase>(change->plan.changes.back()).base;
        return out.field("name", request.name, "Qube")
            .field("base", base.id, "Base")
            .field("brings",
                   shown_as(text(release_name(base)),
                            release_name(base) + ", " + qpkg::text::human_size(base.volume_size)),
                   "Brings")
            .field("generation", std::uint64_t{0});
    };
    return {plan, [&context, change, fetch_lock, request] {
                bring(context, *change);
                create(context, request);
            }};
}

Proposal propose_making(Context& context, const QubeRequest& request)
{
    if (plan::known_base(context.world().db.snapshot(), BaseId::require(request.base)) == nullptr) {
        app::require_free(context.world(), QubeName::require(request.name));
        return propose_bringing_base(context, request);
    }
    const auto plan = [&context, request] {
        return describe(
            app::plan_qube(context.world(), request.name, request.base, layout_of(request.layout), context.typed));
    };
    return {plan, [&context, request] { create(context, request); }, Consent::implied};
}

Proposal propose_removal(Context& context, const QubeRequest& request)
{
    context.finish_interrupted();
    const auto& world = context.world();
    const auto name = plan::require_qube(world.db.snapshot(), QubeName::require(request.name)).name;
    app::require_removable(context.world(), name);
    Document plan("qube-remove");
    plan.field("name", name);
    plan.line(world.hypervisor.capabilities().makes_qubes
                  ? "Removes qube " + name.text() + " with everything in its /home and /rw."
                  : "Forgets the apps and generations of qube " + name.text() + ".");
    return {[plan] { return plan; },
            [&context, name] {
                context.locked([&] { app::remove_qube(context.world(), name); }); // not before: people take their time
                context.show(Document("qube-remove")
                                 .field("changed", true)
                                 .field("name", name)
                                 .done("Done: qube " + name.text() + " is gone.")
                                 .next("To give back what only it used: qpkg gc"));
            }};
}

/// What `start` and `stop` say before and after: the same.
Document described(const std::string& command, const QubeName& name)
{
    Document out(command);
    return out.field("name", name, "Qube");
}

QubeName require_recorded(Context& context, const std::string& name)
{
    return plan::require_qube(context.world().db.snapshot(), QubeName::require(name)).name;
}

Proposal propose_start(Context& context, const QubeRequest& request)
{
    const auto name = require_recorded(context, request.name);
    const auto start = [&context, name] {
        context.finish_interrupted();
        context.world().runner.start(name);
        context.show(described("qube-start", name)
                         .done("Done: " + name.text() + " runs until it is stopped.")
                         .next("To run a program in it: qpkg run " + name.text() + " -- COMMAND"));
    };
    return {[name] { return described("qube-start", name); }, start, Consent::implied};
}

Proposal propose_stop(Context& context, const QubeRequest& request)
{
    const auto name = require_recorded(context, request.name);
    const auto stop = [&context, name] {
        context.world().runner.stop(name);
        context.show(described("qube-stop", name).done("Done: nothing runs in " + name.text() + "."));
    };
    return {[name] { return described("qube-stop", name); }, stop, Consent::implied};
}

void list_qubes(Context& context)
{
    using app::QubeStatus;
    const auto qubes = app::status(context.world()).qubes;
    const auto layout = [](bool composed) { return std::string(composed ? "composed" : "separate"); };
    Document out("qube-list");
    if (qubes.empty()) {
        out.line("No qubes yet. To make one: qpkg qube create NAME --base debian-12");
    }
    context.show(
        out.table("qubes", qubes, column("name", "QUBE", &QubeStatus::name), column("base", "BASE", &QubeStatus::base),
                  column("generation", "GENERATION", &QubeStatus::generation),
                  column("apps", "APPS", &QubeStatus::apps), column("layout", "VOLUMES", &QubeStatus::composed, layout),
                  column("running", "RUNNING", &QubeStatus::running)));
}

} // namespace

Command qube_create_command(Context& context)
{
    auto request = std::make_shared<QubeRequest>();
    return {"qube create",
            Section::qubes,
            {{"NAME", &request->name, "the new qube's name", required()},
             {"--base BASE", &request->base, "the base it is made from", required(Names::bases)},
             layout_option(*request, false)},
            Writes{[&context, request] { return propose_making(context, *request); }}};
}

Command qube_set_command(Context& context)
{
    auto request = std::make_shared<QubeRequest>();
    return {
        "qube set", Section::qubes, {name_option(*request), layout_option(*request, true)}, Writes{[&context, request] {
            const app::LayoutRequest wanted{request->name, layout_of(request->layout), context.typed};
            return propose(
                context, [&] { return app::prepare_layout(context.world(), wanted); },
                request->name + " is laid out so already.");
        }}};
}

Command qube_start_command(Context& context)
{
    auto request = std::make_shared<QubeRequest>();
    return {"qube start", Section::qubes, {name_option(*request)}, Writes{[&context, request] {
                return propose_start(context, *request);
            }}};
}

Command qube_stop_command(Context& context)
{
    auto request = std::make_shared<QubeRequest>();
    return {"qube stop", Section::qubes, {name_option(*request)}, Writes{[&context, request] {
                return propose_stop(context, *request);
            }}};
}

Command qube_list_command(Context& context)
{
    return {"qube list", Section::qubes, {}, Reads{[&context] { list_qubes(context); }}, "ls"};
}

Command qube_remove_command(Context& context)
{
    auto request = std::make_shared<QubeRequest>();
    return {"qube remove", Section::qubes, {name_option(*request)}, Writes{[&context, request] {
                return propose_removal(context, *request);
            }}};
}

} // namespace qpkg::cli

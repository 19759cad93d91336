// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/own/setup.hpp"

#include "cli/full/commands.hpp"
#include "cli/full/own_publisher.hpp"
#include "cli/passphrase.hpp"
#include "cli/terminal.hpp"
#include "signing/words.hpp"

namespace qpkg::cli {
namespace {

struct SetupFlags {
    app::SetupRequest request;
    std::filesystem::path passphrase_file;
    bool has_passphrase = false;
    std::optional<std::string> updates;
};

Document describe(const app::SetupPlan& plan, const app::OwnPlace& place)
{
    Document out("setup");
    const auto state = [](bool is_made) { return is_made ? "is made" : "is here"; };
    out.field("base", shown_as(text(plan.base.text()), plan.base.text() + ", " + state(plan.makes_base.has_value())),
              "Base");
    out.field("keys", shown_as(text(place.keys.string()), place.keys.string() + ", " + state(plan.makes_keys)), "Keys");
    out.field("repository", shown_as(text(place.site.string()), place.site.string() + ", " + state(plan.makes_site)),
              "Own repository");
    out.field("qube", shown_as(text(plan.qube.text()), plan.qube.text() + ", " + state(plan.makes_qube)),
              plan.makes_qube ? "First qube" : "");
    out.field("updates", std::string(app::word_of(plan.updates)), "By itself, once a day");
    return out;
}

std::optional<std::string> passphrase_for(Context& context, const SetupFlags& flags, const app::SetupPlan& plan)
{
    if (!plan.makes_keys) {
        return own_passphrase(context);
    }
    if (!flags.passphrase_file.empty()) {
        return read_passphrase(flags.passphrase_file);
    }
    return flags.has_passphrase ? std::optional(ask_new_passphrase("passphrase for this machine's keys"))
                                : std::nullopt;
}

void set_up(Context& context, const SetupFlags& flags, const app::SetupPlan& plan)
{
    const auto passphrase = passphrase_for(context, flags, plan);
    const auto fingerprint = app::set_up(context.world(), plan, flags.request, passphrase, turns_of(context));
    auto out = describe(plan, app::own_place(context.world()));
    out.field("changed", true);
    out.field("fingerprint", fingerprint, "Root fingerprint");
    out.field("fingerprint_words", text(trust::fingerprint_words(fingerprint)), "In words");
    out.field("passphrase", flag(passphrase.has_value()));
    if (!passphrase) {
        out.line("The keys have no passphrase: who can read them can publish for this machine.");
    }
    out.done("Done: this machine is its own publisher.");
    out.next("To add an app: qpkg install APP --into " + plan.qube.text());
    if (plan.updates != app::Updates::none) {
        out.next("To have that done: systemctl enable --now qpkg-check.timer");
    }
    context.show(out);
}

Proposal propose_setup(Context& context, SetupFlags flags)
{
    context.finish_interrupted();
    if (!flags.request.updates && context.may_ask() &&
        !app::is_publisher(context.world(), context.world().db.snapshot()) &&
        context.agreed("Look once a day whether there is something to upgrade?")) {
        flags.request.updates = app::Updates::check;
    }
    const auto plan = app::plan_setup(context.world(), flags.request);
    const auto shown = [&context, plan] { return describe(plan, app::own_place(context.world())); };
    if (plan.is_nothing()) {
        return nothing_to_do(shown().field("changed", false).done("Done: everything is there already."));
    }
    return {shown, [&context, flags, plan] { set_up(context, flags, plan); }};
}

} // namespace

Command setup_command(Context& context)
{
    auto flags = std::make_shared<SetupFlags>();
    return {"setup",
            Section::sources,
            {{"--base BASE", &flags->request.base, "the base to make, where none is here", known(Names::bases)},
             {"--qube NAME", &flags->request.qube, "the first qube (work)"},
             {"--updates WORD",
              &flags->updates,
              "what this machine does by itself once a day: none, check, download or apply",
              {.one_of = app::words_of_updates()}},
             {"--passphrase", &flags->has_passphrase, "ask for a passphrase of the keys"},
             {"--passphrase-file FILE", &flags->passphrase_file, "read the passphrase from its first line"}},
            Writes{[&context, flags] {
                flags->request.reason = context.typed;
                if (flags->updates) {
                    flags->request.updates = app::require_updates(*flags->updates);
                }
                return propose_setup(context, *flags);
            }}};
}

} // namespace qpkg::cli

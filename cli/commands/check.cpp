// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/use/updates.hpp"
#include "cli/change_view.hpp"
#include "cli/commands.hpp"
#include "cli/role.hpp"
#include "cli/upgrading.hpp"

namespace qpkg::cli {
namespace {

struct CheckFlags {
    bool is_scheduled = false;
    std::optional<std::string> updates;
};

app::UpgradeRequest everything(Context& context)
{
    app::UpgradeRequest request;
    request.reason = context.typed;
    request.reach = context.reach();
    return request;
}

/// What an upgrade would do.
Document found(Context& context)
{
    auto request = everything(context);
    request.only_looks = true;
    const auto change = app::prepare_upgrade(context.world(), request);
    Document out("check");
    const bool is_outdated = describe_rebuilds(context, out, request);
    describe(out, change);
    const bool is_news = is_outdated || !change.plan.empty() || !change.left_out.empty();
    out.field("news", is_news);
    if (is_news) {
        out.next("To have it: qpkg upgrade");
    }
    return out.done(is_news ? "Done: there is something to upgrade." : "Done: everything is up to date.");
}

Proposal propose_check(Context& context)
{
    keep_own_fresh(context);
    const auto plan = [&context] { return found(context); };
    return {plan, [&context, plan] { context.show(plan().field("changed", false)); }, Consent::implied};
}

Proposal propose_scheduled(Context& context)
{
    using app::Updates;
    switch (app::updates_of(context.world())) {
    case Updates::none:
        return nothing_to_do(
            Document("check")
                .field("news", false)
                .field("changed", false)
                .done("Done: this machine does nothing by itself. To change that: qpkg check --updates check"));
    case Updates::check:
        break;
    case Updates::download:
        keep_own_fresh(context);
        return propose_download_of_upgrade(context, everything(context));
    case Updates::apply:
        return propose_upgrade(context, everything(context));
    }
    return propose_check(context);
}

Proposal propose_setting(Context& context, const std::string& word)
{
    const auto updates = app::require_updates(word);
    const auto plan = [word] { return Document("check").field("updates", word, "By itself, once a day"); };
    if (updates == app::updates_of(context.world())) {
        return nothing_to_do(plan().field("changed", false).done("Done: it is so already."));
    }
    return {plan,
            [&context, updates, plan] {
                context.locked([&] { app::set_updates(context.world(), updates); });
                auto out = plan().field("changed", true).done("Done: remembered.");
                if (updates != app::Updates::none) {
                    out.next("To have that done: systemctl enable --now qpkg-check.timer");
                }
                context.show(out);
            },
            Consent::implied};
}

} // namespace

Command check_command(Context& context)
{
    auto flags = std::make_shared<CheckFlags>();
    return {"check",
            Section::apps,
            {{"--scheduled", &flags->is_scheduled, "do as much as --updates has said; for the timer"},
             {"--updates WORD",
              &flags->updates,
              "what this machine does by itself once a day: none, check, download or apply",
              {.one_of = app::words_of_updates()}}},
            Writes{[&context, flags] {
                if (flags->updates) {
                    return propose_setting(context, *flags->updates);
                }
                return flags->is_scheduled ? propose_scheduled(context) : propose_check(context);
            }}};
}

} // namespace qpkg::cli

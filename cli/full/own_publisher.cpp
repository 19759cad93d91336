// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/full/own_publisher.hpp"

#include "app/own/outdated.hpp"
#include "app/own/own_builds.hpp"
#include "cli/full/rotate.hpp"
#include "cli/proposal.hpp"
#include "cli/role.hpp"

#include "qpkg/base/log.hpp"
#include "qpkg/core/text.hpp"

#include <algorithm>

namespace qpkg::cli {
namespace {

constexpr std::size_t most_named = 3; ///< packages in one line

std::string words_of(const build::MovedPackage& moved)
{
    if (moved.from.empty()) {
        return moved.name + ' ' + moved.to + " is new";
    }
    return moved.to.empty() ? moved.name + " is not needed any more" : moved.name + ' ' + moved.from + " → " + moved.to;
}

void describe_builds(Document& out, const std::vector<app::Outlook>& builds)
{
    using app::Outlook;
    const auto packages = [](const Outlook& build) { return build.packages.size(); };
    out.table("builds", builds, column("app", "BUILT HERE", &Outlook::app), column("from", "FROM", &Outlook::from),
              column("base", "ON", &Outlook::base), column("packages", "PACKAGES", packages),
              column("download", "DOWNLOAD", &Outlook::download, size));
}

/// The rest of a command whose plan was agreed to already.
void go_on(Context& context, Proposal next)
{
    next.consent = Consent::given;
    context.settle(next);
}

} // namespace

app::Turns turns_of(Context& context)
{
    const auto lock = std::make_shared<std::optional<engine::WriterLock>>();
    return {[&context, lock] { lock->emplace(context.lock()); }, [&context, lock] { context.unlock(*lock); }};
}

std::optional<std::string> own_passphrase(Context& context)
{
    return keys_passphrase(app::own_place(context.world()).keys, {});
}

std::string reason_of(const app::ModuleAge& age)
{
    std::string words;
    if (!age.moved.empty()) {
        words = count_of(age.moved.size(), "package");
        if (const auto fixes = age.security_fixes(); fixes > 0) {
            words += ", " + count_of(fixes, "security fix");
            words += fixes == 1 ? "" : "es";
        }
        std::vector<std::string> named;
        for (const auto& moved : age.moved) {
            if (named.size() < most_named) {
                named.push_back(words_of(moved));
            }
        }
        words += ": " + qpkg::text::join(named, ", ") + (age.moved.size() > most_named ? " …" : "");
    }
    if (age.has_newer_base) {
        words += (words.empty() ? "" : "; ") + std::string("the base is another");
    }
    return words;
}

std::optional<Proposal> propose_building(Context& context, app::InstallRequest& request, const Error& missing,
                                         const std::function<Proposal()>& install)
{
    auto& world = context.world();
    const auto snapshot = world.db.snapshot();
    if (request.reach == app::Reach::offline) {
        return std::nullopt;
    }
    if (!app::is_publisher(world, snapshot)) {
        if (snapshot.qubes.empty() || !missing.hint().starts_with("add one: qpkg repo add")) {
            return std::nullopt;
        }
        throw Error(missing.code(), missing.what(),
                    missing.hint() + "; or let this machine build apps from its distribution's packages: qpkg setup");
    }
    std::vector<app::Outlook> builds;
    for (const auto& [typed, outlook] : app::unoffered_apps(world, request)) {
        std::ranges::replace(request.apps, typed, outlook.app.text());
        builds.push_back(outlook);
    }
    if (builds.empty()) {
        return std::nullopt;
    }
    const auto plan = [&context, builds] {
        Document out(context.command);
        describe_builds(out, builds);
        return out.line(
            "No repository offers this. It is built from packages that their distribution signed, and signed "
            "with this machine's own key.");
    };
    return Proposal{plan, [&context, builds, install] {
                        const auto passphrase = own_passphrase(context);
                        app::build_own(context.world(), builds, passphrase, context.typed, turns_of(context));
                        go_on(context, install());
                    }};
}

std::optional<Proposal> propose_rebuilding(Context& context, const app::UpgradeRequest& request,
                                           const std::function<Proposal()>& upgrade)
{
    auto ages = app::own_ages(context.world(), request);
    for (const auto& [module, why] : ages.unknown) {
        log::warning(module.filename().string() + " is not compared with what is offered now: " + why.what());
    }
    std::erase_if(ages.modules, [](const app::ModuleAge& age) { return !age.is_outdated(); });
    if (ages.modules.empty()) {
        return std::nullopt;
    }
    const auto outdated = ages.modules;
    const auto plan = [&context, outdated] {
        Document out(context.command);
        return out.table("rebuilds", outdated, column("app", "BUILT AGAIN", &app::ModuleAge::app),
                         column("base", "ON", &app::ModuleAge::base), column("why", "BECAUSE", reason_of));
    };
    return Proposal{plan, [&context, outdated, upgrade] {
                        const auto passphrase = own_passphrase(context);
                        app::build_again(context.world(), outdated, passphrase, context.typed, turns_of(context));
                        go_on(context, upgrade());
                    }};
}

} // namespace qpkg::cli

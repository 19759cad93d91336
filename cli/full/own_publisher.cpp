// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/full/own_publisher.hpp"

#include "app/own/distribution_search.hpp"
#include "app/own/outdated.hpp"
#include "app/own/own_builds.hpp"
#include "app/own/renewal.hpp"
#include "app/publish/keys.hpp"
#include "app/use/loss.hpp"
#include "app/use/qubes.hpp"
#include "cli/full/rotate.hpp"
#include "cli/proposal.hpp"
#include "cli/role.hpp"

#include "qpkg/base/log.hpp"
#include "qpkg/core/text.hpp"

#include <algorithm>

namespace qpkg::cli {
namespace {

constexpr std::size_t most_named = 3;       ///< packages in one line
constexpr std::size_t kept_by_upgrades = 2; ///< older generations of each qube

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

/// Whether what the machine's own publisher can do is worth asking for: somebody is asked at all.
bool is_asking(Context& context) { return context.reach() == app::Reach::online; }

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

std::string reason_of(const std::vector<build::MovedPackage>& all)
{
    if (all.empty()) {
        return "";
    }
    auto words = count_of(all.size(), "package");
    if (const auto fixes = std::ranges::count(all, true, &build::MovedPackage::is_security_fix); fixes > 0) {
        words += ", " + count_of(static_cast<std::size_t>(fixes), "security fix");
        words += fixes == 1 ? "" : "es";
    }
    std::vector<std::string> named;
    for (const auto& moved : all) {
        if (named.size() < most_named) {
            named.push_back(words_of(moved));
        }
    }
    return words + ": " + qpkg::text::join(named, ", ") + (all.size() > most_named ? " …" : "");
}

std::string reason_of(const app::ModuleAge& age)
{
    auto words = reason_of(age.moved);
    if (age.unfit) {
        words += (words.empty() ? "" : "; ") + *age.unfit;
    }
    return words;
}

void keep_own_fresh(Context& context)
{
    auto& world = context.world();
    if (context.options.dry_run) {
        return;
    }
    try {
        if (!app::is_renewal_due(world)) {
            return;
        }
        if (app::needs_passphrase(app::own_place(world).keys) && !context.may_ask()) {
            log::warning(
                "this machine's own repository is to be signed again, and its keys have a passphrase: run qpkg "
                "upgrade where it can be asked for");
            return;
        }
        app::renew_own(world, own_passphrase(context), context.typed);
    } catch (const Error& error) {
        if (error.code() == Code::interrupted || error.code() == Code::bug) {
            throw;
        }
        log::warning(std::string("this machine's own repository is not signed again: ") + error.what());
    }
}

bool describe_buildable(Context& context, Document& out, const std::vector<std::string>& words)
{
    using app::BuildableApp;
    std::vector<BuildableApp> found;
    if (is_asking(context)) {
        try {
            found = app::search_distribution(context.world(), words);
        } catch (const Error& error) {
            if (error.code() == Code::interrupted || error.code() == Code::bug) {
                throw;
            }
            log::warning(std::string("the distribution's packages are not searched: ") + error.what());
        }
    }
    out.table("buildable", found, column("app", "CAN BE BUILT HERE", &BuildableApp::app),
              column("package", "PACKAGE", &BuildableApp::package), column("base", "ON", &BuildableApp::base),
              column("summary", "SUMMARY", &BuildableApp::summary));
    return !found.empty();
}

bool describe_package(Context& context, Document& out, const std::string& typed)
{
    const auto found = is_asking(context) ? app::find_in_distribution(context.world(), typed) : std::nullopt;
    if (!found) {
        return false;
    }
    out.field("app", found->app, "App");
    out.field("offers", std::vector<std::string>());
    out.field("installed", std::vector<std::string>());
    describe_builds(out, {*found});
    out.line("No repository offers it.");
    out.next("To build it here and install it: qpkg install " + short_name(found->app) + " --into QUBE");
    return true;
}

std::string first_step(Context&)
{
    return "To add one: qpkg repo add NAME LOCATION; or to let this machine build apps from its distribution's "
           "packages: "
           "qpkg setup";
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

namespace {

app::Ages outdated_own(Context& context, const app::UpgradeRequest& request)
{
    auto ages = app::own_ages(context.world(), request);
    for (const auto& [what, why] : ages.unknown) {
        log::warning(what.filename().string() + " is not compared with what is offered now: " + why.what());
    }
    std::erase_if(ages.modules, [](const app::ModuleAge& age) { return !age.is_outdated(); });
    std::erase_if(ages.bases, [](const app::BaseAge& age) { return !age.is_outdated(); });
    return ages;
}

bool is_any(const app::Ages& outdated) { return !outdated.modules.empty() || !outdated.bases.empty(); }

void describe_outdated(Document& out, const app::Ages& outdated)
{
    const auto why = [](const app::ModuleAge& age) { return reason_of(age); };
    out.table("rebuilt_bases", outdated.bases, column("base", "MADE AGAIN", &app::BaseAge::base),
              column("why", "BECAUSE", [](const app::BaseAge& age) { return reason_of(age.moved); }));
    out.table("rebuilds", outdated.modules, column("app", "BUILT AGAIN", &app::ModuleAge::app),
              column("base", "ON", &app::ModuleAge::base), column("why", "BECAUSE", why));
    if (!outdated.bases.empty()) {
        out.line("What was built here and does not fit the new base is built again, too.");
    }
}

} // namespace

bool describe_rebuilds(Context& context, Document& out, const app::UpgradeRequest& request)
{
    const auto outdated = outdated_own(context, request);
    describe_outdated(out, outdated);
    return is_any(outdated);
}

std::optional<Proposal> propose_rebuilding(Context& context, const app::UpgradeRequest& request,
                                           const std::function<Proposal()>& upgrade)
{
    const auto outdated = outdated_own(context, request);
    if (!is_any(outdated)) {
        return std::nullopt;
    }
    const auto plan = [&context, outdated] {
        Document out(context.command);
        describe_outdated(out, outdated);
        return out;
    };
    return Proposal{plan, [&context, request, outdated, upgrade] {
                        const auto passphrase = own_passphrase(context);
                        app::build_again(context.world(), request, outdated, passphrase, context.typed,
                                         turns_of(context));
                        go_on(context, upgrade());
                    }};
}

void tidy_own(Context& context)
{
    auto& world = context.world();
    if (!app::is_publisher(world, world.db.snapshot())) {
        return;
    }
    try {
        std::uint64_t freed = 0;
        context.locked([&] {
            app::require_no_loss(context.world());
            freed = app::collect_garbage(context.world(),
                                         app::plan_collection(context.world(), {.keep = kept_by_upgrades, .in = {}}));
        });
        if (freed > 0) {
            log::note("gave back " + qpkg::text::human_size(freed) + " that older generations held");
        }
    } catch (const Error& error) {
        if (error.code() == Code::interrupted || error.code() == Code::bug) {
            throw;
        }
        log::warning(std::string("what older generations hold is still there: ") + error.what());
    }
}

} // namespace qpkg::cli

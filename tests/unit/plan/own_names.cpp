// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plan/names.hpp"
#include "support/expect.hpp"
#include "support/named_apps.hpp"

using namespace qpkg;
using namespace qpkg::testing;

namespace {

OwnExport added(const AppId& app, const std::string& name)
{
    return {app, {ExportKind::command, name}, "/usr/games/" + name};
}

OwnExport dropped(const AppId& app, const std::string& name) { return {app, {ExportKind::command, name}, ""}; }

/// The owner of work says that.
plan::Plan own(const Snapshot& snapshot, const std::vector<OwnExport>& wanted, std::set<NameKey> of_base = {})
{
    return plan::plan_names(snapshot, work, with({{}, {}, wanted}, std::move(of_base)));
}

const NameKey game{ExportKind::command, "game"};

} // namespace

TEST_CASE("a name that the qube's owner adds is the app's first name there, in the plan, and told to the qube")
{
    const auto before = installed({app(calc, {first}), app(writer, {{"game", Rank::second}})});
    const auto plan = own(before, {added(calc, "game")});
    const auto snapshot = after(before, plan);

    CHECK((plan.names == Effects{{work, game, writer, calc, {writer}, ""}}));
    CHECK((now(snapshot).own == std::set<OwnExport>{added(calc, "game")}));
    CHECK((in_the_qube(snapshot) == Holders{{office, calc}, {game, calc}}));
    CHECK(own(snapshot, {added(calc, "game")}).empty());

    const auto back = plan::plan_rollback(snapshot, work, std::nullopt);
    CHECK((back.names == Effects{{work, game, calc, writer, {}, ""}}));
    CHECK((in_the_qube(after(snapshot, back)) == Holders{{office, calc}, {game, writer}}));
}

TEST_CASE("a name that the owner drops goes to who asks for it, else to nobody, and comes back")
{
    const auto before = installed({app(calc, {first}), app(writer, {second, {"game"}})});
    const auto plan = own(before, {dropped(calc, "office"), dropped(writer, "game")});
    const auto snapshot = after(before, plan);

    CHECK((plan.names ==
           Effects{{work, game, writer, std::nullopt, {}, "", true}, {work, office, calc, writer, {}, ""}}));
    CHECK((in_the_qube(snapshot) == Holders{{office, writer}}));

    const auto again = after(snapshot, own(snapshot, {added(calc, "office"), added(writer, "game")}));
    CHECK(now(again).own.empty());
    CHECK(in_the_qube(again).at(game) == writer);
    CHECK_FAILS(Code::not_found, "exports no command \"none\"", own(before, {dropped(calc, "none")}));
}

TEST_CASE("an added name that is another's first name is refused, and one of the base's is nobody's")
{
    const auto before = installed({app(calc, {first}), app(writer, {{"game"}})});

    CHECK_FAILS(Code::conflict, "has the command \"game\" already", own(before, {added(calc, "game")}));
    const auto plan = own(before, {added(calc, "ls")}, {{ExportKind::command, "ls"}});
    CHECK((plan.names == Effects{{work, {ExportKind::command, "ls"}, std::nullopt, std::nullopt, {calc}, ""}}));
}

TEST_CASE("what the owner said lasts over upgrades as long as the module says otherwise, and ends with the app")
{
    auto snapshot = installed({app(calc, {first}), app(writer, {{"game"}})});
    snapshot = after(snapshot, own(snapshot, {added(calc, "more"), dropped(writer, "game")}));
    const auto upgraded = after(snapshot, install(snapshot, app(calc, {first, {"more"}}, 2)));
    const auto removed = after(snapshot, plan::plan_remove(snapshot, {writer}, {work}, with({})));

    CHECK((now(upgraded).own == std::set<OwnExport>{dropped(writer, "game")}));
    CHECK((now(removed).own == std::set<OwnExport>{added(calc, "more")}));
}

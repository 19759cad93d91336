// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plan/names.hpp"

#include "support/expect.hpp"
#include "support/named_apps.hpp"

using namespace qpkg;
using namespace qpkg::testing;
using plan::NameEffect;
using plan::NameWishes;

TEST_CASE("two apps of a qube with one first name are refused, both are named, with the ways out")
{
    const auto snapshot = installed({app(writer, {first})});

    try {
        install(snapshot, app(calc, {first}));
        FAIL("no conflict");
    } catch (const Error& error) {
        CHECK(error.code() == Code::conflict);
        CHECK(std::string(error.what()) == "cannot put org.example.calc into work: org.example.writer has the command "
                                           "\"office\" already");
        CHECK(error.hint() ==
              "say who gets what both have: --prefer org.example.calc or --prefer org.example.writer; or "
              "call one otherwise: --alias OTHER=org.example.calc:office");
    }
    CHECK_FAILS(Code::conflict, "has the command \"office\" already",
                plan::plan_install(a_snapshot(), {app(writer, {first}), app(calc, {first})}, {work}, with({})));
}

TEST_CASE("of many names that two apps share the refusal tells three and how many more")
{
    const std::vector<Named> many{{"a"}, {"b"}, {"c"}, {"d"}, {"e"}};

    CHECK_FAILS(Code::conflict, "the command \"a\", the command \"b\", the command \"c\" and 2 more already",
                install(installed({app(writer, many)}), app(calc, many)));
}

TEST_CASE("who has a name, by rank and by who came first; what the qube is told comes to the same")
{
    struct Situation {
        AppId earlier;
        Named earlier_name;
        AppId later;
        Named later_name;
        AppId holder;
    };
    // Each with the earlier app before and after the later one in the order that the agent's own rule follows.
    for (const auto& [earlier, earlier_name, later, later_name, expected] :
         {Situation{calc, first, writer, second, calc}, Situation{writer, first, calc, second, writer},
          Situation{calc, second, writer, first, writer}, Situation{writer, second, calc, first, calc},
          Situation{calc, second, writer, second, calc}, Situation{writer, second, calc, second, writer}}) {
        CAPTURE(earlier.text());
        const auto before = installed({app(earlier, {earlier_name})});
        const auto plan = install(before, app(later, {later_name}));
        const auto snapshot = after(before, plan);

        CHECK(holder(snapshot) == expected);
        CHECK((now(snapshot).holders == Holders{{office, expected}}));
        const auto& loser = expected == earlier ? later : earlier;
        CHECK((plan.names == Effects{{work, office, earlier, expected, {loser}, ""}}));
    }
}

TEST_CASE("both orders of one command come to the same")
{
    const auto has = app(writer, {first});
    const auto gives = app(calc, {second});

    const auto one = plan::plan_install(a_snapshot(), {has, gives}, {work}, with({}));
    const auto other = plan::plan_install(a_snapshot(), {gives, has}, {work}, with({}));

    CHECK((one.names == other.names));
    CHECK(holder(after(a_snapshot(), one)) == writer);
    CHECK(holder(after(a_snapshot(), other)) == writer);
}

TEST_CASE("nothing is told of names that nobody else asks for")
{
    const auto snapshot = installed({app(calc, {{"calc"}}), app(writer, {{"writer"}})});

    CHECK(now(snapshot).holders.empty());
    for (const auto& slot : plan::slots_of(snapshot, now(snapshot))) {
        CHECK(slot.rulings.empty());
    }
    CHECK(install(a_snapshot(), app(calc, {{"calc"}})).names.empty());
}

TEST_CASE("the preferred app gets the name, whoever had it, and the plan says from whom")
{
    const auto before = installed({app(writer, {first})});

    const auto taken = install(before, app(calc, {first}), {.preferred = {calc}});
    CHECK((taken.names == Effects{{work, office, writer, calc, {writer}, ""}}));
    CHECK(holder(after(before, taken)) == calc);

    const auto kept = install(before, app(calc, {first}), {.preferred = {writer}});
    CHECK((kept.names == Effects{{work, office, writer, writer, {calc}, ""}}));
    CHECK(holder(after(before, kept)) == writer);

    CHECK_FAILS(Code::usage, "only one of them can be preferred",
                install(before, app(calc, {first}), {.preferred = {writer, calc}}));
}

TEST_CASE("a wish alone is a change, and the same wish again is none")
{
    const auto before = installed({app(writer, {first}), app(calc, {second})});

    const auto plan = install(before, app(calc, {second}), {.preferred = {calc}});
    const auto snapshot = after(before, plan);

    CHECK((plan.names == Effects{{work, office, writer, calc, {writer}, ""}}));
    CHECK(holder(snapshot) == calc);
    CHECK(install(snapshot, app(calc, {second}), {.preferred = {calc}}).empty());
    CHECK(install(snapshot, app(calc, {second})).empty());
}

TEST_CASE("an alias is another first name of the app in this qube, and can be taken back")
{
    const auto before = installed({app(writer, {first})});
    const Alias alias{calc, office, "numbers"};
    const NameKey numbers{ExportKind::command, "numbers"};

    const auto plan = install(before, app(calc, {first}), {.aliases = {alias}});
    const auto snapshot = after(before, plan);

    CHECK((plan.names == Effects{{work, numbers, std::nullopt, calc, {}, "office"}}));
    CHECK((in_the_qube(snapshot) == Holders{{office, writer}, {numbers, calc}}));
    CHECK((now(snapshot).aliases == std::set<Alias>{alias}));
    CHECK_FAILS(Code::conflict, "has the command \"office\" already",
                install(snapshot, app(calc, {first}), {.aliases = {{calc, office, "office"}}}));

    const auto without = after(snapshot, plan::plan_remove(snapshot, {writer}, {work}, with({})));
    const auto again = install(without, app(calc, {first}), {.aliases = {{calc, office, "office"}}});
    CHECK((in_the_qube(after(without, again)) == Holders{{office, calc}}));
}

TEST_CASE("an alias that makes no sense is refused")
{
    const auto before = installed({app(writer, {first})});
    const auto both = app(calc, {first, {"calc"}});

    CHECK_FAILS(Code::not_found, "exports no command \"other\"",
                install(before, both, {.aliases = {{calc, {ExportKind::command, "other"}, "numbers"}}}));
    CHECK_FAILS(Code::usage, "has a command \"calc\" itself",
                install(before, both, {.aliases = {{calc, office, "calc"}}}));
    CHECK_FAILS(Code::conflict, "the base has a command \"ls\"",
                plan::plan_install(before, {both}, {work},
                                   with({.aliases = {{calc, office, "ls"}}}, {{ExportKind::command, "ls"}})));
    CHECK_FAILS(
        Code::conflict, "has the command \"calc\" already",
        install(installed({app(writer, {{"calc"}})}), app(math, {first}), {.aliases = {{math, office, "calc"}}}));
}

TEST_CASE("an alias goes with its app, and with the name that it stands for")
{
    const NameWishes wish{.aliases = {{calc, office, "numbers"}}};
    const auto before = installed({app(calc, {first})}, with(wish));

    const auto removed = after(before, plan::plan_remove(before, {calc}, {work}, with({})));
    CHECK(now(removed).aliases.empty());

    const auto newer = app(calc, {{"calc"}}, 2);
    const auto upgraded = after(before, plan::plan_upgrade(before, {newer}, {work}, with({})));
    CHECK(now(upgraded).aliases.empty());
    CHECK(!in_the_qube(upgraded).contains({ExportKind::command, "numbers"}));
}

TEST_CASE("no app gets a name of the base, also not by a wish, and the plan says so once")
{
    const auto of_base = with({.preferred = {calc}}, {office});
    const auto plan = plan::plan_install(a_snapshot(), {app(calc, {first})}, {work}, of_base);

    CHECK((plan.names == Effects{{work, office, std::nullopt, std::nullopt, {calc}, ""}}));

    const auto before = after(a_snapshot(), plan);
    const auto newer = plan::plan_upgrade(before, {app(calc, {first}, 2)}, {work}, of_base);
    CHECK(newer.names.empty());

    const auto second_app = plan::plan_install(before, {app(writer, {first})}, {work}, with({}, {office}));
    CHECK((second_app.names == Effects{{work, office, std::nullopt, std::nullopt, {calc, writer}, ""}}));
    CHECK(now(after(before, second_app)).holders.empty());
}

TEST_CASE("qpkg's own command is nobody's")
{
    const NameKey own{ExportKind::command, "qpkg-run"};

    CHECK((install(a_snapshot(), app(calc, {{"qpkg-run"}})).names ==
           Effects{{work, own, std::nullopt, std::nullopt, {calc}, ""}}));
}

TEST_CASE("an upgrade that brings a name which another app has leaves it there, also against a second name")
{
    for (const auto& held : {first, second}) {
        const auto before = installed({app(writer, {held}), app(calc, {{"calc"}})});
        const auto newer = app(calc, {{"calc"}, first}, 2);

        const auto plan = plan::plan_upgrade(before, {newer}, {work}, with({}));
        CHECK((plan.names == Effects{{work, office, writer, writer, {calc}, ""}}));
        CHECK(holder(after(before, plan)) == writer);

        const auto wished = plan::plan_upgrade(before, {newer}, {work}, with({.preferred = {calc}}));
        CHECK((wished.names == Effects{{work, office, writer, calc, {writer}, ""}}));
        CHECK(holder(after(before, wished)) == calc);
    }
}

TEST_CASE("an upgrade of the holder keeps the name, whatever its rank is then")
{
    const auto before = installed({app(writer, {first}), app(calc, {second})});

    const auto plan = plan::plan_upgrade(before, {app(writer, {second}, 2), app(calc, {first}, 2)}, {work}, with({}));

    CHECK(plan.names.empty());
    CHECK(holder(after(before, plan)) == writer);
}

TEST_CASE(
    "when its holder goes, or does not ask for it any more, the app bound earliest gets a second name, with a row")
{
    const auto before = installed({app(writer, {first}), app(math, {second}), app(calc, {second})});
    const Effects expected{{work, office, writer, math, {calc}, ""}};

    const auto removal = plan::plan_remove(before, {writer}, {work}, with({}));
    CHECK((removal.names == expected));
    CHECK(holder(after(before, removal)) == math);

    const auto upgrade = plan::plan_upgrade(before, {app(writer, {{"writer"}}, 2)}, {work}, with({}));
    CHECK((upgrade.names == expected));
    CHECK(holder(after(before, upgrade)) == math);
}

TEST_CASE("the last one who asks for a name gets it with a row")
{
    const auto before = installed({app(writer, {first}), app(calc, {second})});

    const auto plan = plan::plan_remove(before, {writer}, {work}, with({}));

    CHECK((plan.names == Effects{{work, office, writer, calc, {}, ""}}));
    CHECK(now(after(before, plan)).holders.empty());
}

TEST_CASE("a rollback brings back who had each name, and says so")
{
    const auto before = installed({app(writer, {first}), app(calc, {second})});
    const auto snapshot = after(before, install(before, app(calc, {second}), {.preferred = {calc}}));
    CHECK(holder(snapshot) == calc);

    const auto plan = plan::plan_rollback(snapshot, work, std::nullopt);

    CHECK((plan.names == Effects{{work, office, calc, writer, {calc}, ""}}));
    CHECK(holder(after(snapshot, plan)) == writer);
}

TEST_CASE("all kinds of names follow the rule")
{
    for (const auto kind : {ExportKind::command, ExportKind::desktop, ExportKind::icon, ExportKind::dbus,
                            ExportKind::service, ExportKind::mime}) {
        auto one = app(writer, {first});
        auto two = app(calc, {first});
        one.release.exports.front().kind = kind;
        two.release.exports.front().kind = kind;
        const auto before = installed({one});

        CHECK_FAILS(Code::conflict, "org.example.writer has the", install(before, two));

        two.release.exports.front().rank = Rank::second;
        CHECK((in_the_qube(after(before, install(before, two))) == Holders{{{kind, "office"}, writer}}));
    }
}

TEST_CASE("names of different kinds do not meet")
{
    auto entry = app(calc, {first});
    entry.release.exports.front().kind = ExportKind::dbus;

    CHECK(install(installed({app(writer, {first})}), entry).names.empty());
}

TEST_CASE("who has a command and who gave way is told by its name and by what an app calls it")
{
    const auto before = installed({app(writer, {first}), app(math, {second})});
    const auto snapshot = after(before, install(before, app(calc, {first}), {.aliases = {{calc, office, "numbers"}}}));
    const auto apps = plan::named_apps(snapshot, now(snapshot));
    const NameKey numbers{ExportKind::command, "numbers"};
    const NameEffect of_calc{work, numbers, std::nullopt, calc, {}, "office"};

    CHECK((plan::names_called(work, apps, "office", {}) ==
           Effects{of_calc, {work, office, std::nullopt, writer, {math}, ""}}));
    CHECK((plan::names_called(work, apps, "numbers", {}) == Effects{of_calc}));
    CHECK((plan::names_called(work, apps, "numbers", {numbers}) ==
           Effects{{work, numbers, std::nullopt, std::nullopt, {calc}, ""}}));
    CHECK(plan::names_called(work, apps, "none", {}).empty());
}

TEST_CASE("two apps that share hundreds of names are told apart in two words, whoever came first")
{
    std::vector<Named> shared;
    for (int i = 0; i < 400; ++i) {
        shared.push_back({"tex" + std::to_string(i), Rank::second});
    }
    for (const auto& [earlier, later] : {std::pair(calc, writer), std::pair(writer, calc)}) {
        CAPTURE(earlier.text());
        const auto snapshot = installed({app(earlier, shared), app(later, shared)});

        for (const auto& slot : plan::slots_of(snapshot, now(snapshot))) {
            CHECK(slot.rulings.empty());
            CHECK((slot.turn != 0) == (earlier == writer));
        }
        CHECK(in_the_qube(snapshot).size() == shared.size());
        for (const auto& [key, app] : in_the_qube(snapshot)) {
            CHECK(app == earlier);
        }
    }
}

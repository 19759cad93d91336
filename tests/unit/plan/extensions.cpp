// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plan/plan.hpp"
#include "support/expect.hpp"
#include "support/snapshots.hpp"

#include <algorithm>

using namespace qpkg;
using namespace qpkg::plan;
using namespace qpkg::testing;

namespace {

const auto work = QubeName::require("work");
const auto point = PointName::require("org.example.hello");
const auto point_owner = AppId::require("org.example.hello");

KnownRelease host(std::uint64_t sequence, const std::string& abi)
{
    auto release = a_known_release("org.example.hello", sequence);
    release.release.points = {{point, {"/usr/lib/hello"}, abi}};
    return release;
}

KnownRelease extension(std::uint64_t sequence, const std::string& abi, const std::string& of = "org.example.hello")
{
    auto release = a_known_release("org.example.plug", sequence);
    release.release.exports.clear();
    release.release.extends = {PointName::require(of), abi};
    return release;
}

Occasion now() { return {3000, "qpkg test", 26}; }

Plan install(const Snapshot& snapshot, const std::vector<KnownRelease>& releases, const CodeConsents& code = {})
{
    return plan_install(snapshot, releases, {work}, now(), {}, code);
}

const Generation& next_of(const Plan& plan) { return std::get<AdvanceQube>(plan.changes.back()).next; }

std::vector<std::string> apps_of(const Plan& plan)
{
    std::vector<std::string> apps;
    for (const auto& binding : next_of(plan).bindings) {
        apps.push_back(binding.app.text());
    }
    return apps;
}

const CodeConsents yes{{{AppId::require("org.example.plug"), point}}};
using Apps = std::vector<std::string>;

} // namespace

TEST_CASE("an extension goes where the app is, with a point of its ABI, and nowhere else")
{
    CHECK_FAILS(Code::conflict, "extends org.example.hello, which is not there",
                install(a_snapshot(), {extension(1, "1")}));
    const auto other = with_installed(a_snapshot(), "work", {a_known_release()});
    CHECK_FAILS(Code::conflict, "has no point org.example.hello", install(other, {extension(1, "1")}));
    const auto there = with_installed(a_snapshot(), "work", {host(1, "2")});
    CHECK_FAILS(Code::conflict, "it fits 1 of org.example.hello, and 1.0-1 is 2", install(there, {extension(1, "1")}));

    CHECK(apps_of(install(there, {extension(1, "2")})) == Apps{"org.example.hello", "org.example.plug"});
    CHECK(apps_of(install(a_snapshot(), {extension(1, "1"), host(1, "1")})).size() == 2); // both at once
}

TEST_CASE("data for all apps fits everywhere and asks nobody")
{
    const auto plan = install(a_snapshot(), {extension(1, "1", "qpkg.fonts")});
    CHECK(apps_of(plan) == Apps{"org.example.plug"});
    CHECK(plan.unagreed.empty());
}

TEST_CASE("code in another app's view needs a consent for that extension and point, once")
{
    const auto there = with_installed(a_snapshot(), "work", {host(1, "1")});
    CHECK(install(there, {extension(1, "1")}).unagreed ==
          std::vector<ForeignCode>{{work, AppId::require("org.example.plug"), point}});
    CHECK(install(there, {extension(1, "1")}, yes).unagreed.empty());
    const CodeConsents other{{{AppId::require("org.example.plug"), PointName::require("org.example.other")}}};
    CHECK(install(there, {extension(1, "1")}, other).unagreed.size() == 1);

    const auto both = with_installed(a_snapshot(), "work", {host(1, "1"), extension(1, "1")});
    CHECK(install(both, {extension(2, "1")}).unagreed.empty());
}

TEST_CASE("an upgrade moves an extension with its app, and says which falls out")
{
    const auto both = with_installed(a_snapshot(), "work", {host(1, "1"), extension(1, "1")});

    auto plan = plan_upgrade(both, {host(2, "2"), extension(2, "2")}, {work}, now());
    CHECK(apps_of(plan).size() == 2);
    CHECK(plan.extensions.empty());

    plan = plan_upgrade(both, {host(2, "2")}, {work}, now());
    CHECK(apps_of(plan) == Apps{"org.example.hello"});
    REQUIRE(plan.extensions.size() == 1);
    CHECK(plan.extensions.front().outcome == ExtensionNote::Outcome::falls_out);
    CHECK(plan.extensions.front().why == "it fits 1 of org.example.hello, and 1.0-2 is 2");
    REQUIRE(plan.effects.size() == 2);
    CHECK(plan.effects[1].kind == Kind::remove);

    plan = plan_upgrade(both, {host(2, "1")}, {work}, now());
    CHECK(apps_of(plan).size() == 2);
    CHECK(plan.extensions.empty());
}

TEST_CASE("an extension stays where only its own release fits, or the newer one is for another point")
{
    const auto both = with_installed(a_snapshot(), "work", {host(1, "1"), extension(1, "1")});
    const auto stays = [&](const KnownRelease& newer, const std::string& words) {
        const auto plan = plan_upgrade(both, {newer}, {work}, now());
        CHECK(plan.empty());
        REQUIRE(plan.extensions.size() == 1);
        CHECK(plan.extensions.front().outcome == ExtensionNote::Outcome::stays);
        CHECK(plan.extensions.front().why.find(words) != std::string::npos);
    };
    stays(extension(2, "2"), "1.0-2: it fits 2 of org.example.hello");

    auto another = host(1, "1");
    another.release.points.push_back({PointName::require("org.example.hello/brushes"), {"/usr/share/hello"}, "1"});
    const auto open = with_installed(a_snapshot(), "work", {another, extension(1, "1")});
    const auto plan = plan_upgrade(open, {extension(2, "1", "org.example.hello/brushes")}, {work}, now());
    CHECK(plan.empty());
    REQUIRE(plan.extensions.size() == 1);
    CHECK(plan.extensions.front().why.find("is for org.example.hello/brushes: install it by name") !=
          std::string::npos);
}

TEST_CASE("an app stays where an extension that is held would fall out, and the plan says so")
{
    auto both = with_installed(a_snapshot(), "work", {host(1, "1"), extension(1, "1")});
    auto& bindings = both.qubes.back().generations.back().bindings;
    std::ranges::find(bindings, AppId::require("org.example.plug"), &Binding::app)->held = true;

    auto plan = plan_upgrade(both, {host(2, "2"), extension(2, "2")}, {work}, now());
    CHECK(plan.empty());
    REQUIRE(plan.extensions.size() == 1);
    CHECK(plan.extensions.front() ==
          ExtensionNote{work, point_owner, ExtensionNote::Outcome::stays,
                        "1.0-2: org.example.plug is held: it fits 1 of org.example.hello, and 1.0-2 is 2"});

    plan = plan_upgrade(both, {host(2, "1")}, {work}, now()); // where it fits, it holds nothing
    CHECK(apps_of(plan).size() == 2);
    CHECK(plan.extensions.empty());
    CHECK(next_of(plan_remove(both, {point_owner}, {work}, now())).bindings.empty());
}

TEST_CASE("an extension goes with its app")
{
    const auto both = with_installed(a_snapshot(), "work", {host(1, "1"), extension(1, "1")});
    const auto plan = plan_remove(both, {AppId::require("org.example.hello")}, {work}, now());
    CHECK(next_of(plan).bindings.empty());
    REQUIRE(plan.extensions.size() == 1);
    CHECK(plan.effects.size() == 2);
}

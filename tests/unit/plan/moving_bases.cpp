// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plan/activation.hpp"
#include "plan/plan.hpp"
#include "support/expect.hpp"
#include "support/snapshots.hpp"

#include <algorithm>
#include <set>

using namespace qpkg;
using namespace qpkg::testing;

namespace {

const auto work = QubeName::require("work");
const auto hello = a_known_release();
const auto hello_2 = a_known_release("org.example.hello", 2);
const auto git = a_known_release("org.example.git");
const auto git_2 = a_known_release("org.example.git", 2);
const plan::Occasion occasion{3000, "qpkg upgrade", 26};

Base newer_base(std::uint64_t number = 2)
{
    auto base = a_snapshot().bases.front();
    base.commit = CommitId(sha256("base " + std::to_string(number)));
    base.volume = VolumeId(sha256("base volume " + std::to_string(number)));
    base.number = number;
    return base;
}

const auto first = a_snapshot().bases.front();
const auto second = newer_base();

/// Which release does not fit which number of the base.
using Misfits = std::set<std::pair<ManifestId, std::uint64_t>>;

plan::BaseChoice a_choice(const Misfits& misfits = {})
{
    return {.offers = {{second}}, .keeps_bases = true, .misfit = [=](const KnownRelease& known, const Base& base) {
                return misfits.contains({known.id, base.number}) ? std::optional<std::string>("libssl.so.3 is missing")
                                                                 : std::nullopt;
            }};
}

Snapshot installed() { return with_installed(a_snapshot(), "work", {git, hello}); }

plan::Plan upgrade(const Snapshot& snapshot, const plan::BaseChoice& bases,
                   const std::vector<KnownRelease>& newest = {})
{
    return plan::plan_upgrade(snapshot, newest, {work}, occasion, bases);
}

const Generation& last_generation(const std::vector<Change>& changes)
{
    return std::get<AdvanceQube>(changes.back()).next;
}

const Binding& binding_of(const Generation& generation, const KnownRelease& known)
{
    return *std::ranges::find(generation.bindings, known.release.app, &Binding::app);
}

} // namespace

TEST_CASE("a base and the apps that fit it move in one generation")
{
    const auto plan = upgrade(installed(), a_choice(), {hello_2});

    CHECK(plan.then.empty());
    CHECK((plan.changes.front() == Change(LearnRelease{hello_2})));
    CHECK((plan.changes.at(1) == Change(SetBase{second})));
    const auto& next = last_generation(plan.changes);
    CHECK(next.base == BaseBinding{first.id, second.commit});
    CHECK(binding_of(next, hello).release == hello_2.id);
    CHECK(binding_of(next, git).release == git.id);
    CHECK((plan.bases == std::vector<plan::BaseEffect>{{work, first, second, plan::Kind::upgrade}}));
    CHECK(plan.kept_bases.empty());
    CHECK(std::ranges::none_of(plan.prepare, [](const plan::Step& step) {
        const auto* built = std::get_if<plan::BuildVolume>(&step);
        return built != nullptr && built->release == git; // what does not change is not touched
    }));
}

TEST_CASE("a base that a repository offers is brought with what it says of itself")
{
    KnownRelease known{ManifestId(sha256("a base")), RepoName::require("demo"), a_base_release()};
    auto choice = a_choice();
    choice.offers = {{second, known}};

    const auto plan = upgrade(installed(), choice);

    CHECK((plan.prepare == std::vector<plan::Step>{plan::FetchCommit{known}, plan::BuildVolume{known}}));
    CHECK((plan.changes.front() == Change(LearnRelease{known})));
    CHECK((plan.changes.at(1) == Change(SetBase{second})));
}

TEST_CASE("an app without a fitting release keeps its base in its view, and its rebuild joins the others")
{
    const auto choice = a_choice({{hello.id, 2}});

    const auto plan = upgrade(installed(), choice);

    const auto& next = last_generation(plan.changes);
    CHECK(next.base.commit == second.commit);
    CHECK(binding_of(next, hello).own_base == first.commit);
    CHECK(binding_of(next, git).own_base == std::nullopt);
    REQUIRE(plan.kept_bases.size() == 1);
    CHECK(plan.kept_bases.front().keeps == first);
    CHECK(plan.kept_bases.front().why.find("libssl.so.3 is missing") != std::string::npos);
    auto snapshot = after(installed(), plan);
    const auto slots = plan::slots_of(snapshot, snapshot.find_qube(work)->current_generation());
    CHECK(slots.at(0).base == std::nullopt);
    CHECK(slots.at(1).base == first.volume);
    CHECK(upgrade(snapshot, choice).changes.empty());

    const auto rebuilt = upgrade(snapshot, choice, {hello_2});
    CHECK(binding_of(last_generation(rebuilt.changes), hello) ==
          Binding{hello.release.app, hello_2.id, false, binding_of(next, hello).since});
    CHECK(rebuilt.kept_bases.empty());
}

TEST_CASE("an app moves on in its view to a newer release that fits its older base")
{
    auto snapshot = after(installed(), upgrade(installed(), a_choice({{hello.id, 2}})));

    const auto plan = upgrade(snapshot, a_choice({{hello.id, 2}, {hello_2.id, 2}}), {hello_2});

    const auto& bound = binding_of(last_generation(plan.changes), hello);
    CHECK(bound.release == hello_2.id);
    CHECK(bound.own_base == first.commit);
}

TEST_CASE("a release that does not fit the base of its view is left out while the one that is there does")
{
    auto choice = a_choice({{hello_2.id, 1}});
    choice.offers.clear();

    const auto plan = upgrade(installed(), choice, {hello_2, git_2});

    CHECK(binding_of(last_generation(plan.changes), hello).release == hello.id);
    CHECK(binding_of(last_generation(plan.changes), git).release == git_2.id);
    REQUIRE(plan.extensions.size() == 1);
    CHECK(plan.extensions.front().outcome == plan::ExtensionNote::Outcome::stays);
}

TEST_CASE("of a qube that runs, what fits its base moves at once, and its base with the rest at its next start")
{
    auto choice = a_choice({{git_2.id, 1}});
    choice.running = {work};

    const auto plan = upgrade(installed(), choice, {hello_2, git_2});

    const auto& now = last_generation(plan.changes);
    CHECK(now.base.commit == first.commit);
    CHECK(binding_of(now, hello).release == hello_2.id);
    CHECK(binding_of(now, git).release == git.id);
    REQUIRE(!plan.then.empty());
    const auto& next = last_generation(plan.then);
    CHECK(std::get<AdvanceQube>(plan.then.back()).planned_on == now.number);
    CHECK(next.base.commit == second.commit);
    CHECK(binding_of(next, hello).release == hello_2.id);
    CHECK(binding_of(next, git).release == git_2.id);
    CHECK(plan.effects.size() == 2);
    for (const auto& step : plan.prepare) {
        CHECK(std::ranges::count(plan.prepare, step) == 1);
    }

    CHECK(upgrade(installed(), choice).then.empty()); // nothing to do today
    choice.running.clear();
    CHECK(upgrade(installed(), choice, {hello_2, git_2}).then.empty());
}

TEST_CASE("a base that is held, foreign, of another level or not newer stays")
{
    auto snapshot = installed();
    auto choice = a_choice();
    SUBCASE("held") { snapshot.qubes[1].generations.back().base.held = true; }
    SUBCASE("foreign") { snapshot.qubes[1].generations.back().base.commit.reset(); }
    SUBCASE("another level") { choice.offers.front().base.level = 13; }
    SUBCASE("another base") { choice.offers.front().base.id = BaseId::require("debian-13"); }
    SUBCASE("older") { choice.offers.front().base.number = 0; }

    CHECK(upgrade(snapshot, choice).changes.empty());
}

TEST_CASE("a base stays for an app that shall not keep an older one, or where views cannot")
{
    auto choice = a_choice({{hello.id, 2}});
    SUBCASE("the owner says so") { choice.hold_for = {hello.release.app}; }
    SUBCASE("the backend has no such views") { choice.keeps_bases = false; }

    const auto plan = upgrade(installed(), choice, {git_2});

    CHECK(last_generation(plan.changes).base.commit == first.commit);
    CHECK(binding_of(last_generation(plan.changes), git).release == git_2.id);
    REQUIRE(plan.base_notes.size() == 1);
    CHECK(plan.base_notes.front().why == "debian-12 r2: org.example.hello: libssl.so.3 is missing");

    choice.hold_for = {git.release.app};
    choice.keeps_bases = true;
    CHECK(last_generation(upgrade(installed(), choice).changes).base.commit == second.commit);
}

TEST_CASE("a rollback brings base and apps back")
{
    const auto snapshot = after(installed(), upgrade(installed(), a_choice({{hello.id, 2}}), {git_2}));

    const auto plan = plan::plan_rollback(snapshot, work, std::nullopt);

    CHECK((plan.bases == std::vector<plan::BaseEffect>{{work, second, first, plan::Kind::downgrade}}));
    const auto back = after(snapshot, plan);
    CHECK(back.find_qube(work)->base().commit == first.commit);
    CHECK(plan::slots_of(back, back.find_qube(work)->current_generation()) ==
          plan::slots_of(installed(), installed().find_qube(work)->current_generation()));
}

TEST_CASE("what a qube starts from is held and let go, and only where qpkg moves it")
{
    const auto plan = plan::plan_hold_base(installed(), {work}, true, occasion);
    CHECK(last_generation(plan.changes).base.held);
    CHECK(plan::plan_hold_base(installed(), {work}, false, occasion).empty());

    auto foreign = installed();
    foreign.qubes[1].generations.back().base.commit.reset();
    CHECK_FAILS(Code::unsupported, "is a template", plan::plan_hold_base(foreign, {work}, true, occasion));
}

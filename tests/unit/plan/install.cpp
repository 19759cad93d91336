// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plan/activation.hpp"
#include "plan/plan.hpp"
#include "support/expect.hpp"
#include "support/releases.hpp"
#include "support/snapshots.hpp"

using namespace qpkg;
using namespace qpkg::testing;

namespace {

const auto work = QubeName::require("work");
const auto personal = QubeName::require("personal");
const plan::Occasion occasion{3000, "qpkg install hello", 26};

} // namespace

TEST_CASE("a first install fetches, builds and binds, in that order and in one transaction")
{
    const auto hello = a_known_release();

    const auto plan = plan::plan_install(a_snapshot(), {hello}, {work}, occasion);

    const Generation next{
        1, 3000, "qpkg install hello", a_qube("work").base(), {{hello.release.app, hello.id, false, 1}}};
    const plan::Plan expected{{plan::FetchCommit{hello}, plan::BuildVolume{hello}},
                              {LearnRelease{hello}, AdvanceQube{work, 0, next}},
                              {{work, hello.release.app, plan::Kind::add, std::nullopt, hello}}};
    CHECK((plan == expected));
}

TEST_CASE("an install into two qubes fetches and builds once")
{
    const auto plan = plan::plan_install(a_snapshot(), {a_known_release()}, {personal, work}, occasion);

    CHECK(plan.prepare.size() == 2);
    CHECK(plan.changes.size() == 3);
}

TEST_CASE("an app that another qube has already costs nothing to prepare")
{
    const auto hello = a_known_release();
    const auto snapshot = with_installed(a_snapshot(), "work", {hello});

    const auto plan = plan::plan_install(snapshot, {hello}, {personal}, occasion);

    CHECK(plan.prepare.empty());
    CHECK(plan.changes.size() == 1);
}

TEST_CASE("what a new release says of itself is fetched also where its files are here")
{
    const auto hello = a_known_release();
    auto snapshot = with_installed(a_snapshot(), "work", {hello});
    auto again = hello;
    again.id = ManifestId(sha256("the same tree, released again"));
    again.release.details.sha256 = sha256("other details");

    const auto plan = plan::plan_install(snapshot, {again}, {personal}, occasion);

    CHECK((plan.prepare == std::vector<plan::Step>{plan::FetchCommit{again}}));
    snapshot.details.clear();
    CHECK(plan::plan_install(snapshot, {hello}, {personal}, occasion).prepare.empty()); // known: `restore` brings them
}

TEST_CASE("installing what is already bound plans nothing")
{
    const auto hello = a_known_release();
    const auto snapshot = with_installed(a_snapshot(), "work", {hello});

    const auto plan = plan::plan_install(snapshot, {hello}, {work}, occasion);

    CHECK(plan.empty());
    CHECK((plan.effects.front().kind == plan::Kind::keep));
}

TEST_CASE("a volume that was lost is made again from the object store, without a fetch")
{
    const auto hello = a_known_release();
    auto snapshot = with_installed(a_snapshot(), "work", {hello});
    std::erase(snapshot.volumes, hello.release.volume.root);

    const auto plan = plan::plan_install(snapshot, {hello}, {personal}, occasion);

    CHECK((plan.prepare == std::vector<plan::Step>{plan::BuildVolume{hello}}));
}

TEST_CASE("a release for another base is refused and both bases are named")
{
    auto hello = a_known_release();
    hello.release.base = BaseId::require("debian-13");

    CHECK_FAILS(Code::conflict, "debian-13, the qube has debian-12",
                plan::plan_install(a_snapshot(), {hello}, {work}, occasion));
}

TEST_CASE("a release that stands on no base goes into a qube of any, and its slot says that it is whole")
{
    auto hello = a_known_release();
    hello.release.base = BaseOrNone::none();
    const auto snapshot = with_installed(a_snapshot(), "work", {hello});
    const auto& qube = plan::require_qube(snapshot, work);

    CHECK(plan::plan_install(a_snapshot(), {hello}, {work}, occasion).effects.size() == 1);
    CHECK(plan::slots_of(snapshot, qube.current_generation()).at(0).is_whole);

    auto newer = a_known_release("org.example.hello", 2);
    newer.release.base = BaseOrNone::none();
    CHECK(plan::plan_upgrade(snapshot, {newer}, {work}, occasion).effects.at(0).kind == plan::Kind::upgrade);
}

TEST_CASE("a release for another architecture is refused")
{
    auto hello = a_known_release();
    hello.release.arch = Arch::require(native_arch().text() == "x86_64" ? "aarch64" : "x86_64");

    CHECK_FAILS(Code::conflict, "this machine is", plan::plan_install(a_snapshot(), {hello}, {work}, occasion));
}

TEST_CASE("a base is no app of a qube that stands on it")
{
    auto snapshot = a_snapshot();
    for (auto& qube : snapshot.qubes) {
        qube.generations.front().base.id = BaseId::require("local.debian-12");
    }
    const KnownRelease base{ManifestId(sha256("base")), RepoName::require("demo"), a_base_release()};

    CHECK_FAILS(Code::usage, "it is a base, which a qube is made from",
                plan::plan_install(snapshot, {base}, {work}, occasion));
}

TEST_CASE("a base is found by its id, and by the last part of it where no other has that")
{
    auto snapshot = a_snapshot();
    const auto add = [&](const char* id) {
        snapshot.bases.push_back(snapshot.bases.front());
        snapshot.bases.back().id = BaseId::require(id);
    };
    const auto found = [&](const char* typed) {
        return plan::require_base(snapshot, BaseId::require(typed)).id.text();
    };
    add("local.debian-13");
    add("local.debian-12");

    CHECK(found("debian-12") == "debian-12");
    CHECK(found("debian-13") == "local.debian-13");
    CHECK(found("local.debian-12") == "local.debian-12");
    CHECK_FAILS(Code::not_found, "no base debian-1 here", found("debian-1"));
    CHECK_FAILS(Code::not_found, "no base 13 here", found("13"));

    add("org.example.debian-13");
    CHECK_FAILS(Code::not_found, "no base debian-13 here", found("debian-13"));
}

TEST_CASE("an unknown qube is answered with near names")
{
    const auto failure = failure_of(
        [] { plan::plan_install(a_snapshot(), {a_known_release()}, {QubeName::require("wrok")}, occasion); });

    REQUIRE(failure);
    CHECK((failure->code == Code::not_found));
    CHECK(failure->hint == "did you mean work?");
}

TEST_CASE("an upgrade moves only apps with a higher sequence and leaves held ones")
{
    const auto old_hello = a_known_release("org.example.hello", 1);
    const auto new_hello = a_known_release("org.example.hello", 2);
    const auto git = a_known_release("org.example.git", 5);
    const auto snapshot = with_installed(a_snapshot(), "work", {old_hello, git});

    const auto plan =
        plan::plan_upgrade(snapshot, {new_hello, a_known_release("org.example.git", 4)}, {work}, occasion);

    REQUIRE(plan.effects.size() == 1);
    CHECK((plan.effects[0] == plan::Effect{work, old_hello.release.app, plan::Kind::upgrade, old_hello, new_hello}));

    auto held = snapshot;
    for (auto& binding : held.qubes[1].generations.back().bindings) {
        binding.held = true;
    }
    CHECK(plan::plan_upgrade(held, {new_hello}, {work}, occasion).empty());
}

TEST_CASE("a generation number is never used twice, also after a rollback")
{
    const auto hello = a_known_release();
    auto snapshot = with_installed(a_snapshot(), "work", {hello});
    snapshot.qubes[1].current = 0;

    const auto plan = plan::plan_install(snapshot, {a_known_release("org.example.git", 1)}, {work}, occasion);

    const auto& advance = std::get<AdvanceQube>(plan.changes.back());
    CHECK(advance.planned_on == 0);
    CHECK(advance.next.number == 2);
}

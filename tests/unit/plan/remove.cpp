// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plan/plan.hpp"
#include "support/expect.hpp"
#include "support/snapshots.hpp"

using namespace qpkg;
using namespace qpkg::testing;

namespace {

const auto work = QubeName::require("work");
const plan::Occasion occasion{3000, "qpkg remove hello", 26};

} // namespace

TEST_CASE("a removal makes a generation without the app and prepares nothing")
{
    const auto hello = a_known_release();
    const auto git = a_known_release("org.example.git", 1);
    const auto snapshot = with_installed(a_snapshot(), "work", {hello, git});

    const auto plan = plan::plan_remove(snapshot, {hello.release.app}, {work}, occasion);

    CHECK(plan.prepare.empty());
    const Generation next{2, 3000, "qpkg remove hello", a_qube("work").base(), {{git.release.app, git.id}}};
    CHECK((plan.changes == std::vector<Change>{AdvanceQube{work, 1, next}}));
}

TEST_CASE("removing what the qube does not have is answered with near names")
{
    const auto snapshot = with_installed(a_snapshot(), "work", {a_known_release()});

    const auto failure =
        failure_of([&] { plan::plan_remove(snapshot, {AppId::require("org.example.helo")}, {work}, occasion); });

    REQUIRE(failure);
    CHECK((failure->code == Code::not_found));
    CHECK(failure->hint == "did you mean hello?");
}

TEST_CASE("a rollback points at the generation before and needs nothing that is here")
{
    const auto old_hello = a_known_release("org.example.hello", 1);
    const auto new_hello = a_known_release("org.example.hello", 2);
    auto snapshot = with_installed(a_snapshot(), "work", {old_hello});
    snapshot = with_installed(snapshot, "work", {new_hello});

    const auto plan = plan::plan_rollback(snapshot, work, std::nullopt);

    CHECK(plan.prepare.empty());
    CHECK((plan.changes == std::vector<Change>{PointQube{work, 2, 1}}));
    REQUIRE(plan.effects.size() == 1);
    CHECK((plan.effects[0].kind == plan::Kind::downgrade));
}

TEST_CASE("a rollback goes forward again with a number, and says when there is nothing before")
{
    auto snapshot = with_installed(a_snapshot(), "work", {a_known_release()});
    snapshot.qubes[1].current = 0;

    CHECK((plan::plan_rollback(snapshot, work, 1).changes == std::vector<Change>{PointQube{work, 0, 1}}));
    CHECK_FAILS(Code::not_found, "no generation before 0", plan::plan_rollback(snapshot, work, std::nullopt));
    CHECK_FAILS(Code::not_found, "no generation 7", plan::plan_rollback(snapshot, work, 7));
}

TEST_CASE("holding an app makes a generation in which it is held")
{
    const auto hello = a_known_release();
    const auto snapshot = with_installed(a_snapshot(), "work", {hello});

    const auto plan = plan::plan_hold(snapshot, {hello.release.app}, {work}, true, occasion);

    REQUIRE(plan.changes.size() == 1);
    CHECK(std::get<AdvanceQube>(plan.changes[0]).next.bindings.front().held);
}

// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plan/restore.hpp"

#include "support/expect.hpp"
#include "support/snapshots.hpp"

using namespace qpkg;
using namespace qpkg::testing;

namespace {

const auto hello = a_known_release();

} // namespace

TEST_CASE("a missing volume is made again, after its commit was fetched where that is missing too")
{
    auto snapshot = with_installed(a_snapshot(), "work", {hello});
    snapshot.volumes.clear();
    snapshot.commits.clear();

    CHECK((plan::plan_restore(snapshot).prepare ==
           std::vector<plan::Step>{plan::FetchCommit{hello}, plan::BuildVolume{hello}}));

    snapshot.commits = {hello.release.tree.commit};
    CHECK((plan::plan_restore(snapshot).prepare == std::vector<plan::Step>{plan::BuildVolume{hello}}));
}

TEST_CASE("a restore records nothing, and does nothing where every volume is there")
{
    auto snapshot = with_installed(a_snapshot(), "work", {hello});
    snapshot.volumes = {hello.release.volume.root};

    CHECK((plan::plan_restore(snapshot) == plan::Plan{}));
}

TEST_CASE("details that are missing are brought again, and nothing is made anew for them")
{
    auto snapshot = with_installed(a_snapshot(), "work", {hello});
    snapshot.details.clear();

    CHECK((plan::plan_restore(snapshot).prepare == std::vector<plan::Step>{plan::FetchCommit{hello}}));
}

TEST_CASE("a volume that several qubes want is made once; what older generations had is left out")
{
    auto snapshot = with_installed(with_installed(a_snapshot(), "work", {hello}), "personal", {hello});
    snapshot.volumes.clear();
    snapshot.commits = {hello.release.tree.commit};

    CHECK(plan::plan_restore(snapshot).prepare.size() == 1);

    for (auto& qube : snapshot.qubes) {
        qube.current = 0;
    }
    CHECK(plan::plan_restore(snapshot).prepare.empty());
}

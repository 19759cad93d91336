// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/sqlite/database.hpp"
#include "engine/transaction.hpp"
#include "support/expect.hpp"
#include "support/fake_hypervisor.hpp"
#include "support/snapshots.hpp"

#include "qpkg/core/files.hpp"

using namespace qpkg;

namespace {

const auto work = QubeName::require("work");
const auto personal = QubeName::require("personal");

/// Two qubes that are recorded and not made yet.
struct Recorded {
    files::TemporaryDirectory directory{std::filesystem::temp_directory_path()};
    sqlite::Database database{directory.path() / "state.db"};
    testing::FakeHypervisor hypervisor;

    Recorded()
    {
        const auto snapshot = testing::a_snapshot();
        std::vector<Change> changes{SetBase{snapshot.bases.front()}};
        for (const auto& qube : snapshot.qubes) {
            changes.emplace_back(CreateQube{qube});
        }
        database.commit(changes);
    }
};

} // namespace

TEST_CASE("a qube that fails hinders no other, and the next command tries it again")
{
    Recorded recorded;
    recorded.hypervisor.fail_next = Error(Code::failed, "its disk is gone");

    const auto first = engine::activate(recorded.database, recorded.hypervisor);

    REQUIRE(first.failed.size() == 1);
    CHECK(std::string(first.failed.at(personal).what()) == "its disk is gone");
    CHECK(recorded.hypervisor.qubes().size() == 1);
    CHECK(engine::activate(recorded.database, recorded.hypervisor).failed.empty());
    CHECK(recorded.hypervisor.qubes().size() == 2);
}

TEST_CASE("a command fails for what it is about, and for nothing else")
{
    const engine::Activated activated{{}, {{personal, Error(Code::failed, "its disk is gone", "make it again")}}};

    CHECK_NOTHROW(engine::require_live(activated, {work}));
    CHECK_NOTHROW(engine::require_live(activated, {}));
    CHECK_FAILS(Code::partly, "not yet live in every qube: personal: its disk is gone",
                engine::require_live(activated, {work, personal}));
    try {
        engine::require_live(activated, {personal});
    } catch (const Error& error) {
        CHECK(error.hint() == "make it again; the next qpkg command tries again");
    }
}

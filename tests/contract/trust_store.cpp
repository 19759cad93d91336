// SPDX-License-Identifier: LGPL-2.1-or-later
// What a TrustStore promises, whatever it is made of.
#include "adapters/sqlite/database.hpp"
#include "signing/memory_trust_store.hpp"

#include "qpkg/core/files.hpp"

#include <doctest/doctest.h>

using namespace qpkg;

namespace {

struct Memory {
    trust::MemoryTrustStore store;
    TrustStore& open() { return store; }
};

/// Each `open` reads the file anew: what was promised must be on disk.
struct Sqlite {
    files::TemporaryDirectory directory{std::filesystem::temp_directory_path(), "qpkg-test-"};
    std::unique_ptr<sqlite::Database> database;

    TrustStore& open()
    {
        database.reset();
        database = std::make_unique<sqlite::Database>(directory.path() / "state.db");
        return *database;
    }
};

const auto demo = RepoName::require("demo");
const auto other = RepoName::require("other");

} // namespace

TEST_CASE_TEMPLATE("trust store: a role that was accepted is read back byte for byte", Kind, Memory, Sqlite)
{
    Kind kind;
    const TrustedRole role{"targets", 7, std::string("{\"bytes\":\0}", 11)};

    kind.open().accept(demo, role);

    CHECK(kind.open().trusted(demo, "targets") == role);
    CHECK_FALSE(kind.open().trusted(demo, "snapshot").has_value());
    CHECK_FALSE(kind.open().trusted(other, "targets").has_value());
}

TEST_CASE_TEMPLATE("trust store: accepting again replaces, forgetting removes one role of one repository", Kind, Memory,
                   Sqlite)
{
    Kind kind;
    kind.open().accept(demo, {"snapshot", 1, "one"});
    kind.open().accept(demo, {"snapshot", 2, "two"});
    kind.open().accept(demo, {"timestamp", 1, "one"});
    kind.open().accept(other, {"snapshot", 5, "five"});

    kind.open().forget(demo, "timestamp");
    kind.open().forget(demo, "never there");

    CHECK(kind.open().trusted(demo, "snapshot")->bytes == "two");
    CHECK_FALSE(kind.open().trusted(demo, "timestamp").has_value());
    CHECK(kind.open().trusted(other, "snapshot")->version == 5);
}

TEST_CASE_TEMPLATE("trust store: the newest signed time is raised until it is forgotten, per repository", Kind, Memory,
                   Sqlite)
{
    Kind kind;
    CHECK(kind.open().newest_issued(demo) == 0);

    kind.open().raise_issued(demo, 1'790'000'000);
    kind.open().raise_issued(demo, 1'780'000'000);

    CHECK(kind.open().newest_issued(demo) == 1'790'000'000);
    CHECK(kind.open().newest_issued(other) == 0);

    kind.open().raise_issued(other, 1'700'000'000);
    kind.open().forget_issued(demo);
    CHECK(kind.open().newest_issued(demo) == 0);
    CHECK(kind.open().newest_issued(other) == 1'700'000'000);
}

TEST_CASE_TEMPLATE("trust store: events are kept in the order in which they were recorded", Kind, Memory, Sqlite)
{
    Kind kind;

    kind.open().record({200, demo, "second in time, first told"});
    kind.open().record({100, other, "first in time"});

    const auto events = kind.open().events();
    REQUIRE(events.size() == 2);
    CHECK(events[0].what == "second in time, first told");
    CHECK(events[0].time == 200);
    CHECK(events[1].repo == other);
}

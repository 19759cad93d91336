// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/import/buffered_trust.hpp"

#include "signing/memory_trust_store.hpp"
#include "support/expect.hpp"

using namespace qpkg;
using namespace qpkg::app;

namespace {

const auto demo = RepoName::require("demo");
const auto other = RepoName::require("other");

TrustedRole role(const std::string& name, std::uint64_t version)
{
    return {name, version, name + std::to_string(version)};
}

} // namespace

TEST_CASE("what was verified is seen at once, and stored only when it is written through")
{
    trust::MemoryTrustStore store;
    BufferedTrust buffered(store);

    buffered.accept(demo, role("timestamp", 2));
    buffered.raise_issued(demo, 7);
    buffered.record({1, demo, "seen"});

    CHECK(buffered.trusted(demo, "timestamp") == role("timestamp", 2));
    CHECK(buffered.newest_issued(demo) == 7);
    CHECK(buffered.events().size() == 1);
    CHECK(!store.trusted(demo, "timestamp"));
    CHECK(store.newest_issued(demo) == 0);

    buffered.write_through();

    CHECK(store.trusted(demo, "timestamp") == role("timestamp", 2));
    CHECK(store.newest_issued(demo) == 7);
    CHECK(store.events().size() == 1);
}

TEST_CASE("what was forgotten is gone at once, and from the store when it is written through")
{
    trust::MemoryTrustStore store;
    store.accept(demo, role("snapshot", 1));
    BufferedTrust buffered(store);

    buffered.forget(demo, "snapshot");
    CHECK(!buffered.trusted(demo, "snapshot"));
    CHECK(store.trusted(demo, "snapshot"));

    buffered.write_through();
    CHECK(!store.trusted(demo, "snapshot"));
}

TEST_CASE("a signed time that was forgotten does not count, and is gone when it is written through")
{
    trust::MemoryTrustStore store;
    store.raise_issued(demo, 900);
    BufferedTrust buffered(store);

    buffered.forget_issued(demo);
    CHECK(buffered.newest_issued(demo) == 0);
    buffered.raise_issued(demo, 7);
    CHECK(buffered.newest_issued(demo) == 7);
    CHECK(store.newest_issued(demo) == 900);

    buffered.write_through();
    CHECK(store.newest_issued(demo) == 7);
}

TEST_CASE("what another process accepted meanwhile stays, for the whole repository and for no other")
{
    trust::MemoryTrustStore store;
    store.accept(demo, role("timestamp", 1));
    BufferedTrust buffered(store);
    buffered.accept(demo, role("timestamp", 2));
    buffered.accept(demo, role("targets", 2));
    buffered.accept(other, role("timestamp", 5));

    store.accept(demo, role("timestamp", 3));
    buffered.write_through();

    CHECK(store.trusted(demo, "timestamp") == role("timestamp", 3));
    CHECK(!store.trusted(demo, "targets"));
    CHECK(store.trusted(other, "timestamp") == role("timestamp", 5));
}

TEST_CASE("after it was written through each call is the store's, until it is held back")
{
    trust::MemoryTrustStore store;
    BufferedTrust buffered(store);
    buffered.write_through();

    buffered.accept(demo, role("root", 1));
    CHECK(store.trusted(demo, "root") == role("root", 1));

    buffered.hold_back();
    buffered.accept(demo, role("root", 2));
    CHECK(store.trusted(demo, "root") == role("root", 1));
    CHECK(buffered.trusted(demo, "root") == role("root", 2));
}

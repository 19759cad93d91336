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

/// Writes down what it is told to change, in words.
class Telling final : public TrustStore {
public:
    std::optional<TrustedRole> trusted(const RepoName&, const std::string&) const override { return std::nullopt; }
    void accept(const RepoName&, const TrustedRole& metadata) override { told.push_back("accept " + metadata.role); }
    void forget(const RepoName&, const std::string& role) override { told.push_back("forget " + role); }
    std::int64_t newest_issued(const RepoName&) const override { return 0; }
    void raise_issued(const RepoName&, std::int64_t) override { told.emplace_back("raise the signed time"); }
    void forget_issued(const RepoName&) override { told.emplace_back("forget the signed time"); }
    void record(const TrustEvent& event) override { told.push_back("record " + event.what); }
    std::vector<TrustEvent> events() const override { return {}; }

    std::vector<std::string> told;
};

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

TEST_CASE("the store is told in the order of the client: what a thief made newest goes before the new root comes")
{
    Telling store;
    BufferedTrust buffered(store);

    buffered.forget(demo, "timestamp");
    buffered.forget(demo, "snapshot");
    buffered.forget_issued(demo);
    buffered.record({1, demo, "a new root"});
    buffered.accept(demo, role("root", 2));
    buffered.raise_issued(demo, 7);
    buffered.accept(demo, role("timestamp", 1));
    buffered.accept(demo, role("snapshot", 1));
    buffered.write_through();

    CHECK(store.told == std::vector<std::string>{"forget timestamp", "forget snapshot", "forget the signed time",
                                                 "record a new root", "accept root", "raise the signed time",
                                                 "accept timestamp", "accept snapshot"});
}

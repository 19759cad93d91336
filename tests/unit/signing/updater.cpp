// SPDX-License-Identifier: LGPL-2.1-or-later
// The state machine by itself: what the specification asks for and TrustClient adds nothing to.
#include "support/expect.hpp"
#include "support/trusting.hpp"

using namespace qpkg;
using testing::a_key;
using testing::role_keys;
using testing::Site;
using testing::Trusting;

namespace {

/// A site whose root 2 gives the targets role to other keys.
void rotate_targets_keys(Site& site)
{
    site.root.header.version = 2;
    for (const auto* name : {"new-1", "new-2"}) {
        const auto key = tuf::make_key(a_key(name).public_key().bytes());
        site.root.keys.emplace(key.id, key);
    }
    site.root.targets = role_keys({"new-1", "new-2"}, 2);
    site.write_root();
}

/// The strict machine, to the letter of the specification where expiry is concerned.
trust::Profile refusing_expired()
{
    auto profile = trust::strict_profile();
    return {.reader = profile.reader,
            .on_expiry = trust::OnExpiry::refuse,
            .on_far_date = profile.on_far_date,
            .largest_root = profile.largest_root,
            .largest_timestamp = profile.largest_timestamp,
            .largest_snapshot = profile.largest_snapshot,
            .largest_targets = profile.largest_targets,
            .largest_delegated = profile.largest_delegated,
            .most_roles = profile.most_roles};
}

struct Machine {
    explicit Machine(Site& from) : site(from) { updater(Site::start).trust_root(site.files.at("tuf/1.root.json")); }
    trust::Updater updater(std::int64_t now) { return {store, RepoName::require("demo"), profile, now}; }
    void refresh(std::int64_t now)
    {
        trust::RefreshReport report;
        updater(now).refresh(site, report);
    }
    std::uint64_t version(const std::string& role) const
    {
        const auto stored = store.trusted(RepoName::require("demo"), role);
        return stored ? stored->version : 0;
    }

    Site& site;
    trust::Profile profile = refusing_expired();
    trust::MemoryTrustStore store;
};

} // namespace

TEST_CASE("targets that the former keys signed are not used once the root names others")
{
    Site site;
    Trusting machine(site);
    machine.refresh();
    rotate_targets_keys(site);

    CHECK_FAILS(Code::untrusted, "targets.json: 0 of 2 valid signatures", machine.refresh());
    site.signers["targets"] = {"new-1", "new-2"};
    site.publish();
    CHECK(machine.refresh().root_version == 2);
}

TEST_CASE("a machine that refuses what has expired stores none of it but the root")
{
    Site site;
    Machine machine(site);
    machine.refresh(Site::start);
    const auto later = Site::start + 40 * Site::day;

    SUBCASE("timestamp")
    {
        site.publish();
        CHECK_FAILS(Code::untrusted, "timestamp.json: version 2 expired on", machine.refresh(later));
        CHECK(machine.version("timestamp") == 1);
    }
    SUBCASE("timestamp that is the same as before")
    {
        CHECK_FAILS(Code::untrusted, "timestamp.json: version 1 expired on", machine.refresh(later));
    }
    SUBCASE("snapshot")
    {
        site.timestamp.header.expires = later + Site::day;
        site.publish();
        CHECK_FAILS(Code::untrusted, "snapshot.json: version 2 expired on", machine.refresh(later));
        CHECK(machine.version("timestamp") == 2);
        CHECK(machine.version("snapshot") == 1);
    }
    SUBCASE("targets")
    {
        site.timestamp.header.expires = later + Site::day;
        site.snapshot.header.expires = later + Site::day;
        site.targets.header.expires = Site::start + Site::day;
        site.publish();
        CHECK_FAILS(Code::untrusted, "targets.json: version 2 expired on", machine.refresh(later));
        CHECK(machine.version("snapshot") == 2);
        CHECK(machine.version("targets") == 1);
    }
    SUBCASE("root is stored and ends the refresh")
    {
        site.root.header.version = 2;
        site.root.header.expires = Site::start + Site::day;
        site.write_root();
        site.publish();
        CHECK_FAILS(Code::untrusted, "root.json: version 2 expired on", machine.refresh(later));
        CHECK(machine.version("root") == 2);
        CHECK(machine.version("timestamp") == 1);
    }
}

// SPDX-License-Identifier: LGPL-2.1-or-later
// Bad inputs 28 to 36: old news sold as new, new news withheld, clocks that are wrong.
#include "support/expect.hpp"
#include "support/releases.hpp"
#include "support/trusting.hpp"

using namespace qpkg;
using testing::a_key;
using testing::a_release;
using testing::role_keys;
using testing::Site;
using testing::Trusting;
using trust::FreshnessState;

namespace {

/// A site at version 3 and a machine that has seen it; `old` is what the site served at version 2.
struct Aged {
    Site site;
    std::map<std::string, std::string> old;
    Trusting machine{site};

    Aged()
    {
        site.add(a_release());
        site.publish();
        old = site.files;
        site.publish();
        machine.refresh();
    }
};

} // namespace

TEST_CASE("bad input 28: a timestamp older than the one seen is refused")
{
    Aged aged;
    aged.site.files = aged.old;

    CHECK_FAILS(Code::untrusted, "timestamp.json: version 2 is older than version 3", aged.machine.refresh());
    CHECK(aged.machine.store.trusted(aged.machine.name(), "timestamp")->version == 3);
}

TEST_CASE("bad input 28: another timestamp of the same version is noted and the first one kept")
{
    Aged aged;
    const auto kept = aged.site.files.at("tuf/timestamp.json");
    aged.site.timestamp.header.expires += Site::day;
    aged.site.write_timestamp();

    const auto report = aged.machine.refresh();

    CHECK_FALSE(report.changed);
    REQUIRE(report.notes.size() == 1);
    CHECK(report.notes[0].find("another timestamp of version 3") != std::string::npos);
    CHECK(aged.machine.store.trusted(aged.machine.name(), "timestamp")->bytes == kept);
}

TEST_CASE("bad input 29: a newer timestamp that names an older snapshot is refused, with its right hash too")
{
    Aged aged;
    const auto& bytes = aged.site.files.at("tuf/2.snapshot.json");
    aged.site.timestamp.snapshot = {2, bytes.size(), sha256(bytes)};
    aged.site.timestamp.header.version = 4;
    aged.site.write_timestamp();

    CHECK_FAILS(Code::untrusted, "snapshot: version 2 is older than version 3", aged.machine.refresh());
}

TEST_CASE("bad input 30: a newer snapshot that names an older targets or publisher role is refused")
{
    for (const std::string role : {"targets", "demo"}) {
        Aged aged;
        const auto& bytes = aged.site.files.at("tuf/2." + role + ".json");
        aged.site.snapshot.roles.insert_or_assign(role, tuf::FileInfo{2, bytes.size(), sha256(bytes)});
        aged.site.snapshot.header.version = 4;
        aged.site.write_snapshot();
        aged.site.timestamp.header.version = 4;
        aged.site.write_timestamp();

        CHECK_FAILS(Code::untrusted, "role " + role + ": version 2 is older than version 3", aged.machine.refresh());
    }
}

TEST_CASE("a role that vanishes from the snapshot is refused")
{
    Aged aged;
    aged.site.snapshot.roles.erase("demo");
    aged.site.snapshot.header.version = 4;
    aged.site.write_snapshot();
    aged.site.timestamp.header.version = 4;
    aged.site.write_timestamp();

    CHECK_FAILS(Code::untrusted, "role demo has vanished", aged.machine.refresh());
}

TEST_CASE("bad input 31: files of different days do not mix")
{
    Aged aged;
    aged.site.publish();

    SUBCASE("yesterday's snapshot under today's name")
    {
        aged.site.files["tuf/4.snapshot.json"] = aged.site.files.at("tuf/3.snapshot.json");
        CHECK_FAILS(Code::corrupt, "snapshot.json: the bytes are not those", aged.machine.refresh());
    }
    SUBCASE("yesterday's targets under today's name")
    {
        aged.site.files["tuf/4.targets.json"] = aged.site.files.at("tuf/3.targets.json");
        CHECK_FAILS(Code::corrupt, "targets.json: the bytes are not those", aged.machine.refresh());
    }
    SUBCASE("a role whose version is not the one its parent names")
    {
        aged.site.snapshot.roles.at("targets").version = 9;
        aged.site.files["tuf/9.targets.json"] = aged.site.files.at("tuf/4.targets.json");
        aged.site.snapshot.header.version = 5;
        aged.site.write_snapshot();
        aged.site.timestamp.header.version = 5;
        aged.site.write_timestamp();
        CHECK_FAILS(Code::untrusted, "is version 4, snapshot.json names version 9", aged.machine.refresh());
    }
}

TEST_CASE("bad input 32: expired metadata is used in its grace and refused for new releases after it")
{
    Aged aged;
    auto& machine = aged.machine;
    const auto expires = aged.site.timestamp.header.expires;
    const auto release = machine.client().listed().at(0);

    machine.now = expires - 1;
    CHECK(machine.client().freshness().state == FreshnessState::fresh);
    machine.now = expires;
    CHECK(machine.client().freshness().state == FreshnessState::grace);
    CHECK_NOTHROW(machine.client().require_installable(release));
    machine.now = expires + 7 * Site::day;
    CHECK(machine.client().freshness().state == FreshnessState::stale);
    CHECK_FAILS(Code::untrusted, "timestamp.json expired 7 days ago", machine.client().require_installable(release));
}

TEST_CASE("bad input 34: expiry stops new releases only; what is listed and trusted is still read")
{
    Aged aged;
    aged.machine.now += 400 * Site::day;

    aged.machine.refresh();

    CHECK(aged.machine.client().listed().size() == 1);
    CHECK(aged.machine.client().fetch_release(aged.machine.client().listed().at(0), aged.site).release == a_release());
}

TEST_CASE("an expired publisher stops its own releases and no others")
{
    Site site;
    site.delegate("others", {"org.other"});
    site.publishers.at("demo").header.expires = Site::start + Site::day;
    site.add(a_release());
    site.add(a_release("org.other.tool"), "others");
    site.publish();
    Trusting machine(site);
    machine.repository.namespaces = {"org.example", "org.other"};
    machine.repository.offline_grace = 0;
    machine.refresh();
    machine.now += 2 * Site::day;
    const auto client = machine.client();
    const auto listed = client.listed();

    CHECK_FAILS(Code::untrusted, "demo.json expired", client.require_installable(listed.at(0)));
    CHECK_NOTHROW(client.require_installable(listed.at(1)));
}

TEST_CASE("bad input 33: an expired root makes new releases stale, a newer root mends it first")
{
    Site site;
    site.root.header.expires = Site::start + Site::day;
    site.write_root();
    Trusting machine(site);
    machine.repository.offline_grace = 0;
    machine.refresh();
    machine.now += 2 * Site::day;
    CHECK(machine.client().freshness().state == FreshnessState::stale);
    CHECK(machine.client().freshness().role == "root");

    site.root.header.version = 2;
    site.root.header.expires = Site::start + 500 * Site::day;
    site.write_root();
    machine.refresh();

    CHECK(machine.client().freshness().state == FreshnessState::fresh);
}

TEST_CASE("bad input 35: the same metadata a second time is nothing new")
{
    Aged aged;

    CHECK_FALSE(aged.machine.refresh().changed);
}

TEST_CASE("a clock that was set back does not make old metadata fresh")
{
    Aged aged;
    aged.site.timestamp.issued = Site::start + 40 * Site::day;
    aged.site.timestamp.header.expires = Site::start + 54 * Site::day;
    aged.site.publish();
    aged.machine.refresh();
    aged.machine.now = Site::start - 300 * Site::day;

    const auto freshness = aged.machine.client().freshness();

    CHECK(freshness.now == Site::start + 40 * Site::day);
    CHECK(freshness.role == "snapshot");
    CHECK(freshness.state == FreshnessState::stale);
    CHECK(aged.machine.store.newest_issued(aged.machine.name()) == Site::start + 40 * Site::day);
}

TEST_CASE("the signed time moves only with a verified timestamp")
{
    Aged aged;
    aged.site.timestamp.issued = Site::start + 100 * Site::day;
    aged.site.signers["timestamp"] = {"stranger"};
    aged.site.publish();

    CHECK_FAILS(Code::untrusted, "signed by unknown key", aged.machine.refresh());

    CHECK(aged.machine.store.newest_issued(aged.machine.name()) == Site::start);
}

TEST_CASE("a timestamp issued after its own expiry is refused")
{
    Aged aged;
    aged.site.timestamp.issued = aged.site.timestamp.header.expires + 1;
    aged.site.publish();

    CHECK_FAILS(Code::corrupt, "qpkg_issued is after expires", aged.machine.refresh());
}

TEST_CASE("a mark that a crash kept from being raised is raised by the next refresh")
{
    Aged aged;
    trust::MemoryTrustStore store;
    for (const auto* role : {"root", "timestamp", "snapshot", "targets", "demo"}) {
        store.accept(aged.machine.name(), *aged.machine.store.trusted(aged.machine.name(), role));
    }
    trust::TrustClient client(store, aged.machine.repository, Site::start - 1000);

    CHECK(client.now() == Site::start);
    client.refresh(aged.site);

    CHECK(store.newest_issued(aged.machine.name()) == Site::start);
}

TEST_CASE("rotated timestamp and snapshot keys undo a version that a thief had run ahead")
{
    Aged aged;
    auto& site = aged.site;
    site.timestamp.header.version = 9'000'000;
    site.snapshot.header.version = 9'000'000;
    site.publish();
    aged.machine.refresh();
    for (const auto* name : {"timestamp-new", "snapshot-new"}) {
        const auto key = tuf::make_key(a_key(name).public_key().bytes());
        site.root.keys.emplace(key.id, key);
    }
    site.root.timestamp = role_keys({"timestamp-new"}, 1);
    site.root.snapshot = role_keys({"snapshot-new"}, 1);
    site.root.header.version = 2;
    site.write_root();
    site.signers["timestamp"] = {"timestamp-new"};
    site.signers["snapshot"] = {"snapshot-new"};
    site.timestamp.header.version = 4;
    site.snapshot.header.version = 4;
    site.publish();

    const auto report = aged.machine.refresh();

    CHECK(report.timestamp_version == 5);
    CHECK(report.notes.at(0).find("keys of timestamp or snapshot were changed by root 2") != std::string::npos);
    CHECK(aged.machine.client().listed().size() == 1);
}

TEST_CASE("after a rotation nothing signed by the old keys is read from the store")
{
    Aged aged;
    auto& site = aged.site;
    const auto key = tuf::make_key(a_key("timestamp-new").public_key().bytes());
    site.root.keys.emplace(key.id, key);
    site.root.timestamp = role_keys({"timestamp-new"}, 1);
    site.root.header.version = 2;
    site.write_root();
    aged.machine.store.accept(aged.machine.name(), {"root", 2, site.files.at("tuf/2.root.json")});

    CHECK_FAILS(Code::not_found, "no metadata is here yet", aged.machine.client().freshness());
}

TEST_CASE("bad input 42: a delegation to a name that is no name is never followed, and named")
{
    for (const std::string name : {"?", "#", "../x", "/x", "root", "timestamp",
                                   "a-name-of-more-than-64-characters-is-refused-because-it-becomes-a-file-name"}) {
        Site site;
        site.targets.delegations.front().name = name;
        site.write_targets();
        site.write_snapshot();
        site.write_timestamp();

        Trusting machine(site);
        machine.refresh();
        CHECK(machine.client().publishers().empty());
        REQUIRE(machine.client().unread().size() == 1);
        CHECK(machine.client().unread()[0].what.find("not a publisher's name") != std::string::npos);
    }
}

TEST_CASE("one namespace delegated to two publishers belongs to the first, and both are named")
{
    Site site;
    site.delegate("others", {"org.example"});
    site.publish();

    Trusting machine(site);
    machine.refresh();

    REQUIRE(machine.client().publishers().size() == 1);
    CHECK(machine.client().publishers()[0].name == "demo");
    REQUIRE(machine.client().problems().size() == 1);
    CHECK(machine.client().problems()[0].what.find(
              "namespace org.example belongs to two publishers, demo and others") != std::string::npos);
}

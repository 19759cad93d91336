// SPDX-License-Identifier: LGPL-2.1-or-later
// A publisher's clock that ran ahead, or a thief who says so: nothing is fresh for years because of one signature.
#include "signing/dates.hpp"
#include "support/expect.hpp"
#include "support/releases.hpp"
#include "support/trusting.hpp"

#include <algorithm>

using namespace qpkg;
using testing::a_key;
using testing::role_keys;
using testing::Site;
using testing::Trusting;

namespace {

constexpr auto year = 365 * Site::day;

/// The last moment that a machine which has seen this site believes.
std::int64_t latest() { return trust::latest_plausible(Site::start, trust::build_date()); }

void sign_timestamp_at(Site& site, std::int64_t issued)
{
    site.timestamp.issued = issued;
    site.timestamp.header.expires = issued + trust::Lifetimes::timestamp;
    site.publish();
}

} // namespace

TEST_CASE("a timestamp from far in the future is refused, and nothing of it is kept")
{
    Site site;
    Trusting machine(site);
    machine.refresh();
    sign_timestamp_at(site, latest() + 1);

    CHECK_FAILS(Code::untrusted, "timestamp.json: says it was signed on", machine.refresh());

    CHECK(machine.store.newest_issued(machine.name()) == Site::start);
    CHECK(machine.store.trusted(machine.name(), "timestamp")->version == 1);
}

TEST_CASE("the machine's own clock does not make a far date true")
{
    Site site;
    Trusting machine(site);
    machine.refresh();
    machine.now = Site::start + 14 * year;
    sign_timestamp_at(site, machine.now);

    CHECK_FAILS(Code::untrusted, "more than three years after all that is known here", machine.refresh());
}

TEST_CASE("at first contact the date of the program is what is known")
{
    Site site;
    Trusting machine(site);
    sign_timestamp_at(site, trust::build_date() + trust::longest_gap + 1);
    CHECK_FAILS(Code::untrusted, "says it was signed on", machine.refresh());

    sign_timestamp_at(site, trust::build_date() + trust::longest_gap);
    CHECK(machine.refresh().changed);
}

TEST_CASE("a publisher whose clock is right again is believed again")
{
    Site site;
    Trusting machine(site);
    machine.refresh();
    sign_timestamp_at(site, Site::start + 14 * year);
    CHECK_FAILS(Code::untrusted, "ask for signatures made with a right one",
                throw Error(Code::untrusted, [&] { return testing::failure_of([&] { machine.refresh(); })->hint; }()));

    sign_timestamp_at(site, Site::start + Site::day);

    CHECK(machine.refresh().changed);
}

TEST_CASE("a role that is valid for longer than anybody can have signed it is refused, whichever it is")
{
    for (const std::string role : {"timestamp", "snapshot", "targets", "demo", "root"}) {
        Site site;
        Trusting machine(site);
        machine.refresh();
        const auto far = Site::start + 14 * year;
        if (role == "root") {
            ++site.root.header.version;
            site.root.header.expires = far;
            site.write_root();
        } else {
            (role == "timestamp"  ? site.timestamp.header
             : role == "snapshot" ? site.snapshot.header
             : role == "targets"  ? site.targets.header
                                  : site.publishers.at("demo").header)
                .expires = far;
        }
        site.publish();

        CHECK_FAILS(Code::untrusted, role + ".json: expires on", trust::require_none(machine.refresh().problems));
    }
}

TEST_CASE("a first root that is valid for decades is not made the root of trust")
{
    Site site;
    site.root.header.expires = Site::start + 14 * year;
    site.write_root();

    CHECK_FAILS(Code::untrusted, "root of trust: expires on", Trusting{site});
}

TEST_CASE("new keys of the timestamp make a machine forget the time that a thief ran ahead to")
{
    Site site;
    Trusting machine(site);
    machine.refresh();
    sign_timestamp_at(site, Site::start + 2 * year);
    machine.refresh();
    REQUIRE(machine.store.newest_issued(machine.name()) == Site::start + 2 * year);

    const auto key = tuf::make_key(a_key("timestamp-new").public_key().bytes());
    site.root.keys.emplace(key.id, key);
    site.root.timestamp = role_keys({"timestamp-new"}, 1);
    site.signers["timestamp"] = {"timestamp-new"};
    ++site.root.header.version;
    site.write_root();
    sign_timestamp_at(site, Site::start + Site::day);
    machine.refresh();

    CHECK(machine.store.newest_issued(machine.name()) == Site::start + Site::day);
    CHECK(machine.client().now() == Site::start + Site::day);
}

TEST_CASE("keys of this repository are known as its own, whoever lists them")
{
    Site site;
    site.publishers.at("demo").header.extra.emplace("qpkg_ostree_key",
                                                    Digest(a_key("ostree").public_key().bytes()).hex());
    site.publish();
    Trusting machine(site);
    machine.refresh();

    for (const auto* name : {"root-3", "targets-1", "snapshot", "timestamp", "demo", "ostree"}) {
        CHECK(machine.client().signs_with(a_key(name).public_key()));
    }
    CHECK_FALSE(machine.client().signs_with(a_key("stranger").public_key()));
}

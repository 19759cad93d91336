// SPDX-License-Identifier: LGPL-2.1-or-later
#include "support/expect.hpp"
#include "support/trusting.hpp"

using namespace qpkg;
using testing::Site;
using testing::Trusting;

TEST_CASE("a medium that was written earlier takes nothing back, a server that does so is refused")
{
    Site site;
    Trusting machine(site);
    machine.refresh();
    const auto earlier = site.files;
    site.publish();
    machine.refresh();
    const auto newest = machine.store.trusted(machine.name(), "timestamp");
    const auto snapshot = machine.store.trusted(machine.name(), "snapshot");

    site.files = earlier;
    const auto report = machine.client().refresh(site, trust::Older::keep);

    CHECK(report.older);
    CHECK_FALSE(report.changed);
    CHECK(report.timestamp_version == newest->version);
    CHECK(machine.store.trusted(machine.name(), "timestamp") == newest);
    CHECK(machine.store.trusted(machine.name(), "snapshot") == snapshot);
    CHECK_FAILS(Code::untrusted, "is older than version", machine.refresh());
}

TEST_CASE("an earlier medium must be signed all the same")
{
    Site site;
    Trusting machine(site);
    machine.refresh();
    auto forged = site.files.at("tuf/timestamp.json");
    site.publish();
    machine.refresh();

    const auto signature = forged.find("\"sig\":\"") + 7;
    forged.at(signature) = forged.at(signature) == '0' ? '1' : '0';
    site.files.at("tuf/timestamp.json") = forged;

    CHECK_FAILS(Code::untrusted, "timestamp", machine.client().refresh(site, trust::Older::keep));
}

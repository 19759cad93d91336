// SPDX-License-Identifier: LGPL-2.1-or-later
#include "signing/client.hpp"

#include "repo-format/repo/manifest.hpp"
#include "signing/memory_trust_store.hpp"
#include "support/expect.hpp"
#include "support/releases.hpp"
#include "support/site.hpp"
#include "support/trusting.hpp"

#include <algorithm>

using namespace qpkg;
using testing::a_release;
using testing::role_keys;
using testing::Site;
using testing::Trusting;

TEST_CASE("a release that is listed can be fetched, and is the one that was published")
{
    Site site;
    site.add(a_release("org.example.hello", 3));
    site.publish();
    Trusting machine(site);

    machine.refresh();
    const auto listed = machine.client().listed();

    REQUIRE(listed.size() == 1);
    CHECK(listed[0].app.text() == "org.example.hello");
    CHECK(listed[0].sequence == 3);
    CHECK(listed[0].version == "1.0-3");
    CHECK(listed[0].publisher == "demo");
    CHECK(machine.client().fetch_release(listed[0], site).release == a_release("org.example.hello", 3));
}

TEST_CASE("a refresh with nothing new asks for two files and changes nothing")
{
    Site site;
    Trusting machine(site);
    machine.refresh();
    site.asked.clear();

    const auto report = machine.refresh();

    CHECK_FALSE(report.changed);
    CHECK(site.asked == std::vector<std::string>{"tuf/2.root.json", "tuf/timestamp.json"});
}

TEST_CASE("what was trusted once is read without a network")
{
    Site site;
    site.add(a_release());
    site.publish();
    Trusting machine(site);
    machine.refresh();
    site.files.clear();
    site.asked.clear();

    CHECK(machine.client().listed().size() == 1);
    CHECK(machine.client().freshness().state == trust::FreshnessState::fresh);
    CHECK(site.asked.empty());
}

TEST_CASE("a repository that was never refreshed does not look like an empty one")
{
    Site site;
    Trusting machine(site);

    CHECK_FAILS(Code::not_found, "no metadata is here yet", machine.client().listed());
    CHECK_FAILS(Code::not_found, "no metadata is here yet", machine.client().freshness());
}

TEST_CASE("bad input 36: without a root of trust nothing is believed and the way out is named")
{
    Site site;
    trust::MemoryTrustStore lost;
    trust::TrustClient client(lost, site.repository(), Site::start);

    CHECK_FAILS(Code::not_found, "no root of trust", client.refresh(site));
    CHECK_FAILS(Code::not_found, "no root of trust", client.listed());
}

TEST_CASE("an update that broke off is named, and the next one finishes it")
{
    Site site;
    site.add(a_release());
    site.publish();
    Trusting machine(site);
    machine.refresh();
    site.add(a_release("org.example.hello", 2));
    site.publish();
    const auto served = site.files;
    site.files.erase("tuf/3.demo.json");

    const auto broken = machine.refresh();

    REQUIRE(broken.problems.size() == 1);
    CHECK(broken.problems[0].what.starts_with("demo.json: not there, expected version 3; version 2, verified before"));
    CHECK(machine.client().listed().size() == 1);
    CHECK(machine.client().problems() == broken.problems);
    CHECK_FAILS(Code::failed, "not there, expected version 3",
                machine.client().require_installable(machine.client().listed().at(0)));

    site.files = served;
    CHECK(machine.refresh().problems.empty());
    CHECK(machine.client().problems().empty());
    CHECK(machine.client().listed().size() == 2);
}

TEST_CASE("bad input 50: a missing snapshot fails, the verified timestamp stays and the old list can be read")
{
    Site site;
    site.add(a_release());
    site.publish();
    Trusting machine(site);
    machine.refresh();
    site.publish();
    site.files.erase("tuf/3.snapshot.json");

    CHECK_FAILS(Code::failed, "snapshot.json: not there", machine.refresh());

    CHECK(machine.store.trusted(machine.name(), "timestamp")->version == 3);
    CHECK(machine.client().listed().size() == 1);
}

TEST_CASE("only publishers of allowed namespaces are asked for")
{
    Site site;
    site.delegate("others", {"org.other"});
    site.publish();
    Trusting machine(site);

    machine.refresh();

    CHECK(std::ranges::find(site.asked, "tuf/2.others.json") == site.asked.end());
    CHECK(machine.client().ignored_namespaces() == std::vector<std::string>{"org.other"});
    CHECK(machine.client().delegated_namespaces() == std::vector<std::string>{"org.example", "org.other"});
}

TEST_CASE("bad input 40: a publisher of a namespace that is not allowed here lists nothing")
{
    Site site;
    site.delegate("others", {"org.other"});
    site.add(a_release("org.other.tool"), "others");
    site.publish();
    Trusting machine(site);

    machine.refresh();

    CHECK(machine.client().listed().empty());
}

TEST_CASE("bad input 41: a target outside the publisher's namespaces is not found, and that is recorded")
{
    Site site;
    site.add(a_release("org.other.tool"));
    site.publish();
    Trusting machine(site);

    const auto report = machine.refresh();

    CHECK(machine.client().listed().empty());
    REQUIRE(report.notes.size() == 1);
    CHECK(report.notes[0].find("org.other/tool/x86_64/stable-1.json outside its namespaces") != std::string::npos);
    CHECK(machine.store.events().back().what == report.notes[0]);
}

TEST_CASE("bad input 41: an allowed namespace does not let another publisher's target in")
{
    Site site;
    site.delegate("others", {"org.other"});
    site.add(a_release("org.example.hello"), "others");
    site.publish();
    Trusting machine(site);
    machine.repository.namespaces = {"org.example", "org.other"};

    machine.refresh();

    CHECK(machine.client().listed().empty());
}

TEST_CASE("a publisher may hand a namespace of its own on, and no other")
{
    Site site;
    site.signers["inner"] = {"inner"};
    const auto key = tuf::make_key(testing::a_key("inner").public_key().bytes());
    site.publishers["inner"] = site.publishers.at("demo");
    site.publishers.at("demo").keys.emplace(key.id, key);
    site.publishers.at("demo").delegations = {
        {.name = "inner", .keys = testing::role_keys({"inner"}, 1), .namespaces = {"org.example", "org.other"}}};
    site.add(a_release("org.example.hello"), "inner");
    site.add(a_release("org.other.tool"), "inner");
    site.publish();
    Trusting machine(site);
    machine.repository.namespaces = {"org.example", "org.other"};

    machine.refresh();
    const auto listed = machine.client().listed();

    REQUIRE(listed.size() == 1);
    CHECK(listed[0].app.text() == "org.example.hello");
    CHECK(listed[0].publisher == "inner");
}

TEST_CASE("of a role name that two roles delegate the delegation nearer to the root counts")
{
    Site site;
    site.delegate("others", {"org.other"});
    const auto key = tuf::make_key(testing::a_key("others").public_key().bytes());
    site.publishers.at("demo").keys.emplace(key.id, key);
    site.publishers.at("demo").delegations = {
        {.name = "others", .keys = testing::role_keys({"others"}, 1), .namespaces = {"org.example"}}};
    site.publish();
    Trusting machine(site);
    machine.repository.namespaces = {"org.example", "org.other"};

    machine.refresh();
    const auto client = machine.client();

    CHECK(client.publishers().size() == 2);
    CHECK(client.unread().empty());
    REQUIRE(client.problems().size() == 1);
    CHECK(client.problems()[0] == trust::Problem{Code::conflict, "publisher others",
                                                 "it is delegated by two roles; the second delegation is not used",
                                                 ""});
}

namespace {

/// demo hands its namespace on to one more publisher after the other; the last one releases.
Site handed_on(int times)
{
    Site site;
    std::string last = "demo";
    for (int i = 1; i <= times; ++i) {
        const auto next = "hand-" + std::to_string(i);
        site.signers[next] = {next};
        const auto key = tuf::make_key(testing::a_key(next).public_key().bytes());
        site.publishers.emplace(next, site.publishers.at("demo")).first->second.delegations.clear();
        auto& before = site.publishers.at(last);
        before.keys.emplace(key.id, key);
        before.delegations = {{.name = next, .keys = role_keys({next}, 1), .namespaces = {"org.example"}}};
        last = next;
    }
    site.add(a_release("org.example.hello"), last);
    site.publish();
    return site;
}

} // namespace

TEST_CASE("a namespace may be handed on three times and no more")
{
    auto site = handed_on(3);
    Trusting machine(site);
    machine.refresh();
    CHECK(machine.client().listed().size() == 1);

    auto deeper = handed_on(4);
    Trusting too_deep(deeper);
    too_deep.refresh();
    CHECK(too_deep.client().listed().empty());
    REQUIRE(too_deep.client().problems().size() == 1);
    CHECK(too_deep.client().problems()[0].subject == "publisher hand-4");
    CHECK(too_deep.client().problems()[0].what.starts_with("it is delegated more than 4 deep"));
}

TEST_CASE("a delegation that does not end the search is not used, and nobody knows what it offers")
{
    Site site;
    site.write_targets_not_terminating();
    Trusting machine(site);

    machine.refresh();

    CHECK(machine.client().publishers().empty());
    REQUIRE(machine.client().unread().size() == 1);
    CHECK(machine.client().unread()[0].what.find("a namespace has one publisher") != std::string::npos);
}

TEST_CASE("1024 publishers are read, and what comes after them is named")
{
    Site site;
    const auto add_publisher = [&](int i) {
        const auto name = "p" + std::to_string(i);
        site.signers[name] = {"demo"};
        site.delegate(name, {"org.example.of-" + name});
    };
    for (int i = 2; i <= 1025; ++i) {
        add_publisher(i);
    }
    site.publish();
    Trusting machine(site);
    machine.repository.namespaces.clear();
    for (const auto& delegation : site.targets.delegations) {
        machine.repository.namespaces.insert(machine.repository.namespaces.end(), delegation.namespaces.begin(),
                                             delegation.namespaces.end());
    }
    machine.refresh();

    CHECK(machine.client().publishers().size() == 1024);
    REQUIRE(machine.client().problems().size() == 1);
    CHECK(machine.client().problems()[0].subject == "publisher p1025");
}

TEST_CASE("a manifest that is not the one listed is refused")
{
    Site site;
    site.add(a_release());
    site.publish();
    Trusting machine(site);
    machine.refresh();
    const auto listed = machine.client().listed().at(0);
    auto& file = site.files.at("targets/org.example/hello/x86_64/" + listed.manifest.hex() + ".stable-1.json");

    SUBCASE("one byte differs")
    {
        file.back() = ' ';
        CHECK_FAILS(Code::corrupt, "not those that signed metadata lists",
                    machine.client().fetch_release(listed, site));
    }
    SUBCASE("one byte more")
    {
        file += ' ';
        CHECK_FAILS(Code::no_space, "allowed", machine.client().fetch_release(listed, site));
    }
    SUBCASE("not there")
    {
        site.files.clear();
        CHECK_FAILS(Code::failed, "not there", machine.client().fetch_release(listed, site));
    }
}

TEST_CASE("bad input 39: a manifest that says another app, version or sequence than the list is refused")
{
    const auto refused = [](const Release& manifest, const std::string& words) {
        Site site;
        site.add(a_release("org.example.hello", 2));
        auto& target = site.publishers.at("demo").targets.begin()->second;
        const auto bytes = encode_manifest(manifest);
        target.length = bytes.size();
        target.sha256 = sha256(bytes);
        site.files[target_file("org.example/hello/x86_64/stable-2.json", target.sha256)] = bytes;
        site.publish();
        Trusting machine(site);
        machine.refresh();
        const auto client = machine.client();
        CHECK_FAILS(Code::corrupt, words, client.fetch_release(client.listed().at(0), site));
    };
    auto other_version = a_release("org.example.hello", 2);
    other_version.version = "9.9";
    auto other_base = a_release("org.example.hello", 2);
    other_base.base = BaseId::require("debian-13");

    refused(a_release("org.example.other", 2), "says app org.example.other");
    refused(a_release("org.example.hello", 1), "says sequence 1");
    refused(other_version, "says version 9.9");
    refused(other_base, "says base debian-13");
}

TEST_CASE("a list entry that contradicts its path is skipped, and named")
{
    Site site;
    site.add(a_release());
    site.publishers.at("demo").targets.begin()->second.custom.insert_or_assign("sequence", std::uint64_t{7});
    site.publish();
    Trusting machine(site);
    machine.refresh();

    CHECK(machine.client().listed().empty());
    REQUIRE(machine.client().problems().size() == 1);
    CHECK(machine.client().problems()[0].subject == "org.example/hello/x86_64/stable-1.json");
    CHECK(machine.client().unusable_apps().contains(AppId::require("org.example.hello")));
}

TEST_CASE("a list entry of an architecture this qpkg does not know is skipped")
{
    Site site;
    site.add(a_release());
    auto entry = site.publishers.at("demo").targets.extract("org.example/hello/x86_64/stable-1.json");
    entry.key() = "org.example/hello/riscv64/stable-1.json";
    site.publishers.at("demo").targets.insert(std::move(entry));
    site.publish();
    Trusting machine(site);
    machine.refresh();

    CHECK(machine.client().listed().empty());
}

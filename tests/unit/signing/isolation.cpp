// SPDX-License-Identifier: LGPL-2.1-or-later
// What is wrong with one publisher, delegation or entry disables that alone.
#include "signing/client.hpp"
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

namespace {

/// Two publishers with one release each, and a machine that allows both.
struct TwoPublishers {
    Site site;
    Trusting machine{prepared(site)};

    TwoPublishers() { machine.repository.namespaces = {"org.example", "org.other"}; }

    std::vector<std::string> listed()
    {
        std::vector<std::string> apps;
        for (const auto& release : machine.client().listed()) {
            apps.push_back(release.app.text());
        }
        return apps;
    }

private:
    static Site& prepared(Site& site)
    {
        site.delegate("others", {"org.other"});
        site.add(a_release("org.example.hello"));
        site.add(a_release("org.other.tool"), "others");
        site.publish();
        return site;
    }
};

const std::vector<std::string> both{"org.example.hello", "org.other.tool"};

} // namespace

TEST_CASE("a publisher whose list cannot be had from the start hinders no other, and what it offers is not known")
{
    TwoPublishers two;
    two.site.files.erase("tuf/2.others.json");

    const auto report = two.machine.refresh();

    REQUIRE(report.problems.size() == 1);
    CHECK(report.problems[0].subject == "publisher others");
    CHECK(two.listed() == std::vector<std::string>{"org.example.hello"});
    REQUIRE(two.machine.client().unread().size() == 1);
    CHECK(two.machine.client().unread()[0].subject == "publisher others");
}

TEST_CASE("a publisher whose new list is signed by a stranger keeps the one that was verified before")
{
    TwoPublishers two;
    two.machine.refresh();
    two.site.signers["others"] = {"stranger"};
    two.site.publish();

    const auto report = two.machine.refresh();

    REQUIRE(report.problems.size() == 1);
    CHECK(report.problems[0].code == Code::untrusted);
    CHECK(two.listed() == both);
    CHECK(two.machine.client().unread().empty());
    CHECK(two.machine.store.trusted(two.machine.name(), "others")->version == 2);
}

TEST_CASE("an older copy is not used once its keys were taken away")
{
    TwoPublishers two;
    two.machine.refresh();
    two.site.targets.delegations.back().keys = role_keys({"demo"}, 1);
    two.site.publish();

    two.machine.refresh();

    CHECK(two.listed() == std::vector<std::string>{"org.example.hello"});
    CHECK(two.machine.client().unread().size() == 1);
}

TEST_CASE("a targets role that cannot be had keeps the lists that were verified before")
{
    TwoPublishers two;
    two.machine.refresh();
    two.site.publish();
    two.site.files.erase("tuf/3.targets.json");

    CHECK_FAILS(Code::failed, "targets.json: not there", two.machine.refresh());

    CHECK(two.listed() == both);
    const auto problems = two.machine.client().problems();
    CHECK(std::ranges::count(problems, trust::metadata_subject, &trust::Problem::subject) == 1);
    CHECK_FAILS(Code::failed, "update was interrupted",
                two.machine.client().require_installable(two.machine.client().listed().at(0)));
}

TEST_CASE("a publisher that delegates to itself is read once")
{
    TwoPublishers two;
    auto& others = two.site.publishers.at("others");
    const auto key = tuf::make_key(testing::a_key("others").public_key().bytes());
    others.keys.emplace(key.id, key);
    others.delegations = {{.name = "others", .keys = role_keys({"others"}, 1), .namespaces = {"org.other"}}};
    two.site.publish();

    two.machine.refresh();

    CHECK(two.listed() == both);
    CHECK(two.machine.client().unread().empty());
    CHECK(two.machine.client().problems().at(0).code == Code::conflict);
}

TEST_CASE("a publisher cannot take the name of another that stands nearer to the root")
{
    TwoPublishers two;
    auto& demo = two.site.publishers.at("demo");
    const auto key = tuf::make_key(testing::a_key("others").public_key().bytes());
    demo.keys.emplace(key.id, key);
    demo.delegations = {{.name = "others", .keys = role_keys({"others"}, 1), .namespaces = {"org.example"}}};
    two.site.publish();

    two.machine.refresh();

    CHECK(two.listed() == both);
}

TEST_CASE("a refusal is remembered for the next command and recorded once")
{
    TwoPublishers two;
    two.site.files["tuf/timestamp.json"] = "<html>";
    const auto before = two.machine.store.events().size();

    for (int i = 0; i < 3; ++i) {
        CHECK_FAILS(Code::corrupt, "timestamp.json", two.machine.refresh());
    }

    CHECK(two.machine.store.events().size() == before + 1);
    CHECK(two.machine.client().problems().at(0).subject == trust::metadata_subject);
    two.site.publish();
    two.machine.refresh();
    CHECK(two.machine.client().problems().empty());
}

TEST_CASE("problems are written down and read again")
{
    const std::vector<trust::Problem> problems{{Code::untrusted, "publisher demo", "signed by\nnobody", "ask"},
                                               {Code::failed, "metadata", "gone", ""}};

    const auto again = trust::parse_problems(trust::encode_problems(problems));

    REQUIRE(again.size() == 2);
    CHECK(again[0] == trust::Problem{Code::untrusted, "publisher demo", "signed by nobody", "ask"});
    CHECK(again[1] == problems[1]);
    CHECK(trust::worst(again)->code == Code::untrusted);
    CHECK(trust::worst({}) == nullptr);
    CHECK_FAILS(Code::untrusted, "publisher demo: signed by", trust::require_none(problems));
}

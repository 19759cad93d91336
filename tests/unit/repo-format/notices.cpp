// SPDX-License-Identifier: LGPL-2.1-or-later
#include "repo-format/repo/notices.hpp"

#include "support/expect.hpp"

using namespace qpkg;
using tuf::Notice;

namespace {

const auto hello = AppId::require("org.example.hello");
const auto other = AppId::require("org.example.other");

tuf::Targets a_publisher() { return {.header = {1, 1, {}}, .targets = {}, .keys = {}, .delegations = {}}; }

} // namespace

TEST_CASE("a publisher tells of an app's end or new name, tells it anew, and takes it back")
{
    auto publisher = a_publisher();
    tuf::set_notice(publisher, {other, "", "org.example.new"});
    tuf::set_notice(publisher, {hello, "nobody maintains it", ""});

    CHECK(tuf::notices_of(publisher) ==
          std::vector<Notice>{{hello, "nobody maintains it", ""}, {other, "", "org.example.new"}});
    const auto read = tuf::parse_targets(tuf::encode(publisher));
    CHECK(tuf::notices_of(read).size() == 2);
    tuf::set_notice(publisher, {hello, "", "org.example.new"});
    CHECK(tuf::notices_of(publisher)[0] == Notice{hello, "", "org.example.new"});
    tuf::set_notice(publisher, {hello, "", ""});
    tuf::set_notice(publisher, {other, "", ""});
    CHECK(publisher.header.extra.empty());
    CHECK_FAILS(Code::usage, "", tuf::set_notice(publisher, {hello, "", "no id"}));
}

TEST_CASE("what is no notice is passed over")
{
    auto publisher = a_publisher();
    using canonical::Object;
    publisher.header.extra.emplace(
        std::string(tuf::notices_member),
        Object{{"no id", Object{{"end_of_life", std::string("x")}}},
               {hello.text(), std::string("x")},
               {other.text(), Object{{"renamed", std::string("no id")}, {"end_of_life", std::string(401, 'x')}}}});

    CHECK(tuf::notices_of(publisher).empty());
}

// SPDX-License-Identifier: LGPL-2.1-or-later
// Lists of which one member is wrong.
#include "repo-format/repo/roles.hpp"
#include "support/expect.hpp"
#include "support/site.hpp"

using namespace qpkg;
using canonical::Object;

namespace {

Object entry() { return {{"length", std::uint64_t{1}}, {"hashes", Object{{"sha256", std::string(64, 'a')}}}}; }

/// What of a list of two entries can be used when the second is this one, read and written once.
tuf::Targets with_entry(const std::string& path, canonical::Value wrong)
{
    auto role = testing::Site().publishers.at("demo");
    role.targets.emplace("org.example/good/x86_64/stable-1.json", tuf::Target{1, sha256(""), {}});
    role.unusable_targets.emplace(path, tuf::Unusable{Code::corrupt, "", std::move(wrong)});
    const auto payload = tuf::encode(role);
    const auto read = tuf::read_targets(payload);
    CHECK(tuf::encode(read) == payload);
    CHECK_FAILS(Code::corrupt, "", tuf::parse_targets(payload));
    return read;
}

tuf::Delegation publisher(const std::string& name, const std::string& key, std::vector<std::string> namespaces)
{
    return {.name = name, .keys = testing::role_keys({key}, 1), .namespaces = std::move(namespaces)};
}

/// Delegations to a, to whatever `second` is, and to c.
tuf::Targets with_second(const tuf::Delegation& second)
{
    auto role = testing::Site().publishers.at("demo");
    role.delegations = {publisher("a", "a", {"org.a"}), second, publisher("c", "c", {"org.c"})};
    for (const auto* name : {"a", "c"}) {
        const auto key = tuf::make_key(testing::a_key(name).public_key().bytes());
        role.keys.emplace(key.id, key);
    }
    const auto payload = tuf::encode(role);
    const auto read = tuf::read_targets(payload);
    CHECK(tuf::encode(read) == payload);
    CHECK(tuf::read_targets(tuf::encode(read)) == read);
    REQUIRE(read.delegations.size() == 2);
    CHECK(read.delegations[0].name == "a");
    CHECK(read.delegations[1].name == "c");
    return read;
}

} // namespace

TEST_CASE("an entry that is wrong takes no other away, and stays in the file")
{
    auto no_hash = entry();
    no_hash.erase("hashes");
    auto no_length = entry();
    no_length.insert_or_assign("length", "1");
    auto odd_custom = entry();
    odd_custom.emplace("custom", "text");

    for (const auto& wrong : {canonical::Value(no_hash), canonical::Value(no_length), canonical::Value(odd_custom),
                              canonical::Value("text")}) {
        const auto read = with_entry("org.example/wrong/x86_64/stable-1.json", wrong);
        CHECK(read.targets.size() == 1);
        CHECK(read.unusable_targets.at("org.example/wrong/x86_64/stable-1.json").reason.find("wrong/x86_64") !=
              std::string::npos);
    }
    CHECK(with_entry(std::string(401, 'x'), entry()).targets.size() == 1);
}

TEST_CASE("a delegation that is wrong takes no other away")
{
    auto threshold = publisher("b", "a", {"org.b"});
    threshold.keys.threshold = 2;

    CHECK(with_second(threshold).unusable_delegations.at(1).code == Code::corrupt);
    CHECK(with_second(publisher("b", "nobody", {"org.b"})).unusable_delegations.at(1).code == Code::corrupt);
    CHECK(with_second(publisher("Root", "a", {"org.b"})).unusable_delegations.at(1).code == Code::corrupt);
    CHECK(with_second(publisher("b", "a", {"-"})).unusable_delegations.at(1).code == Code::corrupt);
}

TEST_CASE("the second delegation of a name or a namespace is skipped")
{
    CHECK(with_second(publisher("a", "a", {"org.b"})).unusable_delegations.at(1).code == Code::conflict);
    CHECK(with_second(publisher("b", "a", {"org.a", "org.b"})).unusable_delegations.at(1).code == Code::conflict);
}

// SPDX-License-Identifier: LGPL-2.1-or-later
// What a signer is shown: no member of a role may change without a row, and none may be signed that nobody knows.
#include "app/publish/role_changes.hpp"

#include "repo-format/repo/roles.hpp"
#include "support/expect.hpp"
#include "support/releases.hpp"
#include "support/site.hpp"

#include <algorithm>

using namespace qpkg;
using app::RoleChange;
using canonical::Array;
using canonical::Object;
using canonical::Value;
using testing::a_release;
using testing::Site;

namespace {

tuf::Targets publisher()
{
    Site site;
    site.add(a_release());
    auto role = site.publishers.at("demo");
    role.header.extra = {{"qpkg_ostree_key", std::string(64, 'a')},
                         {"qpkg_withdrawn", Object{{"org.example/old/x86_64/stable", std::uint64_t{3}}}}};
    return role;
}

/// Rows of what changes between this role and the role that `change` makes of it.
template <class Role, class Change>
std::vector<RoleChange> rows(const Role& role, Change&& change)
{
    auto next = role;
    change(next);
    return app::describe_changes(tuf::encode(role), tuf::encode(next));
}

RoleChange changed(std::string what, std::string words)
{
    return {RoleChange::Kind::changed, std::move(what), std::move(words)};
}

/// Every path to a value that holds no other.
void visit(Value& value, const std::function<void(Value&)>& leaf)
{
    if (auto* object = value.get_if<Object>()) {
        for (auto& [name, member] : *object) {
            visit(member, leaf);
        }
    } else if (auto* array = value.get_if<Array>()) {
        for (auto& element : *array) {
            visit(element, leaf);
        }
    } else {
        leaf(value);
    }
}

std::size_t count_leaves(Value value)
{
    std::size_t count = 0;
    visit(value, [&](Value&) { ++count; });
    return count;
}

/// The payload with its `wanted`th value exchanged for another.
std::string with_another(Value value, std::size_t wanted)
{
    std::size_t at = 0;
    visit(value, [&](Value& leaf) {
        if (at++ != wanted) {
            return;
        }
        if (auto* number = leaf.get_if<std::uint64_t>()) {
            leaf = *number + 1;
        } else if (auto* flag = leaf.get_if<bool>()) {
            leaf = !*flag;
        } else {
            leaf = *leaf.get_if<std::string>() + "x";
        }
    });
    return canonical::encode(value);
}

} // namespace

TEST_CASE("no single value of any role can change without a row")
{
    Site site;
    for (const auto& payload : {tuf::encode(publisher()), tuf::encode(site.targets), tuf::encode(site.root)}) {
        const auto value = canonical::parse(payload, tuf::largest_publisher);
        const auto leaves = count_leaves(value);
        REQUIRE(leaves > 10);
        for (std::size_t i = 0; i < leaves; ++i) {
            CHECK_FALSE(app::describe_changes(payload, with_another(value, i)).empty());
        }
        CHECK(app::describe_changes(payload, payload).empty());
    }
}

TEST_CASE("what was hidden from signers is shown: keys for stock clients and withdrawals")
{
    const auto found = rows(publisher(), [](tuf::Targets& role) {
        role.header.extra.insert_or_assign("qpkg_ostree_key", std::string(64, 'e'));
        role.header.extra.insert_or_assign("qpkg_withdrawn",
                                           Object{{"org.aaa/evil/x86_64/stable", canonical::largest_integer}});
    });

    REQUIRE(found.size() == 3);
    CHECK(found[0] == changed("qpkg_ostree_key", std::string(64, 'a') + " -> " + std::string(64, 'e')));
    CHECK(found[1] ==
          RoleChange{RoleChange::Kind::added, "withdrawn up to org.aaa/evil/x86_64/stable", "9007199254740991"});
    CHECK(found[2] == RoleChange{RoleChange::Kind::removed, "withdrawn up to org.example/old/x86_64/stable", "3"});
}

TEST_CASE("a new release is one row with everything that is listed of it, and so is one that goes")
{
    const auto added = rows(publisher(), [](tuf::Targets& role) {
        auto target = role.targets.begin()->second;
        target.custom.insert_or_assign("sequence", std::uint64_t{2});
        role.targets.emplace("org.example/hello/x86_64/stable-2.json", target);
        ++role.header.version;
    });
    REQUIRE(added.size() == 2);
    CHECK(added[0].what == "org.example/hello/x86_64/stable-2.json");
    for (const auto* words : {"custom sequence 2", "custom version ", "hashes sha256 ", "length "}) {
        CHECK(added[0].words.find(words) != std::string::npos);
    }
    CHECK(added[1] == changed("version", "1 -> 2"));

    const auto gone = rows(publisher(), [](tuf::Targets& role) { role.targets.clear(); });
    REQUIRE(gone.size() == 1);
    CHECK(gone[0].kind == RoleChange::Kind::removed);
}

TEST_CASE("keys, thresholds, paths and the flag of a delegation are one row about its publisher")
{
    const auto found = rows(Site().targets, [](tuf::Targets& role) {
        role.delegations[0].keys = testing::role_keys({"demo", "thief"}, 2);
        const auto key = tuf::make_key(testing::a_key("thief").public_key().bytes());
        role.keys.emplace(key.id, key);
        role.delegations[0].namespaces = {"org.evil", "org.example"};
    });

    REQUIRE(found.size() == 2);
    CHECK(found[0].what == "publisher demo");
    CHECK(found[0].words.find("threshold 1 -> 2") != std::string::npos);
    CHECK(found[0].words.find("+ paths org.evil/*/*/*") != std::string::npos);
    CHECK(found[0].words.find("+ keyids " + testing::a_key("thief").public_key().id().hex()) != std::string::npos);
    CHECK(found[1].what == "key " + testing::a_key("thief").public_key().id().hex());
}

TEST_CASE("without anything to compare with all of a role is shown")
{
    const auto found = app::describe_changes(std::nullopt, tuf::encode(publisher()));

    CHECK(std::ranges::all_of(found, [](const auto& row) { return row.kind == RoleChange::Kind::added; }));
    CHECK(std::ranges::count(found, "qpkg_ostree_key", &RoleChange::what) == 1);
    CHECK(app::change_lines(std::nullopt, tuf::encode(publisher())).back() ==
          "  in all: " + std::to_string(found.size()) + " added, 0 removed, 0 changed");
}

TEST_CASE("the same members in another order are not passed over in silence")
{
    const auto before = R"({"_type":"targets","list":["a","b"]})";

    REQUIRE(app::describe_changes(before, R"({"_type":"targets","list":["b","a"]})").size() == 1);
    REQUIRE(app::describe_changes(before, R"({"_type":"targets","list":["a","b","b"]})").size() == 1);
}

TEST_CASE("every member that is written today is known")
{
    const Site site;
    for (const auto& payload : {tuf::encode(publisher()), tuf::encode(site.targets), tuf::encode(site.root),
                                tuf::encode(tuf::Targets{site.targets.header, {}, {}, {}})}) {
        CHECK_NOTHROW(app::require_known_members(payload));
    }
}

TEST_CASE("a member that nobody knows is refused wherever it stands, and so is a known one of another kind")
{
    const auto payload = tuf::encode(publisher());
    const auto refused = [&](const std::string& from, const std::string& to, const std::string& words) {
        auto bytes = payload;
        const auto at = bytes.find(from);
        REQUIRE(at != std::string::npos);
        bytes.replace(at, from.size(), to);
        CHECK_FAILS(Code::untrusted, words, app::require_known_members(bytes));
    };
    refused(R"("version":1})", R"("version":1,"x":{}})", "holds \"x\"");
    refused(R"("custom":{)", R"("custom":{"auto":true,)", "stable-1.json custom auto\"");
    refused(R"("hashes":{)", R"("hashes":{"md5":"00",)", "hashes md5\"");
    refused(R"("sequence":1,)", R"("sequence":{"deep":1},)", "custom sequence deep\"");
    refused(R"("sequence":1,)", R"("sequence":"1",)", "custom sequence\"");
    refused(R"("org.example/old/x86_64/stable":3)", R"("org.example/old/x86_64/stable":{"a":1})", "stable a\"");

    auto root = tuf::encode(Site().root);
    root.replace(root.find(R"("scheme":"ed25519")"), 18, R"("scheme":"ed25519","x":"y")");
    CHECK_FAILS(Code::untrusted, " x\"", app::require_known_members(root));
}

TEST_CASE("a value that nobody would read to its end is refused")
{
    auto role = publisher();
    role.targets.begin()->second.custom.insert_or_assign("summary", std::string(1001, 'a'));

    CHECK_FAILS(Code::untrusted, "has 1001 characters", app::require_known_members(tuf::encode(role)));
}

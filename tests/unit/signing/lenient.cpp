// SPDX-License-Identifier: LGPL-2.1-or-later
// Reading repositories of others; tests/outside does the same with whole repositories of python3-tuf.
#include "outside/tuf_client/lenient/canonicaliser.hpp"
#include "outside/tuf_client/lenient/reader.hpp"
#include "support/expect.hpp"
#include "support/releases.hpp"
#include "support/trusting.hpp"

using namespace qpkg;
using testing::Site;

namespace {

std::string file(const std::string& signed_part, const std::string& signatures = "[]")
{
    return R"({"signed": )" + signed_part + R"(, "signatures": )" + signatures + "}";
}

std::string spelled(const std::string& signed_part)
{
    return trust::canonicalise(file(signed_part), 100'000).signed_part.canonical;
}

std::string timestamp_with(const std::string& expires)
{
    return file(R"({"_type": "timestamp", "spec_version": "1.0.31", "version": 1, "expires": ")" + expires +
                R"(", "meta": {"snapshot.json": {"version": 7}}})");
}

const trust::Reader& reader() { return trust::lenient_profile().reader; }

} // namespace

TEST_CASE("any JSON becomes OLPC canonical JSON: sorted, without blanks, two escapes")
{
    CHECK(spelled("{ \"b\" : [1, true, null],\n\"a\": {} }") == R"({"a":{},"b":[1,true,null]})");
    CHECK(spelled(R"({"a": "\u00fc\/\t\"\\"})") == "{\"a\":\"\xc3\xbc/\t\\\"\\\\\"}");
    CHECK(spelled(R"({"a": -3, "b": 18446744073709551615})") == R"({"a":-3,"b":18446744073709551615})");
}

TEST_CASE("JSON that two readers may understand differently is refused")
{
    CHECK_FAILS(Code::corrupt, "\"version\" is there twice", spelled(R"({"version": 99, "version": 1})"));
    CHECK_FAILS(Code::corrupt, "1.0 is no integer", spelled(R"({"version": 1.0})"));
    CHECK_FAILS(Code::corrupt, "1e3 is no integer", spelled(R"({"version": 1e3})"));
    CHECK_FAILS(Code::corrupt, "nested deeper than 32", spelled(std::string(7000, '[')));
    CHECK_FAILS(Code::corrupt, "no JSON", spelled("{} trailing"));
    CHECK_FAILS(Code::corrupt, "no JSON", spelled("{\"a\": \"\xff\"}"));
    CHECK_FAILS(Code::corrupt, "not an object", trust::canonicalise("[]", 10));
    CHECK_FAILS(Code::corrupt, "no \"signed\"", trust::canonicalise(R"({"signatures": []})", 100));
    CHECK_FAILS(Code::no_space, "allowed are 10", trust::canonicalise(file("{}"), 10));
}

TEST_CASE("metadata of others needs no length, no hash and no qpkg_issued")
{
    const auto role = reader().timestamp(timestamp_with("2030-01-01T00:00:00Z"));

    CHECK(role.snapshot == tuf::FileInfo{7, std::nullopt, std::nullopt});
    CHECK(role.snapshot.matches("anything"));
    CHECK(role.issued == 0);
}

TEST_CASE("bad input 9: numbers that are no versions are refused by the lenient reader too")
{
    for (const std::string version : {"-1", "0", "null", "\"1\"", "18446744073709551616", "9007199254740992"}) {
        auto bytes = timestamp_with("2030-01-01T00:00:00Z");
        bytes.replace(bytes.find("\"version\": 1"), 12, "\"version\": " + version);
        CHECK_FAILS(Code::corrupt, "", reader().timestamp(bytes));
    }
}

TEST_CASE("bad input 12 and 13: another role and an expiry that is no date are refused by the lenient reader too")
{
    CHECK_FAILS(Code::corrupt, "is a timestamp, expected snapshot",
                reader().snapshot(timestamp_with("2030-01-01T00:00:00Z")));
    for (const std::string expires :
         {"2099-13-45T99:99:99Z", "2026-01-01", "10000-01-01T00:00:00Z", "2026-01-01T00:00:00+02:00"}) {
        CHECK_FAILS(Code::corrupt, "is not a time", reader().timestamp(timestamp_with(expires)));
    }
}

TEST_CASE("bad input 16: one key id twice is refused by the lenient reader too; what is no signature is skipped")
{
    const auto signatures = [](const std::string& text) { return reader().open(file("{}", text)).signatures; };

    CHECK(signatures(R"([{"keyid": "a", "sig": "00ff"}, {"keyid": "b", "sig": "xyz"}, {"keyid": "c", "sig": ""}])")
              .size() == 1);
    CHECK(signatures(R"([{"keyid": "a", "sig": ""}, {"keyid": "a", "sig": "01"}])").size() == 1);
    CHECK_FAILS(Code::corrupt, "signs twice",
                signatures(R"([{"keyid": "a", "sig": "00"}, {"keyid": "a", "sig": "01"}])"));
    CHECK_FAILS(Code::corrupt, "at most 256", [&] {
        std::string many;
        for (int i = 0; i < 300; ++i) {
            many += (many.empty() ? "" : ",") + ("{\"keyid\": \"" + std::to_string(i)) + "\", \"sig\": \"00\"}";
        }
        return signatures("[" + many + "]");
    }());
}

TEST_CASE("a terminating delegation ends the search, another does not")
{
    Site site;
    site.delegate("others", {"org.example"});
    site.add(testing::a_release("org.example.hello"), "others");
    site.publish();
    const auto find = [&] {
        trust::MemoryTrustStore store;
        trust::Updater updater(store, RepoName::require("demo"), trust::lenient_profile(), Site::start);
        updater.trust_root(site.files.at("tuf/1.root.json"));
        trust::RefreshReport report;
        updater.refresh(site, report);
        return updater.find("org.example/hello/x86_64/stable-1.json", site, report);
    };
    CHECK_FALSE(find());

    site.write_targets_not_terminating();
    const auto found = find();
    REQUIRE(found);
    CHECK(found->role == "others");
}

TEST_CASE("a repository of ours is read by the lenient machine as by the strict one")
{
    Site site;
    trust::MemoryTrustStore store;
    trust::Updater updater(store, RepoName::require("demo"), trust::lenient_profile(), Site::start);
    updater.trust_root(site.files.at("tuf/1.root.json"));

    trust::RefreshReport report;
    updater.refresh(site, report);

    CHECK(report.changed);
    CHECK((*updater.targets())->delegations.front().patterns == std::vector<std::string>{"org.example/*/*/*"});
    CHECK_FALSE(updater.find("org.example/hello/x86_64/stable-1.json", site, report));
    CHECK(site.asked.back() == "tuf/1.demo.json");
}

TEST_CASE("a target without a hash that is checked here disables itself alone")
{
    Site site;
    site.add(testing::a_release("org.example.hello"));
    site.add(testing::a_release("org.example.other"));
    site.publish();
    const auto path = "tuf/2.demo.json";
    const auto hello = R"("hashes":{"sha256":")" +
                       site.publishers.at("demo").targets.at("org.example/hello/x86_64/stable-1.json").sha256.hex();
    auto weak = hello;
    weak.replace(weak.find("sha256"), 6, "sha512");
    site.files.at(path) = testing::resigned(site.files.at(path), hello, weak, site.signers.at("demo"));
    const auto& bytes = site.files.at(path);
    site.snapshot.roles.at("demo") = {2, bytes.size(), sha256(bytes)};
    site.write_snapshot();
    site.write_timestamp();
    trust::MemoryTrustStore store;
    trust::Updater updater(store, RepoName::require("demo"), trust::lenient_profile(), Site::start);
    updater.trust_root(site.files.at("tuf/1.root.json"));
    trust::RefreshReport report;
    updater.refresh(site, report);

    CHECK(updater.find("org.example/other/x86_64/stable-1.json", site, report));
    CHECK_FAILS(Code::corrupt, "org.example/hello/x86_64/stable-1.json: ",
                updater.find("org.example/hello/x86_64/stable-1.json", site, report));
}

TEST_CASE("a specification's version is made of numbers")
{
    const auto of = [](const std::string& version) {
        auto bytes = timestamp_with("2030-01-01T00:00:00Z");
        const auto at = bytes.find("1.0.31");
        REQUIRE(at != std::string::npos);
        return bytes.replace(at, 6, version);
    };
    for (const std::string version : {"1", "1.0", "1.0.0", "1.2.99"}) {
        CHECK_NOTHROW(reader().timestamp(of(version)));
    }
    for (const std::string version : {"1.0.x y", "1.", "1.0.", "1.0.34.1", "2.0.0", "10.0", "", "1.0.3 4"}) {
        CHECK_FAILS(Code::unsupported, "written for TUF", reader().timestamp(of(version)));
    }
}

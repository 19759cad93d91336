// SPDX-License-Identifier: LGPL-2.1-or-later
#include "repo-format/repo/manifest.hpp"
#include "support/expect.hpp"
#include "support/releases.hpp"

using namespace qpkg;
using testing::a_release;

namespace {

Release an_extension()
{
    auto release = a_release();
    release.exports.clear();
    release.extends = {PointName::require("qpkg.fonts"), "1"};
    return release;
}

Release with_a_point()
{
    auto release = a_release();
    release.points = {{PointName::require("org.example.hello"), {"/usr/lib/hello", "/usr/share/hello"}, "1"},
                      {PointName::require("org.example.hello/brushes"), {"/usr/share/hello/brushes"}, "webext-1"}};
    return release;
}

void refused(const Release& release, const std::string& from, const std::string& to, Code code,
             const std::string& words)
{
    auto text = encode_manifest(release);
    const auto at = text.find(from);
    REQUIRE(at != std::string::npos);
    CHECK_FAILS(code, words, parse_manifest(text.replace(at, from.size(), to)));
}

} // namespace

TEST_CASE("what a manifest says of points is read again")
{
    CHECK(parse_manifest(encode_manifest(an_extension())) == an_extension());
    CHECK(parse_manifest(encode_manifest(with_a_point())) == with_a_point());
    CHECK(encode_manifest(a_release()).find(R"("kind":"app")") != std::string::npos);
}

TEST_CASE("a manifest is of an app or of an extension, and each says what belongs to it")
{
    refused(a_release(), R"("kind":"app")", R"("kind":"theme")", Code::unsupported, "\"theme\" is not known");
    refused(a_release(), R"("kind":"app",)", "", Code::corrupt, "kind: missing");
    refused(a_release(), R"("kind":"app")", R"("kind":"extension")", Code::corrupt, "says what it extends");
    refused(an_extension(), R"("kind":"extension")", R"("kind":"app")", Code::corrupt, "and nothing else does");
    refused(an_extension(), "qpkg.fonts", "qpkg.commands", Code::unsupported, "no point of a qube");
    refused(an_extension(), R"("abi":"1")", R"("abi":"")", Code::corrupt, "extends.abi");

    auto exporting = a_release();
    exporting.extends = an_extension().extends;
    CHECK_FAILS(Code::corrupt, "neither exports nor points", parse_manifest(encode_manifest(exporting)));
    auto starting = an_extension();
    starting.first_start.state = {"hello"};
    CHECK_FAILS(Code::corrupt, "starts nothing", parse_manifest(encode_manifest(starting)));
    auto open = with_a_point();
    open.exports.clear();
    open.extends = an_extension().extends;
    CHECK_FAILS(Code::corrupt, "neither exports nor points", parse_manifest(encode_manifest(open)));
}

TEST_CASE("a base is its own base, and asks for nothing")
{
    const auto base = testing::a_base_release();
    CHECK(parse_manifest(encode_manifest(base)) == base);
    CHECK(encode_manifest(base).find(R"("kind":"base")") != std::string::npos);
    CHECK(encode_manifest(base).find(R"("ref":"base/local.debian-12/x86_64/stable")") != std::string::npos);

    refused(a_release(), R"("kind":"app")", R"("kind":"base")", Code::corrupt, "a base is its own base");
    refused(base, R"("kind":"base")", R"("kind":"app")", Code::corrupt, "a base is its own base");
    refused(base, R"("id":"local.debian-12")", R"("id":"debian-12")", Code::corrupt, "a base is its own base");
    refused(base, "\"ref\":\"base/", "\"ref\":\"app/", Code::corrupt, "ostree.ref");

    const auto with = [&](const auto& change) {
        auto changed = base;
        change(changed);
        return encode_manifest(changed);
    };
    for (const auto& manifest :
         {with([](Release& release) { release.exports = a_release().exports; }),
          with([](Release& release) { release.needs.network = true; }), with([](Release& release) {
              release.limits = {{"/usr/bin/su", Right::setuid}};
          }),
          with([](Release& release) { release.first_start.state = {"hello"}; }), with([](Release& release) {
              release.points = {{PointName::require("local.debian-12"), {"/usr/lib/hello"}, "1"}};
          })}) {
        CHECK_FAILS(Code::corrupt, "a base has neither exports nor needs", parse_manifest(manifest));
    }
    CHECK_FAILS(Code::corrupt, "inputs.base: of a base it is its own commit",
                parse_manifest(with([](Release& release) { release.inputs.base = CommitId(sha256("another")); })));
    CHECK_FAILS(Code::corrupt, "inputs.agent: expected sha256:", parse_manifest([&] {
                    auto bytes = encode_manifest(base);
                    return bytes.replace(bytes.find("\"agent\":\"sha256"), 16, "\"agent\":\"sha512");
                }()));
}

TEST_CASE("the points of an app are its own, few, ascending, and have folders of their own")
{
    const auto point = with_a_point();
    refused(point, R"("name":"org.example.hello")", R"("name":"org.example.other")", Code::corrupt,
            "points[0].name: is not of the app's id");
    refused(point, "/usr/lib/hello", "/usr/bin", Code::corrupt, "points[0].folders: a point has folders");
    refused(point, "/usr/lib/hello", "/usr/share/zzz", Code::corrupt, "not in ascending order");
    refused(point, R"(["/usr/share/hello/brushes"])", "[]", Code::corrupt, "points[1].folders: expected 1 to 16");
    auto twice = point;
    twice.points.push_back(twice.points.back());
    CHECK_FAILS(Code::corrupt, "points[2]: more than 16, or not ascending", parse_manifest(encode_manifest(twice)));
    auto qube = a_release("qpkg.fonts");
    qube.points = {{PointName::require("qpkg.fonts"), {"/usr/share/hello"}, "1"}};
    CHECK_FAILS(Code::corrupt, "is not of the app's id", parse_manifest(encode_manifest(qube)));
}

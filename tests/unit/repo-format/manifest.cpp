// SPDX-License-Identifier: LGPL-2.1-or-later
#include "repo-format/repo/manifest.hpp"

#include "repo-format/repo/canonical_json.hpp"
#include "support/expect.hpp"
#include "support/paths.hpp"
#include "support/releases.hpp"

#include "qpkg/core/files.hpp"

using namespace qpkg;
using testing::a_release;

namespace {

/// The manifest with one stretch of text replaced.
std::string changed(const std::string& from, const std::string& to)
{
    auto bytes = encode_manifest(a_release());
    const auto at = bytes.find(from);
    REQUIRE(at != std::string::npos);
    return bytes.replace(at, from.size(), to);
}

/// With a root that was made of no base.
Release a_whole_release()
{
    auto release = a_release();
    release.base = BaseOrNone::none();
    release.base_level = 0;
    release.inputs.base = std::nullopt;
    return release;
}

} // namespace

TEST_CASE("a manifest that is written and read again is the same release")
{
    auto release = a_release();
    release.exports.push_back({.kind = ExportKind::desktop,
                               .name = "hello.desktop",
                               .path = "/usr/share/applications/hello.desktop",
                               .menu = MenuEntry{"Hello (world)", "hello", {"Utility", "2DGraphics"}}});
    release.exports.push_back({.kind = ExportKind::desktop,
                               .name = "plain.desktop",
                               .path = "/usr/share/applications/plain.desktop",
                               .menu = MenuEntry{"Plain"},
                               .rank = Rank::second});
    release.needs.gpu = true;

    CHECK(parse_manifest(encode_manifest(release)) == release);
}

TEST_CASE("the manifest vector has exactly the bytes of the release it describes")
{
    const auto vector =
        files::read(testing::source_directory() / "repo-format/vectors/manifest.json", largest_manifest);

    auto release = a_release();
    release.limits = {{"/usr/bin/hello-raw", Right::capabilities}, {"/usr/bin/hello-raw", Right::setuid}};
    CHECK(encode_manifest(release) == vector);
    CHECK(parse_manifest(vector) == release);
}

TEST_CASE("limits of a manifest are rows of a path and a right, ascending and few")
{
    const auto with = [](const std::string& limits) {
        return changed(R"("needs":)", R"("limits":[)" + limits + R"(],"needs":)");
    };

    CHECK(parse_manifest(with(R"(["/usr/bin/a","setgid"],["/usr/bin/a","setuid"])")).limits.size() == 2);
    for (const auto* row : {R"(["/usr/bin/a"])", R"(["/usr/bin/a","root"])", R"(["usr/bin/a","setuid"])", R"("x")",
                            R"(["/usr/../a","setuid"])", R"(["/usr/bin/a","setuid","x"])", R"([1,"setuid"])"}) {
        CHECK_FAILS(Code::corrupt, "limits[0]: expected [path, right]", parse_manifest(with(row)));
    }
    CHECK_FAILS(Code::corrupt, "limits[1]: more than 32, or not ascending",
                parse_manifest(with(R"(["/b","setuid"],["/a","setuid"])")));
    std::string many;
    for (int i = 10; i < 43; ++i) {
        many += std::string(many.empty() ? "" : ",") + "[\"/" + std::to_string(i) + R"(","setuid"])";
    }
    CHECK_FAILS(Code::corrupt, "limits[32]: more than 32", parse_manifest(with(many)));
}

TEST_CASE("bad input 11: unknown members of a manifest are ignored")
{
    CHECK(parse_manifest(changed(R"("view":)", R"("vex":{"x":[1]},"view":)")) == a_release());
}

TEST_CASE("an unknown view is unsupported, and the shared one says what comes instead")
{
    CHECK_FAILS(Code::unsupported, "qube's own /usr",
                parse_manifest(changed(R"("view":"private")", R"("view":"shared")")));
    CHECK_FAILS(Code::unsupported, "\"merged\" is not known, this qpkg knows private and whole",
                parse_manifest(changed(R"("view":"private")", R"("view":"merged")")));
}

TEST_CASE("a manifest of a whole view stands on no base, and has exactly the bytes of its vector")
{
    const auto release = a_whole_release();
    const auto vector =
        files::read(testing::source_directory() / "repo-format/vectors/manifest-whole.json", largest_manifest);

    CHECK(encode_manifest(release) == vector);
    CHECK(parse_manifest(vector) == release);
    CHECK(vector.find(R"("base":)") == std::string::npos);
    CHECK(vector.find(R"("view":"whole")") != std::string::npos);

    auto of_packages = release;
    of_packages.inputs.base = CommitId(sha256("base"));
    CHECK(parse_manifest(encode_manifest(of_packages)) == of_packages);
}

TEST_CASE("base and view of a manifest cannot contradict each other")
{
    CHECK_FAILS(Code::corrupt, "base: a whole view stands on no base",
                parse_manifest(changed(R"("view":"private")", R"("view":"whole")")));
    CHECK_FAILS(Code::corrupt, "base: missing", parse_manifest(changed(R"("base":{"id":"debian-12","level":1},)", "")));
    CHECK_FAILS(Code::corrupt, "inputs: no base, which a private view is built on",
                parse_manifest(changed("\"base\":\"" + sha256("base").hex() + "\",", "")));
}

TEST_CASE("what is made with a base's has no place in a whole view")
{
    constexpr const char* refusal = "view: a whole view has no services, first start or points, and is no extension";
    const auto whole = a_whole_release();

    auto serving = whole;
    serving.exports.push_back({.kind = ExportKind::service, .name = "org.example.hello.service", .path = "/a"});
    CHECK_FAILS(Code::corrupt, refusal, parse_manifest(encode_manifest(serving)));
    auto extension = whole;
    extension.exports.clear();
    extension.extends = {PointName::require("qpkg.fonts"), "1"};
    CHECK_FAILS(Code::corrupt, refusal, parse_manifest(encode_manifest(extension)));
    auto starting = whole;
    starting.first_start.state = {"hello"};
    CHECK_FAILS(Code::corrupt, refusal, parse_manifest(encode_manifest(starting)));
    auto open = whole;
    open.points = {{PointName::require("org.example.hello"), {"/usr/lib/hello"}, "1"}};
    CHECK_FAILS(Code::corrupt, refusal, parse_manifest(encode_manifest(open)));
}

TEST_CASE("names of buses and units that are not the app's are listed, and no other")
{
    auto release = a_release();
    release.exports = {
        {.kind = ExportKind::dbus, .name = "org.freedesktop.secrets", .path = "/a", .listed = true},
        {.kind = ExportKind::service, .name = "org.example.hello.service", .path = "/b", .starts = true}};
    const auto bytes = encode_manifest(release);
    CHECK(parse_manifest(bytes) == release);

    const auto refused = [&](const std::string& from, const std::string& to, const std::string& words) {
        auto text = bytes;
        REQUIRE(text.find(from) != std::string::npos);
        CHECK_FAILS(Code::corrupt, words, parse_manifest(text.replace(text.find(from), from.size(), to)));
    };
    refused(R"("listed":true,)", "", "exports[0].name: \"org.freedesktop.secrets\": the name is not of the app's id");
    refused(R"("listed":true)", R"("listed":false)", "exports[0].listed: expected true");
    refused("org.freedesktop.secrets", "org.example.hello.A", "only a name");
    refused("org.example.hello.service", "qubes-.service", "exports[1].name: \"qubes-.service\": what is said");
    refused(R"("kind":"service","name":"org.example.hello.service")", R"("kind":"command","name":"a")",
            "only a service starts");
}

TEST_CASE("a volume of another format is unsupported, and that of 0.1 says what to do")
{
    CHECK_FAILS(Code::unsupported, "volume.format erofs-1 is that of qpkg 0.1; build it again",
                parse_manifest(changed("erofs-2", "erofs-1")));
    CHECK_FAILS(Code::unsupported, "volume.format erofs-3 is not known, this qpkg makes erofs-2",
                parse_manifest(changed("erofs-2", "erofs-3")));
}

TEST_CASE("a manifest of a newer schema is unsupported, another type is corrupt")
{
    CHECK_FAILS(Code::unsupported, "schema 3", parse_manifest(changed(R"("schema":2)", R"("schema":3)")));
    CHECK_FAILS(Code::unsupported, "made by qpkg 0.1; build it again",
                parse_manifest(changed(R"("schema":2)", R"("schema":1)")));
    CHECK_FAILS(Code::corrupt, "expected qpkg-release", parse_manifest(changed("qpkg-release", "qpkg-rebuild")));
}

TEST_CASE("a manifest whose members are malformed is refused by name")
{
    CHECK_FAILS(Code::corrupt, "app: ", parse_manifest(changed(R"("app":"org.example.hello")", R"("app":"../hello")")));
    CHECK_FAILS(Code::corrupt, "arch: ", parse_manifest(changed(R"("arch":"x86_64")", R"("arch":"sparc")")));
    CHECK_FAILS(Code::corrupt, "sequence", parse_manifest(changed(R"("sequence":1)", R"("sequence":"1")")));
    CHECK_FAILS(Code::corrupt, "ostree.objects: missing", parse_manifest(changed(R"("objects":12,)", "")));
    CHECK_FAILS(Code::corrupt, "ostree.ref",
                parse_manifest(changed("app/org.example.hello/", "app/org.example.other/")));
    CHECK_FAILS(Code::corrupt, "inputs.lock", parse_manifest(changed("sha256:", "sha512:")));
    CHECK_FAILS(Code::corrupt, "exports[0].path", parse_manifest(changed("/usr/bin/hello", "/usr/../etc/hello")));
    CHECK_FAILS(Code::corrupt, "exports[0].name", parse_manifest(changed(R"("name":"hello")", R"("name":"../hello")")));
    CHECK_FAILS(Code::corrupt, "exports[0].kind", parse_manifest(changed(R"("kind":"command")", R"("kind":"setuid")")));
    CHECK_FAILS(Code::corrupt, "exports[0].rank", parse_manifest(changed(R"("rank":"first")", R"("rank":"third")")));
    CHECK_FAILS(Code::corrupt, "exports[0].rank", parse_manifest(changed(R"(,"rank":"first")", "")));
    CHECK_FAILS(Code::corrupt, "details.size", parse_manifest(changed(R"("size":700)", R"("size":"700")")));
    CHECK_FAILS(Code::corrupt, "owners.packed_sha256",
                parse_manifest(changed(sha256("owners.zst").hex(), "sha256:" + sha256("owners.zst").hex())));
}

TEST_CASE("a manifest over 64 KiB is neither written nor read")
{
    auto release = a_release();
    for (int i = 0; i < 1000; ++i) {
        const auto name = "a-command-of-many-" + std::to_string(i);
        release.exports.push_back({.kind = ExportKind::command, .name = name, .path = "/usr/bin/" + name});
    }

    CHECK_FAILS(Code::no_space, "1001 exports", encode_manifest(release));
    CHECK_FAILS(Code::no_space, "allowed are 65536", parse_manifest(std::string(65537, ' ')));
}

TEST_CASE("bad input 1: a manifest cut at any byte is refused")
{
    const auto whole = encode_manifest(a_release());

    for (std::size_t length = 0; length < whole.size(); ++length) {
        CHECK_FAILS(Code::corrupt, "not canonical", parse_manifest(whole.substr(0, length)));
    }
}

TEST_CASE("a target lies in the folder of its namespace, app and architecture")
{
    const auto release = a_release("org.example.hello", 41);
    const auto path = target_path(release.app, release.arch, release.channel, release.sequence);

    CHECK(path == "org.example/hello/x86_64/stable-41.json");
    CHECK(target_file(path, sha256("")) ==
          "targets/org.example/hello/x86_64/"
          "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855.stable-41.json");
}

TEST_CASE("deltas are rows of the manifest, ascending, and absent when there are none")
{
    auto release = a_release();
    CHECK(encode_manifest(release).find("deltas") == std::string::npos);
    const DeltaSummary low{CommitId(*Digest::from_hex(std::string(64, '1'))), sha256("a"), 1, 2, 3};
    const DeltaSummary high{CommitId(*Digest::from_hex(std::string(64, '2'))), sha256("b"), 4, 5, 6};
    release.deltas = {low, high};

    CHECK(parse_manifest(encode_manifest(release)) == release);
}

TEST_CASE("deltas that are malformed, twice there or out of order are refused")
{
    const auto with = [](const std::string& rows) {
        auto bytes = encode_manifest(a_release());
        const std::string next = "\"details\":";
        return bytes.insert(bytes.find(next), "\"deltas\":" + rows + ",");
    };
    const std::string one = '"' + std::string(64, '1') + '"';
    const std::string two = '"' + std::string(64, '2') + '"';
    const auto row = [&](const std::string& from) { return "[" + from + "," + one + ",1,2,3]"; };

    CHECK_NOTHROW(parse_manifest(with("[" + row(one) + "," + row(two) + "]")));
    CHECK_FAILS(Code::corrupt, "not in ascending order", parse_manifest(with("[" + row(two) + "," + row(one) + "]")));
    CHECK_FAILS(Code::corrupt, "not in ascending order", parse_manifest(with("[" + row(one) + "," + row(one) + "]")));
    for (const auto* bad : {"[1]", "[[]]", "[[\"x\",\"y\",1,2,3]]"}) {
        CHECK_FAILS(Code::corrupt, "deltas[0]: expected [from", parse_manifest(with(bad)));
    }
}

TEST_CASE("a menu entry outside its grammar makes the manifest corrupt")
{
    const auto refused = [](const MenuEntry& entry, const std::string& words) {
        auto release = a_release();
        release.exports.push_back(
            {ExportKind::desktop, "hello.desktop", "/usr/share/applications/hello.desktop", entry});
        const auto bytes = encode_manifest(release);
        CHECK_FAILS(Code::corrupt, words, parse_manifest(bytes));
    };

    for (const auto* name : {"", "%VMNAME%", "a;b", "a=b", " a", "a ", "$(id)", "a[de]"}) {
        refused({name}, "menu.name: not the name of a menu entry");
    }
    refused({std::string(101, 'x')}, "menu.name: not the name");
    for (const auto* icon : {"/etc/passwd", "../x", "-x", "a b"}) {
        refused({"Hello", icon}, "menu.icon: not the name of an icon");
    }
    refused({"Hello", "", {"a;b"}}, "menu.categories: expected at most 16 words");
    refused({"Hello", "", {""}}, "menu.categories: expected at most 16 words");
    refused({"Hello", "", std::vector<std::string>(17, "Game")}, "menu.categories: expected at most 16 words");
}

TEST_CASE("a first start of a manifest keeps the rules of the qube")
{
    const auto with = [](const std::string& first) {
        return changed(R"("inputs":)", R"("first_start":)" + first + R"(,"inputs":)");
    };
    auto release = a_release();
    release.first_start = {"hello", {"a", "b"}, {{"/usr/bin/hello", "--init", ""}}};
    CHECK(parse_manifest(encode_manifest(release)) == release);

    for (const auto& [first, what] : std::vector<std::pair<std::string, std::string>>{
             {R"({"run":[],"state":[],"user":"user"})", "first_start.state: there is none"},
             {R"({"run":[],"state":["a"],"user":"root"})", "first_start.user: expected an account"},
             {R"({"run":[],"state":["b","a"],"user":"user"})", "first_start.state: the folders do not ascend"},
             {R"({"run":[],"state":[1],"user":"user"})", "first_start.state: expected texts"},
             {R"({"run":["x"],"state":["a"],"user":"user"})", "first_start.run: expected programs"},
             {R"({"run":[["x"]],"state":["a"],"user":"user"})", "first_start.run: expected a program with"},
             {R"({"run":[[]],"state":["a"],"user":"user"})", "first_start.run: expected a program with"},
             {R"({"state":["a"],"user":"user"})", "first_start.run"},
         }) {
        CAPTURE(first);
        CHECK_FAILS(Code::corrupt, what, parse_manifest(with(first)));
    }
}

TEST_CASE("the core of a release is what was built, not how it is carried or in which channel")
{
    const auto release = a_release();
    auto carried = release;
    carried.channel = Channel::require("testing");
    carried.sequence = 7;
    carried.tree.archive_size += 1;
    carried.details.packed_sha256 = sha256("other");
    carried.owners.packed_size += 1;
    carried.deltas = {{CommitId(sha256("from")), sha256("superblock"), 1, 2, 3}};

    CHECK(core_of(carried) == core_of(release));
    const auto differs = [&](auto change) {
        auto other = release;
        change(other);
        CHECK(core_of(other) != core_of(release));
    };
    differs([](Release& other) { other.version += "1"; });
    differs([](Release& other) { other.tree.commit = CommitId(sha256("other")); });
    differs([](Release& other) { other.volume.root = VolumeId(sha256("other")); });
    differs([](Release& other) { other.details.sha256 = sha256("other"); });
    differs([](Release& other) { other.inputs.lock = sha256("other"); });
    differs([](Release& other) { other.needs.network = !other.needs.network; });
}

TEST_CASE("a commit is bound to one ref whatever its channel, and served under the channel's")
{
    auto release = a_release();
    release.channel = Channel::require("testing");

    CHECK(parse_manifest(encode_manifest(release)).tree.ref == "app/org.example.hello/x86_64/stable");
    CHECK(served_ref(release) == "app/org.example.hello/x86_64/testing");
}

// SPDX-License-Identifier: LGPL-2.1-or-later
#include "repo-format/guest/exports.hpp"

#include "repo-format/repo/manifest.hpp"
#include "support/expect.hpp"
#include "support/releases.hpp"

using namespace qpkg;

namespace {

const auto hello = AppId::require("org.example.hello");
const std::string header = "qpkg-exports-2 org.example.hello\n";

std::string with(std::string_view lines) { return header + std::string(lines); }

} // namespace

TEST_CASE("exports are written in one order and read back")
{
    const std::vector<Export> exports{
        {ExportKind::icon, "hello", "/usr/share/icons/hicolor/48x48/apps/hello.png"},
        {ExportKind::command, "hello", "/usr/bin/hello"},
        {ExportKind::icon, "hello", "/usr/share/icons/hicolor/16x16/apps/hello.png"},
        {.kind = ExportKind::desktop,
         .name = "hello.desktop",
         .path = "/usr/share/applications/hello.desktop",
         .rank = Rank::second},
    };

    const auto bytes = encode_exports(hello, exports);

    CHECK(bytes == with("command first hello /usr/bin/hello\n"
                        "desktop second hello.desktop /usr/share/applications/hello.desktop\n"
                        "icon first hello /usr/share/icons/hicolor/16x16/apps/hello.png\n"
                        "icon first hello /usr/share/icons/hicolor/48x48/apps/hello.png\n"));
    CHECK(parse_exports(bytes, hello) == std::vector<Export>{exports[1], exports[3], exports[2], exports[0]});
    CHECK(encode_exports(hello, parse_exports(bytes, hello)) == bytes);
}

TEST_CASE("a name that is not of the app's id is listed")
{
    const std::vector<Export> exports{
        {.kind = ExportKind::dbus, .name = "org.example.hello.A", .path = "/a"},
        {.kind = ExportKind::dbus,
         .name = "org.freedesktop.secrets",
         .path = "/b",
         .rank = Rank::second,
         .listed = true},
        {.kind = ExportKind::service, .name = "hello.service", .path = "/c", .listed = true},
    };

    const auto bytes = encode_exports(hello, exports);

    CHECK(bytes == with("dbus first org.example.hello.A /a\ndbus second org.freedesktop.secrets /b listed\n"
                        "service first hello.service /c listed\n"));
    CHECK(parse_exports(bytes, hello) == exports);
}

TEST_CASE("a module may export nothing")
{
    CHECK(encode_exports(hello, {}) == header);
    CHECK(parse_exports(header, hello).empty());
}

TEST_CASE("an exports file cut anywhere but at the end of a line is refused")
{
    const auto whole = with("command first a /usr/bin/a\ncommand first b /usr/bin/b\n");

    for (std::size_t length = 0; length < whole.size(); ++length) {
        const auto cut = whole.substr(0, length);
        if (!cut.empty() && cut.back() == '\n') {
            continue; // the volume's digest guards against this one
        }
        CHECK_FAILS(Code::corrupt, "exports: line", parse_exports(cut, hello));
    }
}

TEST_CASE("what breaks the grammar of exports is named with its line")
{
    const auto refused = [](std::string_view lines, std::string_view words) {
        const auto text = with(lines);
        CHECK_FAILS(Code::corrupt, std::string(words), parse_exports(text, hello));
    };

    refused("\n", "line 2: expected kind, rank, name and path");
    refused("command first hello\n", "line 2: expected kind, rank, name and path");
    refused("command hello /usr/bin/hello\n", "line 2: expected kind, rank, name and path");
    refused("command third hello /usr/bin/hello\n", "line 2: the rank is neither first nor second");
    refused("icon first other /usr/share/pixmaps/hello.png\n", "an icon lies in");
    refused("program first hello /usr/bin/hello\n", "line 2: unknown kind");
    refused("command first  /usr/bin/hello\n", "line 2: not a name");
    refused("command first ../sh /usr/bin/hello\n", "line 2: not a name");
    refused("command first -x /usr/bin/hello\n", "line 2: not a name");
    refused("command first .x /usr/bin/hello\n", "line 2: not a name");
    refused("command first a:b /usr/bin/hello\n", "line 2: not a name");
    refused("command first " + std::string(65, 'a') + " /usr/bin/hello\n", "line 2: not a name");
    for (const auto* path : {"usr/bin/a", "/", "//usr", "/usr/", "/usr/../etc", "/./usr", "/usr/a b", "/usr/\x1b[2J",
                             "/usr/\xc3\xa4", " /usr"}) {
        refused("command first a " + std::string(path) + '\n', "line 2: not an absolute path");
    }
    refused("command first a /" + std::string(256, 'a') + '\n', "line 2: not an absolute path");
    refused("desktop first hello /usr/share/applications/hello.desktop\n", "ends in .desktop");
    refused("service first hello /usr/lib/systemd/system/hello.service\n", "ends in .service");
    refused("icon first hello /etc/hello.png\n", "an icon lies in");
    refused("service first a.service /a.service\n", "line 2: the name is not of the app's id, and not listed");
    refused("dbus second org.freedesktop.secrets /a\n", "line 2: the name is not of the app's id, and not listed");
    refused("service first org.example.hello.service /a listed\n", "line 2: only a name");
    refused("command first a /a listed\n", "line 2: only a name");
    refused("service first qubes-.service /a listed\n", "line 2: what is said of this name holds for every service");
    refused("dbus first hello /a listed\n", "line 2: not a name of a bus");
    refused("command first b /b\ncommand first a /a\n", "line 3: not in ascending order");
    refused("command first a /a\ncommand first a /a\n", "line 3: not in ascending order");
    refused("command first a /a\ncommand first a /b\n", "line 3: the name is there twice");
    refused("command first a /a\r\n", "line 2: not an absolute path");
}

TEST_CASE("exports of another app or another format are refused")
{
    CHECK_FAILS(Code::corrupt, "expected org.example.hello",
                parse_exports("qpkg-exports-2 org.example.other\n", hello));
    CHECK_FAILS(Code::unsupported, "made by qpkg 0.1; build it again",
                parse_exports("qpkg-exports-1 org.example.hello\n", hello));
    CHECK_FAILS(Code::unsupported, "another format", parse_exports("qpkg-exports-3 org.example.hello\n", hello));
    CHECK_FAILS(Code::corrupt, "line 1", parse_exports("#!/bin/sh\n", hello));
    CHECK_FAILS(Code::no_space, "1 MiB", parse_exports(std::string(largest_exports + 1, 'a'), hello));
}

TEST_CASE("exports that could not be read back are not written")
{
    CHECK_FAILS(Code::usage, "not a name", encode_exports(hello, {{ExportKind::command, "a b", "/usr/bin/a"}}));
    CHECK_FAILS(Code::usage, "there twice",
                encode_exports(hello, {{ExportKind::command, "a", "/a"}, {ExportKind::command, "a", "/b"}}));
}

TEST_CASE("the file in the module and the manifest have one rule for what may be exported")
{
    const auto is_allowed = [](const Export& made) {
        auto release = testing::a_release(hello.text());
        release.exports = {made};
        const auto in_file = testing::failure_of([&] { parse_exports(encode_exports(hello, {made}), hello); });
        const auto in_manifest = testing::failure_of([&] { parse_manifest(encode_manifest(release)); });
        REQUIRE(in_file.has_value() == in_manifest.has_value());
        return !in_file;
    };

    CHECK(is_allowed({ExportKind::command, "hello",
                      '/' + std::string(200, 'a') + '/' + std::string(200, 'b') + '/' + std::string(180, 'c')}));
    CHECK(!is_allowed({ExportKind::command, "hello", "/usr/" + std::string(1024, 'a')}));
    CHECK(!is_allowed({ExportKind::command, std::string(100, 'n'), "/usr/bin/hello"}));
    CHECK(!is_allowed({ExportKind::command, "hello", "/usr/bin/he llo"}));
    CHECK(!is_allowed({ExportKind::icon, "hello", "/opt/x.png"}));
    CHECK(!is_allowed({ExportKind::command, "-x", "/usr/bin/x"}));
}

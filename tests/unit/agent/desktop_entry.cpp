// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/desktop_entry.hpp"

#include "support/expect.hpp"

#include "qpkg/core/key_value_file.hpp"

using namespace qpkg;
using namespace qpkg::agent;

namespace {

const auto app = AppId::require("org.example.hello");

DesktopEntry made(std::string_view bytes)
{
    return for_the_qube(bytes, app, "/run/qpkg/libexec/qpkg-run", "/run/qpkg/volumes/org.example.hello");
}

const std::string minimal = "[Desktop Entry]\nType=Application\nName=Hello\nExec=hello\n";

} // namespace

TEST_CASE("every Exec of a desktop entry runs in the app's view")
{
    const auto entry = made("# comment\n"
                            "[Desktop Entry]\n"
                            "Type = Application\n"
                            "Name[de]=Hallo\n"
                            "Exec=env A=b hello --new %u\n"
                            "Icon=hello\n"
                            "MimeType=text/html;image/png;\n"
                            "\n"
                            "[Desktop Action private]\n"
                            "Exec=hello --private\n");

    CHECK(entry.bytes == "[Desktop Entry]\n"
                         "Type=Application\n"
                         "Name[de]=Hallo\n"
                         "Exec=/run/qpkg/libexec/qpkg-run --view=org.example.hello env A=b hello --new %u\n"
                         "Icon=hello\n"
                         "MimeType=text/html;image/png;\n"
                         "[Desktop Action private]\n"
                         "Exec=/run/qpkg/libexec/qpkg-run --view=org.example.hello hello --private\n");
    CHECK(entry.mime_types == std::vector<std::string>{"text/html", "image/png"});
}

TEST_CASE("what only the view has is taken out of a desktop entry, an icon's file is found in the volume")
{
    const auto entry = made(minimal + "TryExec=hello\nPath=/opt/hello\nDBusActivatable=true\n"
                                      "Icon=/usr/share/pixmaps/hello.png\n[X-Other]\nExec=other\n");

    CHECK(entry.bytes == "[Desktop Entry]\nType=Application\nName=Hello\n"
                         "Exec=/run/qpkg/libexec/qpkg-run --view=org.example.hello hello\n"
                         "Icon=/run/qpkg/volumes/org.example.hello/usr/share/pixmaps/hello.png\n");
}

TEST_CASE("a desktop entry that could mislead is refused by its line")
{
    CHECK_FAILS(Code::corrupt, "line 5: holds a control character", made(minimal + "Comment=a\x1b[2J\n"));
    CHECK_FAILS(Code::corrupt, "line 5: holds a control character", made(minimal + "Comment=a\r\n"));
    CHECK_FAILS(Code::corrupt, "line 1: expected [Desktop Entry]", made("[Other]\n" + minimal));
    CHECK_FAILS(Code::corrupt, "line 5: expected [Desktop Entry] once", made(minimal + minimal));
    CHECK_FAILS(Code::corrupt, "line 1: expected a group", made("Exec=hello\n" + minimal));
    CHECK_FAILS(Code::corrupt, "line 5: expected a group", made(minimal + "no equals sign\n"));
    CHECK_FAILS(Code::corrupt, "line 5: not the name", made(minimal + "E xec=hello\n"));
    CHECK_FAILS(Code::corrupt, "line 3: Exec names no", made("[Desktop Entry]\nType=Application\nExec=\n"));
    CHECK_FAILS(Code::corrupt, "line 5: the name of a group", made(minimal + "[Desktop Action x\n"));
    CHECK_FAILS(Code::corrupt, "not an application", made("[Desktop Entry]\nType=Link\nExec=hello\n"));
    CHECK_FAILS(Code::corrupt, "not an application", made("[Desktop Entry]\nType=Application\n"));
    CHECK_FAILS(Code::corrupt, "not an application", made(""));
    CHECK_FAILS(Code::corrupt, "larger than", made(std::string(largest_key_value_file + 1, '\n')));
}

// SPDX-License-Identifier: LGPL-2.1-or-later
#include "repo-format/guest/points.hpp"

#include "support/expect.hpp"

#include <algorithm>

using namespace qpkg;

namespace {

const auto app = AppId::require("org.example.noto");

std::optional<std::string> complaint(const std::string& point, const std::string& path,
                                     const std::optional<std::string>& target = std::nullopt)
{
    const auto own = folders_of_qube_point(point);
    auto folders = std::vector<std::string>(own.begin(), own.end());
    if (folders.empty()) {
        folders = {"/usr/lib/hello/plug-ins", "/usr/share/hello"};
    }
    return complaint_about_extension(app, {PointName::require(point), "1"}, folders, {path, target});
}

bool may(const std::string& point, const std::string& path, const std::optional<std::string>& target = std::nullopt)
{
    return !complaint(point, path, target);
}

} // namespace

TEST_CASE("the points of a qube are seven, and their folders hold data alone")
{
    const auto points = qube_points();
    CHECK(points.size() == 7);
    CHECK(std::ranges::is_sorted(points));
    for (const auto point : points) {
        REQUIRE(!folders_of_qube_point(point).empty());
        for (const auto folder : folders_of_qube_point(point)) {
            for (const auto* other :
                 {"/usr/share/dbus-1", "/usr/share/systemd", "/usr/share/vulkan", "/usr/share/bash-completion",
                  "/usr/share/glib-2.0", "/usr/share/thumbnailers", "/usr/share/applications", "/usr/share"}) {
                CHECK(folder != other);
            }
        }
    }
    CHECK(folders_of_qube_point("qpkg.commands").empty());
}

TEST_CASE("an extension holds files of its point's folders and nothing else")
{
    CHECK(may("qpkg.fonts", "/usr/share/fonts/a/b.ttf"));
    CHECK(may("qpkg.dictionaries", "/usr/share/hunspell/de_DE.dic"));
    CHECK(may("qpkg.fonts", "/usr/share/qpkg/org.example.noto/exports"));
    CHECK(may("qpkg.fonts", "/usr/lib/fontconfig/cache/ab-le64.cache-8"));
    for (const auto* path :
         {"/usr/share/fonts", "/usr/share/fontsx/a", "/usr/share/dbus-1/services/a.service", "/etc/a",
          "/usr/share/qpkg/org.example.other/exports", "/usr/lib/fontconfig/cache/a/b.cache-8",
          "/usr/lib/fontconfig/cache/x", "/usr/share/icons/a.png", "/usr/lib/x86_64-linux-gnu/liba.so.1"}) {
        CHECK_MESSAGE(!may("qpkg.fonts", path), path);
    }
    CHECK(!may("qpkg.icons", "/usr/lib/fontconfig/cache/ab-le64.cache-8"));
    CHECK(!may("qpkg.fonts", "/usr/share/qpkg/org.example.noto/exports", "/etc/passwd"));
}

TEST_CASE("links of an extension stay in its point, and those of the qube are relative: they are shown elsewhere")
{
    CHECK(may("qpkg.fonts", "/usr/share/fonts/a/b.ttf", "../c.ttf"));
    CHECK(!may("qpkg.fonts", "/usr/share/fonts/a/b.ttf", "/usr/share/fonts/c.ttf"));
    for (const auto* target : {"../../icons/c", "../../../../../..", "..", "/etc/passwd", "../../fonts"}) {
        CHECK_MESSAGE(!may("qpkg.fonts", "/usr/share/fonts/a/b.ttf", target), target);
    }
    CHECK(may("org.example.hello", "/usr/lib/hello/plug-ins/a.so", "/usr/share/hello/a.so"));
    CHECK(!may("org.example.hello", "/usr/lib/hello/plug-ins/a.so", "/usr/bin/a"));
}

TEST_CASE("a plug-in may bring libraries beside those of the app, where nothing is preferred to these")
{
    CHECK(may("org.example.hello", "/usr/lib/hello/plug-ins/a.so"));
    CHECK(may("org.example.hello", "/usr/lib/x86_64-linux-gnu/libfoo.so.1.2"));
    CHECK(may("org.example.hello", "/usr/lib/x86_64-linux-gnu/libfoo.so.1", "libfoo.so.1.2"));
    for (const auto* path : {"/usr/lib/x86_64-linux-gnu/glibc-hwcaps/x86-64-v2/libc.so.6", "/usr/lib/libfoo.so.1",
                             "/usr/lib/x86_64-linux-gnu/foo.so", "/usr/lib/x86_64-linux-gnu/libfoo.so.conf",
                             "/usr/bin/foo", "/usr/lib/hello/other"}) {
        CHECK_MESSAGE(!may("org.example.hello", path), path);
    }
    CHECK(!may("org.example.hello", "/usr/lib/x86_64-linux-gnu/libfoo.so.1", "/etc/x"));
}

TEST_CASE("locales are one folder each, and types of files are sources")
{
    CHECK(may("qpkg.locales", "/usr/lib/locale/de_DE.utf8/LC_TIME"));
    CHECK(!may("qpkg.locales", "/usr/lib/locale/locale-archive"));
    CHECK(!may("qpkg.locales", "/usr/lib/locale/locale-archive/x"));
    CHECK(may("qpkg.mime", "/usr/share/mime/packages/hello.xml"));
    for (const auto* path : {"/usr/share/mime/mime.cache", "/usr/share/mime/globs2", "/usr/share/mime/packages/a/b.xml",
                             "/usr/share/mime/packages/a", "/usr/share/mime/application/pdf.xml"}) {
        CHECK_MESSAGE(!may("qpkg.mime", path), path);
    }
}

TEST_CASE("the folders of an app's point are deep enough to be its own")
{
    CHECK(!complaint_about_folder("/usr/lib/x86_64-linux-gnu/gimp/2.0/plug-ins"));
    CHECK(!complaint_about_folder("/usr/share/mozilla/extensions"));
    for (const auto* folder : {"/usr/bin", "/usr/lib", "/usr/share", "/etc/hello", "usr/share/x", "/usr/share/x/",
                               "/usr/share//x", "/usr/share/../bin/x", "/usr/lib/x86_64-linux-gnu", "/usr/share/qpkg",
                               "/usr/share/qpkg/x", "/usr/share/a b", "", "/", "/usr/share/./x"}) {
        CHECK_MESSAGE(complaint_about_folder(folder), folder);
    }
}

TEST_CASE("the name of a point is of its owner")
{
    CHECK(owner_of(PointName::require("org.example.hello/brushes")) == "org.example.hello");
    CHECK(is_of_qube(PointName::require("qpkg.fonts")));
    CHECK(!is_of_qube(PointName::require("org.qpkg.fonts")));
    for (const auto* name : {"fonts", "org.example/", "org.example/A", "org.example/a/b", "/a", "org.example/a b"}) {
        CHECK_MESSAGE(!PointName::parse(name), name);
    }
    CHECK(is_abi("webext-1"));
    CHECK(!is_abi(""));
    CHECK(!is_abi("a b"));
    CHECK(!is_abi(std::string(33, 'a')));
}

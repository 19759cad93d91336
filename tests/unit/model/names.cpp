// SPDX-License-Identifier: LGPL-2.1-or-later
#include "qpkg/model/names.hpp"

#include <doctest/doctest.h>

using namespace qpkg;

TEST_CASE("a name of the base is found at each place where it would be looked for, and only there")
{
    for (const auto kind : {ExportKind::command, ExportKind::desktop, ExportKind::dbus, ExportKind::service}) {
        const NameKey key{kind, "org.example.x"};
        CHECK_FALSE(places_in_base(key).empty());
        for (const auto& place : places_in_base(key)) {
            CHECK(name_in_base('/' + place) == key);
        }
    }
    CHECK(places_in_base({ExportKind::icon, "x"}).empty());
    for (const auto* path : {"/usr/share/icons/hicolor/16x16/apps/a.x.png", "/usr/share/icons/a.x.svg",
                             "/usr/local/share/pixmaps/a.x.xpm"}) {
        CHECK(name_in_base(path) == NameKey{ExportKind::icon, "a.x"});
    }
    CHECK(name_in_base("/usr/share/applications/kde/a/x.desktop") == NameKey{ExportKind::desktop, "kde-a-x.desktop"});
    for (const auto* path : {"/usr/bin/", "/usr/bin", "usr/bin/x", "/usr/bin/a/b", "/usr/lib/x", "/opt/usr/bin/x",
                             "/usr/share/dbus-1/services/.service", "/usr/share/dbus-1/services/x",
                             "/usr/share/dbus-1/services/a/x.service", "/usr/share/icons/hicolor/index.theme",
                             "/usr/share/icons/.png", "/usr/share/icons/hicolor/.png"}) {
        CAPTURE(path);
        CHECK_FALSE(name_in_base(path));
    }
}

TEST_CASE("each kind of name has one word")
{
    for (const auto kind : {ExportKind::command, ExportKind::desktop, ExportKind::icon, ExportKind::dbus,
                            ExportKind::service, ExportKind::mime}) {
        CHECK(kind_named(word_of(kind)) == kind);
    }
    CHECK_FALSE(kind_named("setuid"));
    CHECK_FALSE(kind_named(""));
}

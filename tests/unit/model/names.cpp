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
    for (const auto* path : {"/usr/bin/", "/usr/bin", "usr/bin/x", "/usr/bin/a/b", "/usr/lib/x", "/opt/usr/bin/x",
                             "/usr/share/dbus-1/services/.service", "/usr/share/dbus-1/services/x"}) {
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

// SPDX-License-Identifier: LGPL-2.1-or-later
#include "repo-format/guest/app_names.hpp"

#include "support/expect.hpp"

using namespace qpkg;

namespace {
const auto hello = AppId::require("org.example.hello");
} // namespace

TEST_CASE("a bus name is the app's when it is its id, or has more parts")
{
    CHECK(is_bus_name_of(hello, "org.example.hello"));
    CHECK(is_bus_name_of(hello, "org.example.hello.Player"));
    for (const auto* name : {"org.example.hellooo", "org.example.hello-x", "org.example", "org.freedesktop.secrets",
                             "Org.example.hello", "x.org.example.hello"}) {
        CHECK_FALSE_MESSAGE(is_bus_name_of(hello, name), name);
    }
}

TEST_CASE("a service is the app's when it is its id, or goes on after a dot or dash")
{
    for (const auto* name :
         {"org.example.hello.service", "org.example.hello-worker.service", "org.example.hello.a.service"}) {
        CHECK_MESSAGE(is_service_of(hello, name), name);
    }
    for (const auto* name :
         {"hello.service", "org.example.service", "org.example.hello2.service", "org.example.hello"}) {
        CHECK_FALSE_MESSAGE(is_service_of(hello, name), name);
    }
}

TEST_CASE("names that systemd would apply to others, and those of the system, are nobody's")
{
    for (const auto* name : {"qubes-.service", "a-b-.service", "a@.service", "a@b.service", "qubes-x.service",
                             "systemd-logind.service", "qpkg-agent.service", "dbus-org.a.B.service", "dbus.service",
                             "display-manager.service", "hello.socket", "hello", ".service", "a.slice"}) {
        CHECK_MESSAGE(complaint_about_service(name), name);
    }
    for (const auto* name : {"hello.service", "postgresql.service", "a-b.service", "dbus2.service"}) {
        CHECK_FALSE_MESSAGE(complaint_about_service(name), name);
    }
}

TEST_CASE("what is no bus name, or the bus's own, is nobody's")
{
    for (const auto* name : {"", "hello", "org.", ".org", "org..a", "org.1a", "org.a+b", ":1.5", "org.a/b",
                             "org.freedesktop.DBus", "org.freedesktop.DBus.Local", "org.freedesktop.systemd1"}) {
        CHECK_MESSAGE(complaint_about_bus_name(name), name);
    }
    for (const auto* name : {"org.freedesktop.secrets", "org.freedesktop.DBusx", "ca.desrt.dconf", "a._b-1"}) {
        CHECK_FALSE_MESSAGE(complaint_about_bus_name(name), name);
    }
}

TEST_CASE("what programs ask for without knowing whose it is, is nobody's first name")
{
    for (const auto* name : {"ca.desrt.dconf", "org.freedesktop.secrets", "org.freedesktop.portal.Desktop",
                             "org.freedesktop.impl.portal.desktop.gtk", "org.a11y.Bus", "org.gtk.vfs.Daemon",
                             "org.gnome.evolution.dataserver.Sources5"}) {
        CHECK_MESSAGE(is_relied_on(name), name);
    }
    for (const auto* name : {"org.gnome.evince.Daemon", "org.gnome.evolutionx", "ca.desrt", "org.hexchat.service"}) {
        CHECK_FALSE_MESSAGE(is_relied_on(name), name);
    }
}

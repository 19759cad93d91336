// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/confined_unit.hpp"

#include "support/expect.hpp"

using namespace qpkg;
using namespace qpkg::agent;

namespace {

const auto hello = AppId::require("org.example.hello");

ConfinedUnit confined(const std::string& text) { return confined_unit(text, hello, "greeter.service"); }

std::string service(const std::string& line) { return "[Service]\n" + line + '\n'; }

} // namespace

TEST_CASE("of a unit stays what gives no rights, in its order, a setting a line")
{
    const auto made =
        confined("# a comment\n[Unit]\nDescription = Says hello\nAfter=network.target\nConflicts=ssh.service\n"
                 "ConditionPathExists=/etc/hello\n\n[Service]\nType=simple\n  ExecStart=-/usr/bin/hello \\\n"
                 "; within\n   --loud\nEnvironment=A=b\nRestart=on-failure\n[Install]\n"
                 "WantedBy=multi-user.target\nAlias=ssh.service\n");

    CHECK(made.bytes ==
          "[Unit]\nDescription=Says hello\nAfter=network.target\nConditionPathExists=/etc/hello\n[Service]\n"
          "Type=simple\nExecStart=-/usr/bin/hello  --loud\nEnvironment=A=b\nRestart=on-failure\n");
    CHECK(made.folders.empty());
}

TEST_CASE("what gives a service rights, or touches others, is not kept")
{
    for (const auto* setting : {"User=root",
                                "Group=root",
                                "DynamicUser=no",
                                "SupplementaryGroups=disk",
                                "AmbientCapabilities=CAP_SYS_ADMIN",
                                "CapabilityBoundingSet=~",
                                "NoNewPrivileges=no",
                                "ProtectSystem=no",
                                "PermissionsStartOnly=yes",
                                "BindPaths=/etc:/etc",
                                "BindReadOnlyPaths=/root",
                                "ReadWritePaths=/",
                                "RootDirectory=/",
                                "RootImage=/x",
                                "StandardOutput=append:/etc/passwd",
                                "StandardInput=file:/etc/shadow",
                                "EnvironmentFile=/root/secret",
                                "LoadCredential=a:/etc/shadow",
                                "OpenFile=/etc/shadow",
                                "PAMName=login",
                                "TTYPath=/dev/tty1",
                                "Nice=-20",
                                "Slice=system.slice",
                                "Sockets=ssh.socket",
                                "Delegate=yes",
                                "OOMScoreAdjust=-1000",
                                "FailureAction=poweroff",
                                "ConfigurationDirectory=ssh",
                                "MountImages=/x",
                                "JoinsNamespaceOf=a",
                                "DeviceAllow=/dev/sda"}) {
        CHECK_MESSAGE(confined(service(setting)).bytes.empty(), setting);
    }
    for (const auto* setting : {"Conflicts=ssh.service", "Requires=rescue.target", "Wants=a.service",
                                "Before=basic.target", "OnFailure=poweroff.target", "PropagatesStopTo=a",
                                "FailureAction=reboot", "JoinsNamespaceOf=ssh.service", "DefaultDependencies=no"}) {
        CHECK_MESSAGE(confined(std::string("[Unit]\n") + setting + '\n').bytes.empty(), setting);
    }
    CHECK(confined("[Socket]\nExecStartPre=/bin/a\n").bytes.empty());
    CHECK(confined("ExecStart=/bin/a\n").bytes.empty());
}

TEST_CASE("a program that systemd would start with the rights of root is refused, however it is written")
{
    for (const auto* value : {"+/bin/a", "!/bin/a", "!!/bin/a", "-+/bin/a", "@-:+/bin/a a", "|/bin/a", "  +/bin/a",
                              "/bin/a ; +/bin/b", "/bin/a ;\\\n -!/bin/b", "\\\n+/bin/a"}) {
        CHECK_FAILS(Code::unsupported, "the rights of root", confined(service(std::string("ExecStart=") + value)));
    }
    for (const auto* key :
         {"ExecStartPre", "ExecStartPost", "ExecReload", "ExecStop", "ExecStopPost", "ExecCondition"}) {
        CHECK_FAILS(Code::unsupported, key, confined(service(std::string(key) + " = +/bin/a")));
    }
    CHECK(confined(service("ExecStart=/bin/a + !b")).bytes == service("ExecStart=/bin/a + !b"));
}

TEST_CASE("folders that systemd makes are named after the app or its service")
{
    const auto made = confined(service("StateDirectory=hello/data  org.example.hello\nRuntimeDirectory=greeter"));

    CHECK(made.folders ==
          std::vector<ServiceFolder>{{"var/lib", "hello"}, {"var/lib", "org.example.hello"}, {"run", "greeter"}});
    for (const auto* value : {"ssh", "../hello", "hello ssh", "NetworkManager", "hello:ssh", "\"ssh\"", "%N", "."}) {
        CHECK_FAILS(Code::unsupported, "not named after", confined(service(std::string("StateDirectory=") + value)));
    }
    CHECK_FAILS(Code::unsupported, "RuntimeDirectory=systemd", confined(service("RuntimeDirectory=systemd")));
}

TEST_CASE("what is no unit is refused by its line")
{
    CHECK_FAILS(Code::corrupt, "line 2: holds a control character", confined("[Service]\nExecStart=/bin/a\x1b[2J\n"));
    CHECK_FAILS(Code::corrupt, "line 2: holds a control character", confined("[Service]\nExecStart=/bin/a\r\n"));
    CHECK_FAILS(Code::corrupt, "line 1: neither", confined("hello\n"));
    CHECK_FAILS(Code::corrupt, "line 2: goes on, and nothing follows", confined("[Service]\nExecStart=/bin/a \\"));
    CHECK_FAILS(Code::corrupt, "line 2: ends in a backslash",
                confined("[Service]\nExecStart=/bin/a \\ \nType=simple\n"));
    CHECK(confined("").bytes.empty());
}

TEST_CASE("the account of a service is none that a qube has, and its own")
{
    CHECK(user_of_service("root.service").starts_with("qpkg-"));
    CHECK(user_of_service("root.service").size() == 21);
    CHECK(user_of_service("a.service") != user_of_service("b.service"));
    CHECK(confinement("qpkg-1").starts_with("DynamicUser=yes\nUser=qpkg-1\nGroup=qpkg-1\n"));
}

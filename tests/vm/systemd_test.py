#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Tier B: Debian's systemd starts the agent as a unit, and merges a volume by itself. One boot for each systemd."""

import pathlib
import sys
import tempfile
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import worlds  # noqa: E402

LASTS = """#!/bin/sh
until [ -e /run/stop ]; do sleep 0.1; done
cat /usr/share/lasts/release
hello
ls /usr/share/tools 2>&1
"""

BUS = {"usr/libexec/hello-bus": "#!/bin/sh\nhello >/run/bus-said\n",
       "usr/share/dbus-1/services/org.example.Hello.service":
       "[D-BUS Service]\nName=org.example.Hello\nExec=/usr/libexec/hello-bus\n"}
ASK_BUS = ("dbus-send --session --dest=org.freedesktop.DBus --print-reply / org.freedesktop.DBus.StartServiceByName "
           "string:org.example.Hello uint32:0")


class Systemd(worlds.MachineCase):
    """What one boot shows, in the order in which it happens."""

    def lines_of(self, script):
        return self.machine.run(script).out.split()

    def start(self, suite):
        worlds.require_programs()
        began = time.monotonic()
        self.addCleanup(lambda: print(f"\ntier B, {suite}: {time.monotonic() - began:.0f} s", flush=True))
        folder = self.enterContext(tempfile.TemporaryDirectory(prefix="qpkg-vm-world-"))
        self.world = worlds.SystemdWorld(folder, suite)
        release = "usr/lib/extension-release.d/extension-release.org.example.merged"
        self.lasts, self.hello, self.tools, self.merged = self.world.volumes(
            ("org.example.lasts", "1.0", {"usr/bin/lasts": LASTS, "usr/share/lasts/release": "1.0\n"}),
            ("org.example.hello", "1.0", BUS), ("org.example.tools", "1.0", None),
            ("org.example.merged", "1.0", {release: "ID=_any\n"}))
        self.steady, self.served = self.world.volumes(worlds.serving("steady", "1.0"), worlds.serving("served", "1.0"))
        self.served_later, = self.world.volumes(worlds.serving("served", "2.0"))
        self.machine = self.enterContext(self.world.machine(
            [volume.disk for volume in (self.lasts, self.hello, self.tools, self.merged, self.steady, self.served,
                                        self.served_later)],
            f"{self.lasts.word('a')} {self.hello.word('b')} "
            f"{self.steady.word('d', '+steady.service')} {self.served.word('e')}", seconds=240))
        ready = self.machine.ready()
        self.assertEqual((ready.out, ready.status), ("", 0))

    def the_unit_was_early(self):
        self.check(self.machine, "systemctl is-active qpkg-agent", "active\n")
        self.check(self.machine, "systemctl show -P Before qpkg-agent | tr ' ' '\\n' | grep -c '^sysinit.target$'", "1\n")
        ended, sysinit = self.lines_of("systemctl show -P ActiveEnterTimestampMonotonic qpkg-agent; "
                                       "systemctl show -P ActiveEnterTimestampMonotonic sysinit.target")
        self.assertLess(int(ended), int(sysinit))

    def apps_run(self):
        self.check(self.machine, "sh -lc hello", "hello 1.0\n")  # found by the profile
        self.check(self.machine, "setpriv --reuid 1000 --clear-groups sh -lc 'id -u; hello'", "1000\nhello 1.0\n")
        self.check(self.machine, "grep -c '^/dev/dm-.* /run/qpkg/volumes/' /proc/mounts", "4\n")

    def the_session_bus_starts_an_app(self):
        self.machine.run(f"sh -lc 'dbus-run-session -- {ASK_BUS}'")  # an error: the program takes no name
        self.check(self.machine, "cat /run/bus-said; ls /usr/libexec/hello-bus 2>/dev/null", "hello 1.0\n", 2)

    def has(self, name, release):
        """Waits until the service has told which release it sees; its process."""
        self.check(self.machine, f"tries=0; until [ \"$(tail -n 1 /run/{name}/seen 2>/dev/null)\" = {release} ] || [ $tries -gt 200 ]; "
                                 f"do tries=$((tries + 1)); sleep 0.1; done; tail -n 1 /run/{name}/seen", f"{release}\n")
        return self.machine.run(f"systemctl show -P MainPID {name}").out

    def rights_of(self, name):
        return self.machine.run(f"grep -E '^(Uid|NoNewPrivs|CapBnd)' /proc/$(systemctl show -P MainPID {name})/status").out

    def services_run_when_they_may(self):
        steady = self.has("steady", "1.0")  # began with the qube: the host said so
        self.assertRegex(self.rights_of("steady"), r"Uid:\t6\d{4}\t[\s\S]*CapBnd:\t0{16}\n[\s\S]*NoNewPrivs:\t1\n")
        self.check(self.machine, "systemctl cat served 2>/dev/null; ls /run/served 2>/dev/null", "", 2)
        self.check(self.machine, "mkdir -p /rw/config/qpkg; echo allow org.example.served served.service "
                                 f">/rw/config/qpkg/services; {worlds.REFRESH}", "")
        first = self.has("served", "1.0")
        self.assertNotIn("Uid:\t0\t", self.rights_of("served"))
        self.check(self.machine, "echo allow-as-root org.example.served served.service >>/rw/config/qpkg/services; "
                                 f"{worlds.REFRESH}", "")
        self.assertNotEqual(self.has("served", "1.0"), first)
        self.assertIn("Uid:\t0\t", self.rights_of("served"))
        first = self.has("served", "1.0")
        self.check(self.machine, "ls /usr/share/served 2>/dev/null", "", 2)  # seen in the view alone
        lines = {"a": self.lasts.line(), "b": self.hello.line(), "d": self.steady.line("+steady.service")}
        self.machine.tell({**lines, "f": self.served_later.line()})
        self.check(self.machine, worlds.REFRESH, "")
        self.assertNotEqual(self.has("served", "2.0"), first)
        self.machine.tell(lines)
        self.check(self.machine, worlds.REFRESH, "")
        self.check(self.machine, "systemctl is-active served; systemctl cat served 2>/dev/null", "inactive\n", 1)
        self.check(self.machine, "systemctl show -P MainPID steady", steady)

    def a_unit_runs_an_app_while_others_come_and_go(self):
        self.machine.run("systemd-run --unit lasts --collect --property StandardOutput=file:/run/lasts-said "
                         "--setenv PATH=/usr/bin:/bin:/run/qpkg/bin /run/qpkg/bin/lasts; sleep 1")
        self.machine.tell({"a": self.lasts.line(), "c": self.tools.line()})
        self.check(self.machine, worlds.REFRESH, "")
        self.check(self.machine, "ls /usr/share/tools 2>/dev/null; sh -lc hello 2>/dev/null", "", 127)
        # It still sees its own release; hello is gone for it too; another app is no part of its view.
        self.machine.run("touch /run/stop; while systemctl is-active lasts; do sleep 0.1; done")
        said = self.machine.run("cat /run/lasts-said").out
        self.assertTrue(said.startswith("1.0\n"), said)
        self.assertNotIn("hello 1.0", said)
        self.assertNotIn("data", said)
        self.machine.tell({"a": self.lasts.line()})
        self.check(self.machine, f"{worlds.REFRESH} >/dev/null; ls /run/qpkg/views", "org.example.lasts\n")

    def systemd_merges_a_volume(self):
        # A disk that nobody announced: the agent has left it alone.
        place = "/run/extensions/org.example.merged"
        done = self.machine.run(f"mkdir -p {place} && mount -o ro /dev/disk/by-id/virtio-{self.merged.root[:20]} {place} && "
                                "systemd-sysext merge")
        self.assertEqual(done.status, 0, done.out)
        self.check(self.machine, "merged; systemd-sysext unmerge >/dev/null 2>&1; merged 2>/dev/null", "merged 1.0\n", 127)

    def story(self, suite):
        self.start(suite)
        self.the_unit_was_early()
        self.apps_run()
        self.the_session_bus_starts_an_app()
        self.services_run_when_they_may()
        self.a_unit_runs_an_app_while_others_come_and_go()
        self.systemd_merges_a_volume()

    def test_systemd_252(self):
        self.story("bookworm")

    def test_systemd_257(self):
        self.story("trixie")


if __name__ == "__main__":
    unittest.main(verbosity=2)

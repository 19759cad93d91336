#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Tiers C and D: a real Xen gives volumes to a guest, with its PV and with its PVH drivers. One boot for each."""

import pathlib
import sys
import tempfile
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import worlds  # noqa: E402
import xen  # noqa: E402

PARTLY = 10  # the agent's status when it had to leave something out


class Xen(worlds.MachineCase):
    """What one guest shows, in the order in which it happens. `cls.clock` and the others are volumes."""

    @classmethod
    def setUpClass(cls):
        worlds.require_programs()
        made = tempfile.TemporaryDirectory(prefix="qpkg-vm-world-")
        cls.addClassCleanup(made.cleanup)
        cls.world = xen.XenWorld(made.name)
        cls.clock, cls.bell, cls.hello, cls.tools, cls.other = cls.world.volumes(
            worlds.lasting("clock", "1.0"), worlds.lasting("bell", "1.0"),
            *[(f"org.example.{name}", "1.0", None) for name in ["hello", "tools", "other"]])
        cls.both = cls.world.volumes(*[(f"org.example.{name}", "1.0", None) for name in ["left", "right"]],
                                     layout="composed")
        [cls.bell2] = cls.world.volumes(worlds.lasting("bell", "2.0"))

    def start(self, kind):
        self.first = {"a": self.clock.line(), "b": self.hello.line()}
        self.dom0 = self.enterContext(self.world.dom0([self.clock, self.hello, self.tools, self.bell, self.bell2,
                                                       self.both[0]]))
        ready = self.dom0.ready()
        self.assertEqual((ready.out, ready.status), ("", 0))
        self.images = self.dom0.digests()
        self.guest = self.enterContext(xen.XenGuest(self.dom0, kind, {"a": self.clock, "b": self.hello}, self.first))
        ready = self.guest.ready()
        self.assertEqual((ready.out, ready.status), ("", 0))
        self.check(self.guest, "cat /sys/hypervisor/guest_type", f"{kind.upper()}\n")

    def apps_of_the_start_run(self):
        self.check(self.guest, "ls /sys/block | grep xvd", "xvda\nxvdqa\nxvdqb\n")
        self.check(self.guest, "grep -c '^/dev/dm-.* /run/qpkg/volumes/' /proc/mounts", "2\n")
        self.check(self.guest, "hello; cat /usr/share/hello/data 2>/dev/null", "hello 1.0\n", 1)
        self.check(self.guest, "su user -s /bin/sh -c 'id -u; hello'", "1000\nhello 1.0\n")

    def an_app_is_added_while_another_one_runs(self):
        self.guest.run("clock >/dev/null 2>&1 &")
        self.check(self.guest, "tools 2>/dev/null", "", 127)
        self.guest.attach("c", self.tools)
        # Xen's disks have no serial number: what is on them tells them apart.
        self.guest.tell({**self.first, "c": self.other.line()})
        refused = self.guest.run(worlds.REFRESH)
        self.assertEqual(refused.status, PARTLY)
        self.assertIn(f"org.example.other: skipped: /dev/xvdqc does not hold the volume {self.other.root}", refused.out)
        self.guest.tell({**self.first, "c": self.tools.line()})
        self.check(self.guest, f"{worlds.REFRESH}; tools", "tools 1.0\n")

    def no_way_of_writing_reaches_a_volume(self):
        for letter in "ac":  # one of the start, one that came later
            self.guest.run(f"blockdev --setrw /dev/xvdq{letter}")
            written = self.guest.run(f"dd if=/dev/zero of=/dev/xvdq{letter} bs=4096 count=1 conv=fsync")
            self.assertNotEqual(written.status, 0, written.out)
        for script in ["touch /run/qpkg/volumes/org.example.tools/usr/new",
                       "mount -o remount,rw /run/qpkg/volumes/org.example.tools",
                       "qpkg-run --view=org.example.tools rm /usr/bin/tools"]:
            self.assertNotEqual(self.guest.run(script).status, 0, script)
        self.check(self.guest, "echo 3 >/proc/sys/vm/drop_caches; tools", "tools 1.0\n")

    def an_app_is_removed(self):
        self.guest.tell(self.first)
        self.check(self.guest, f"{worlds.REFRESH}; tools 2>/dev/null", "", 127)
        self.check(self.guest, "ls /run/qpkg/volumes; ls /sys/block | grep -c dm-",
                   "org.example.clock\norg.example.hello\n2\n")
        self.guest.detach("c")
        self.check(self.guest, "ls /sys/block | grep xvd", "xvda\nxvdqa\nxvdqb\n")

    def a_running_program_keeps_its_old_volume_until_it_ends(self):
        self.guest.attach("d", self.bell)
        self.guest.tell({**self.first, "d": self.bell.line()})
        self.check(self.guest, worlds.REFRESH, "")
        self.guest.run("bell >/dev/null 2>&1 &")
        self.guest.run("until [ -s /run/seen-bell ]; do sleep 0.05; done")
        self.guest.attach("e", self.bell2)
        self.guest.tell({**self.first, "e": self.bell2.line()})
        # The host leaves a disk that the agent names where it is: Linux would give it back in the middle of a read.
        self.check(self.guest, f"{worlds.REFRESH}; ls /run/qpkg/volumes; cat /run/qpkg/volumes/org.example.bell/usr/share/bell/release",
                   "in-use d\norg.example.bell\norg.example.clock\norg.example.hello\n2.0\n")
        self.check(self.guest, "echo 3 >/proc/sys/vm/drop_caches; touch /run/stop-bell; "
                   "until [ -e /run/ended-bell ]; do sleep 0.05; done; cat /run/ended-bell; sort -u /run/seen-bell",
                   "1.0\n1.0\n")
        self.check(self.guest, worlds.REFRESH, "")
        self.guest.detach("d")
        self.guest.tell(self.first)
        self.check(self.guest, worlds.REFRESH, "")
        self.guest.detach("e")

    def one_disk_holds_several_apps(self):
        self.guest.attach("f", self.both[0])
        self.guest.tell({**self.first, "f0": self.both[0].line(), "f1": self.both[1].line()})
        self.check(self.guest, f"{worlds.REFRESH}; left; right", "left 1.0\nright 1.0\n")
        self.guest.tell(self.first)
        self.check(self.guest, f"{worlds.REFRESH}; left 2>/dev/null", "", 127)
        self.guest.detach("f")

    def the_other_one_has_noticed_nothing(self):
        self.check(self.guest, "touch /run/stop-clock; until [ -e /run/ended-clock ]; do sleep 0.05; done; "
                   "cat /run/ended-clock; sort -u /run/seen-clock; hello", "1.0\n1.0\nhello 1.0\n")

    def story(self, tier, kind):
        began = time.monotonic()
        self.start(kind)
        self.apps_of_the_start_run()
        self.an_app_is_added_while_another_one_runs()
        self.no_way_of_writing_reaches_a_volume()
        self.an_app_is_removed()
        self.a_running_program_keeps_its_old_volume_until_it_ends()
        self.one_disk_holds_several_apps()
        self.the_other_one_has_noticed_nothing()
        self.assertEqual(self.dom0.digests(), self.images)
        print(f"\ntier {tier}: {time.monotonic() - began:.0f} s", flush=True)

    def test_a_guest_with_pv(self):
        self.story("C", "pv")

    def test_a_guest_with_pvh(self):
        self.story("D", "pvh")


if __name__ == "__main__":
    unittest.main(verbosity=2)

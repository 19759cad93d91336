#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Tier A: the agent in virtual machines with a tiny root. Each test boots its own."""

import pathlib
import sys
import tempfile
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import worlds  # noqa: E402

PARTLY = 10  # the agent's status when it had to leave something out
MANY = 26


class Agent(worlds.MachineCase):
    """`cls.hello` and the others are volumes, made once."""

    @classmethod
    def setUpClass(cls):
        worlds.require_programs()
        cls.began = time.monotonic()
        cls.made = tempfile.TemporaryDirectory(prefix="qpkg-vm-world-")
        cls.addClassCleanup(cls.made.cleanup)
        cls.world = worlds.World(cls.made.name)
        cls.hello, cls.other, cls.clock = cls.world.volumes(
            ("org.example.hello", "1.0", None), ("org.example.other", "1.0", None), worlds.lasting("clock", "1.0"))
        cls.both = cls.world.volumes(worlds.lasting("bell", "1.0"), ("org.example.tune", "1.0", None), layout="composed")
        cls.both2 = cls.world.volumes(worlds.lasting("bell", "1.0"), ("org.example.tune", "2.0", None), layout="composed")
        cls.clock2, cls.hello2 = cls.world.volumes(worlds.lasting("clock", "2.0"), ("org.example.hello", "2.0", None))

    @classmethod
    def tearDownClass(cls):
        print(f"\ntier A: {time.monotonic() - cls.began:.0f} s", flush=True)

    def boot(self, *volumes, words=None, disks=None, **options):
        """A machine with these volumes at slots a, b, c …; what its agent said first is `self.start`."""
        told = " ".join(volume.word(chr(ord("a") + number)) for number, volume in enumerate(volumes)) if words is None else words
        disks = [volume.disk for volume in volumes] if disks is None else disks
        machine = self.world.machine(disks, told, **options)
        self.enterContext(machine)
        self.start = machine.ready()
        return machine

    def test_apps_run_each_in_a_view_of_its_own(self):
        machine = self.boot(self.hello, self.other)

        self.assertEqual((self.start.out, self.start.status), ("", 0))
        self.check(machine, "hello; other", "hello 1.0\nother 1.0\n")
        self.check(machine, "ls /usr/share", "base\n")
        self.check(machine, "qpkg-run --view=org.example.hello ls /usr/share", "base\nhello\nqpkg\n")
        self.check(machine, "qpkg-run --view=org.example.hello other", "other 1.0\n")  # one view starts another
        self.check(machine, "qpkg-run --view=org.example.hello cat /usr/share/other/data 2>/dev/null", "", 1)
        self.check(machine, "su user -s /bin/sh -c 'id -u; hello'", "1000\nhello 1.0\n")

    def test_an_app_is_added_while_the_qube_runs(self):
        machine = self.boot(self.clock)
        machine.run("clock >/dev/null 2>&1 &")
        machine.run("qpkg-run --view=org.example.clock sh -c 'until [ -e /run/added ]; do sleep 0.05; done; "
                    "hello >/run/from-inside 2>&1; touch /run/asked' &")
        self.check(machine, "hello 2>/dev/null", "", 127)

        machine.attach(self.hello.disk)
        machine.tell({"a": self.clock.line(), "b": self.hello.line()})

        self.check(machine, f"{worlds.REFRESH}; hello", "hello 1.0\n")
        self.check(machine, "touch /run/added; until [ -e /run/asked ]; do sleep 0.05; done; cat /run/from-inside",
                   "hello 1.0\n")
        self.check(machine, "touch /run/stop-clock; wait; sleep 0.3; cat /run/ended-clock; sort -u /run/seen-clock",
                   "1.0\n1.0\n")

    def test_an_upgrade_is_new_for_programs_started_after_it(self):
        machine = self.boot(self.clock, self.hello)
        machine.run("clock >/dev/null 2>&1 & qpkg-run --view=org.example.hello sh -c "
                    "'while [ ! -e /run/stop-hello ]; do sleep 0.05; done; /run/qpkg/bin/hello; cat /usr/bin/hello' "
                    ">/run/old 2>&1 &")

        machine.attach(self.hello2.disk)
        machine.tell({"a": self.clock.line(), "c": self.hello2.line()})

        self.check(machine, f"{worlds.REFRESH}; hello", f"in-use {self.hello.disk.serial}\nhello 2.0\n")
        # The one that still runs has its old volume, the launchers it calls are the new ones.
        self.check(machine, "touch /run/stop-hello; until [ -s /run/old ] && grep -q echo /run/old; do sleep 0.05; done;"
                   "cat /run/old", "hello 2.0\n#!/bin/sh\necho hello 1.0\n")
        # Nobody holds the old volume now: its disk may go.
        self.check(machine, worlds.REFRESH, "")
        machine.detach(self.hello.disk)
        self.check(machine, "touch /run/stop-clock; until [ -e /run/ended-clock ]; do sleep 0.05; done;"
                   "cat /run/ended-clock; sort -u /run/seen-clock; hello", "1.0\n1.0\nhello 2.0\n")

    def test_an_app_is_removed_while_another_one_runs(self):
        machine = self.boot(self.clock, self.hello)
        machine.run("clock >/dev/null 2>&1 &")

        machine.tell({"a": self.clock.line()})
        self.check(machine, f"{worlds.REFRESH}; hello 2>/dev/null", "", 127)
        machine.detach(self.hello.disk)

        self.check(machine, "ls /run/qpkg/volumes; touch /run/stop-clock; until [ -e /run/ended-clock ]; do sleep 0.05;"
                   " done; cat /run/ended-clock; ls /sys/block | grep -c vd", "org.example.clock\n1.0\n3\n")

    def test_no_way_of_writing_reaches_a_volume(self):
        before = self.hello.digest()
        machine = self.boot(self.hello)
        machine.run("blockdev --setrw /dev/vdb")

        for script in ["dd if=/dev/zero of=/dev/vdb bs=4096 count=1 conv=fsync",
                       "touch /run/qpkg/volumes/org.example.hello/usr/new",
                       "mount -o remount,rw /run/qpkg/volumes/org.example.hello",
                       "qpkg-run --view=org.example.hello touch /usr/share/hello/new",
                       "qpkg-run --view=org.example.hello rm /usr/bin/hello"]:
            self.assertNotEqual(machine.run(script).status, 0, script)
        self.check(machine, "echo 3 >/proc/sys/vm/drop_caches; hello", "hello 1.0\n")
        machine.power_off()

        self.assertEqual(self.hello.digest(), before)

    def test_a_missing_disk_hinders_no_other(self):
        machine = self.boot(self.hello, self.other, disks=[self.other.disk])

        self.assertEqual(self.start.status, PARTLY)
        self.assertEqual(self.start.out, "qpkg-agent: slot a: org.example.hello: its disk is not there\n")
        self.check(machine, "other", "other 1.0\n")
        machine.attach(self.hello.disk)
        self.check(machine, f"{worlds.REFRESH}; hello", "hello 1.0\n")

    def test_a_disk_that_nobody_announces_is_left_alone(self):
        machine = self.boot(self.hello, disks=[self.hello.disk, self.other.disk])

        self.assertEqual(self.start.status, 0)
        self.check(machine, "ls /run/qpkg/volumes; grep -c /dev/vdc /proc/mounts", "org.example.hello\n0\n", 1)

    def test_a_qube_that_nobody_tells_of_volumes_starts_as_it_is(self):
        machine = self.boot(words="", disks=[self.hello.disk])

        self.assertEqual((self.start.out, self.start.status), ("", 0))
        self.assertIn("nobody tells this qube of volumes", machine.run(worlds.REFRESH).out)
        self.check(machine, "ls /run/qpkg 2>/dev/null | wc -l", "0\n")

    def test_an_app_at_two_slots_is_the_lower_one_that_has_its_disk(self):
        words = f"{self.hello.word('b')} {self.hello2.word('a')}"
        both = self.boot(words=words, disks=[self.hello.disk, self.hello2.disk])
        self.check(both, "hello", "hello 2.0\n")
        both.close()

        self.check(self.boot(words=words, disks=[self.hello.disk]), "hello", "hello 1.0\n")

    def test_a_damaged_volume_hinders_no_other(self):
        rubbish = self.world.folder / "rubbish.img"
        rubbish.write_bytes(b"rubbish." * 8192)
        machine = self.boot(self.hello, self.other, disks=[worlds.Disk(rubbish, self.hello.disk.serial), self.other.disk])

        self.assertEqual(self.start.status, PARTLY)
        self.assertIn("org.example.hello: skipped: ", self.start.out)
        self.check(machine, "ls /run/qpkg/volumes; other", "org.example.other\nother 1.0\n")

    def disk_of(self, volume, change):
        """The volume's disk with other bytes on it."""
        image = self.world.folder / "changed.img"
        data = bytearray(volume.image.read_bytes())
        change(data)
        image.write_bytes(data)
        return worlds.Disk(image, volume.disk.serial)

    def test_a_changed_byte_is_an_error_and_never_seen(self):
        def change(data):
            data[data.index(b"hellohello") + 5000] ^= 1
        machine = self.boot(self.hello, self.other, disks=[self.disk_of(self.hello, change), self.other.disk])

        self.assertEqual((self.start.out, self.start.status), ("", 0))
        self.check(machine, "hello; other", "hello 1.0\nother 1.0\n")
        read = machine.run("qpkg-run --view=org.example.hello cat /usr/share/hello/data")
        self.assertEqual(read.status, 1)
        self.assertIn("Input/output error", read.out)
        self.check(machine, "grep -c '^/dev/dm-[01] /run/qpkg/volumes/' /proc/mounts; ls /sys/block | grep -c dm-", "2\n2\n")

    def test_a_disk_that_holds_another_volume_is_refused(self):
        other = worlds.Disk(self.other.image, self.hello.disk.serial)
        machine = self.boot(self.hello, self.clock, disks=[other, self.clock.disk])

        self.assertEqual(self.start.status, PARTLY)
        self.assertIn(f"org.example.hello: skipped: /dev/vdb does not hold the volume {self.hello.root}", self.start.out)
        self.check(machine, "ls /run/qpkg/volumes; ls /sys/block | grep -c dm-", "org.example.clock\n1\n")

    def test_a_volume_without_its_hash_tree_is_refused(self):
        def cut(data):
            del data[int.from_bytes(data[1060:1064], "little") * 4096:]
        self.boot(self.hello, disks=[self.disk_of(self.hello, cut)])

        self.assertEqual(self.start.status, PARTLY)
        self.assertIn("org.example.hello: skipped: check /dev/vdb by its root", self.start.out)

    def test_a_kernel_without_dm_verity_takes_the_host_at_its_word(self):
        machine = self.boot(self.hello, words=f"{self.hello.word('a')} test.no-verity")

        self.assertEqual((self.start.out, self.start.status), ("", 0))
        self.check(machine, "hello; ls /sys/block | grep -c dm-", "hello 1.0\n0\n", 1)

    def test_the_agent_works_in_a_bare_initramfs(self):
        machine = self.boot(self.hello, base=False)

        self.assertEqual((self.start.out, self.start.status), ("", 0))
        self.check(machine, "hello; ls /usr/share 2>/dev/null", "hello 1.0\n", 1)

    def test_as_many_apps_as_there_are_letters(self):
        many = self.world.volumes(*[(f"org.example.app{number:02}", "1.0", None) for number in range(MANY)])
        machine = self.boot(*many, words="", lines={chr(ord("a") + number): volume.line()
                                                    for number, volume in enumerate(many)})

        self.assertEqual((self.start.out, self.start.status), ("", 0))
        self.check(machine, f"for n in $(seq -w 0 {MANY - 1}); do app$n; done",
                   "".join(f"app{number:02} 1.0\n" for number in range(MANY)))

    def test_the_apps_of_a_composed_volume_change_with_it_while_one_of_them_runs(self):
        old, new = self.both[0], self.both2[0]
        machine = self.boot(self.both[0], self.both[1], disks=[old.disk])
        self.assertEqual((self.start.out, self.start.status), ("", 0))
        self.check(machine, "tune; ls /sys/block | grep -c dm-", "tune 1.0\n1\n")
        self.check(machine, "qpkg-run --view=org.example.tune ls /usr/bin/tune /usr/bin/bell 2>/dev/null",
                   "/usr/bin/tune\n", 1)
        machine.run("bell >/dev/null 2>&1 &")
        machine.run("until [ -s /run/seen-bell ]; do sleep 0.05; done")

        machine.attach(new.disk)
        machine.tell({"a0": self.both2[0].line(), "a1": self.both2[1].line()})
        self.check(machine, f"{worlds.REFRESH}; tune", f"in-use {old.disk.serial}\ntune 2.0\n")
        self.check(machine, "ls /run/qpkg/composed", f"{new.root}\n")

        self.check(machine, "touch /run/stop-bell; until [ -e /run/ended-bell ]; do sleep 0.05; done;"
                   "cat /run/ended-bell; sort -u /run/seen-bell", "1.0\n1.0\n")
        self.check(machine, worlds.REFRESH, "")
        machine.detach(old.disk)
        machine.tell({})
        self.check(machine, f"{worlds.REFRESH}; ls /run/qpkg/composed /run/qpkg/volumes", "/run/qpkg/composed:\n\n/run/qpkg/volumes:\n")


if __name__ == "__main__":
    unittest.main(verbosity=2)

#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The libvirt backend with a real libvirtd and QEMU: one machine, from its making to its end, as a user meets it."""

import fcntl
import hashlib
import os
import pathlib
import struct
import subprocess
import sys
import tempfile
import termios
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import libvirtd  # noqa: E402
import worlds  # noqa: E402

WAIT = "tries=0; until {}; do tries=$((tries + 1)); [ $tries -lt 200 ] || exit 9; sleep 0.05; done"


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


class LibvirtCase(worlds.MachineCase):
    """A libvirtd of its own, and a world whose machines are its."""

    WORLD = None

    @classmethod
    def setUpClass(cls):
        worlds.require_programs(libvirtd.missing_programs())
        cls.began = time.monotonic()
        made = cls.enterClassContext(tempfile.TemporaryDirectory(prefix="qpkg-vm-libvirt-"))
        os.chmod(made, 0o711)  # QEMU's user passes through
        cls.folder = pathlib.Path(made)
        os.environ["QPKG_BACKEND"] = "libvirt"
        os.environ["QPKG_LIBVIRT_CONFIG"] = f"{made}/libvirt.toml"
        cls.daemon = cls.enterClassContext(libvirtd.Libvirtd(cls.folder / "libvirtd"))
        cls.world = cls.WORLD(made)
        cls.small = cls.world.small

    @classmethod
    def tearDownClass(cls):
        print(f"\ntier {cls.TIER}: {time.monotonic() - cls.began:.0f} s", flush=True)

    def tell_story(self, *steps):
        try:
            for step in steps:
                began = time.monotonic()
                step()
                print(f"  {step.__name__}: {time.monotonic() - began:.1f} s", flush=True)
        except BaseException:
            print(f"---- console\n{self.console.read_text(errors='replace')[-4000:]}\n----")
            raise

    def run_in(self, *words, qube="work", **options):
        return self.small.qpkg("run", qube, *words, **options)

    def says(self, out, *words, code=0, **options):
        answer = self.run_in("--", *words, **options)
        self.assertEqual((answer.out, answer.code), (out, code), f"{words}: {answer.err}")
        return answer

    def root_runs(self, out, script, code=0):
        answer = self.run_in("--as-root", "--", "sh", "-c", script)
        self.assertEqual((answer.out, answer.code), (out, code), f"{script}: {answer.err}")


class Libvirt(LibvirtCase):
    """The steps are one story: each begins where the one before it ended."""

    TIER = "A, libvirt"
    WORLD = worlds.LibvirtWorld

    def test_story(self):
        self.tell_story(self.a_qube_is_made_and_runs_programs, self.programs_get_what_they_are_given,
                        self.a_terminal_is_one_there, self.a_program_ends_with_who_started_it,
                        self.an_app_comes_while_another_runs, self.nothing_writes_to_a_volume,
                        self.an_upgrade_leaves_running_programs_alone, self.an_app_goes,
                        self.what_is_missing_at_the_start_is_told, self.the_home_is_there_after_another_start,
                        self.an_extension_and_an_app_with_its_own_root_come, self.state_stays_or_goes_as_its_owner_says,
                        self.another_base_comes_with_the_next_start_and_goes_again, self.libvirt_itself_may_be_gone,
                        self.the_qube_goes)

    def a_qube_is_made_and_runs_programs(self):
        self.small.must("qube", "create", "work", "--base", "debian-12")
        self.console = self.daemon.keep_console("work")
        self.small.must("install", "hello", "clock", "--into", "work", "--yes")
        self.before = {image: digest(image) for image in (self.small.root / "volumes").glob("*.erofs")}
        self.assertEqual(len(self.before), 3)

        answer = self.says("hello 1.0\n", "hello")
        self.assertIn("starting work", answer.err)
        self.assertNotIn("starting", self.says("hello 1.0\n", "hello").err)
        self.assertTrue(self.small.qpkg("qube", "list", "--json").json["qubes"][0]["running"])

    def programs_get_what_they_are_given(self):
        self.says("what is said\n", "cat", stdin="what is said\n")
        self.says("", "sh", "-c", "exit 7", code=7)
        self.says("", "sh", "-c", "kill -9 $$", code=137)
        self.assertIn("no such program", self.says("", "absent", code=127).err)
        self.assertIn("oops\n", self.says("fine\n", "sh", "-c", "echo oops >&2; echo fine").err)
        self.says("1000 user /home/user a'b \"c\n", "sh", "-c", 'echo $(id -u) $USER $HOME "$0"', "a'b \"c")
        self.root_runs("0\n", "id -u")
        self.says("kept\n", "sh", "-c", "echo kept >~/file; cat ~/file")
        self.assertEqual(len(self.run_in("--", "head", "-c", "3000000", "/dev/zero").out), 3_000_000)

    def a_terminal_is_one_there(self):
        ours, theirs = os.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 33, 101, 0, 0))
        done = subprocess.run([worlds.PROGRAMS / "qpkg", "run", "work", "--", "sh", "-c", "tty; stty size; exit 3"],
                              env=dict(os.environ, QPKG_ROOT=self.small.root), stdin=theirs, stdout=theirs,
                              stderr=subprocess.PIPE, check=False)
        self.assertEqual((os.read(ours, 1000), done.returncode), (b"/dev/pts/0\r\n33 101\r\n", 3), done.stderr)
        os.close(ours), os.close(theirs)

    def a_program_ends_with_who_started_it(self):
        started = [subprocess.Popen([worlds.PROGRAMS / "qpkg", "run", "work", "--", "sh", "-c", "echo on; sleep 1000"],
                                    env=dict(os.environ, QPKG_ROOT=self.small.root), stdin=subprocess.DEVNULL,
                                    stdout=subprocess.PIPE) for _ in range(4)]
        for each in started:
            self.assertEqual(each.stdout.readline(), b"on\n")
        refused = self.run_in("--", "hello")
        self.assertEqual(refused.code, 8)
        self.assertIn("4 programs", refused.err)
        for each in started:
            each.kill()
            each.wait()
            each.stdout.close()
        self.root_runs("", WAIT.format("! pgrep -f 'sleep 100[0]'"))

    def an_app_comes_while_another_runs(self):
        self.root_runs("", "clock >/dev/null 2>&1 </dev/null & " + WAIT.format("[ -s /run/seen-clock ]"))
        self.says("", "other", code=127)

        self.small.must("install", "other", "--into", "work", "--yes")

        self.says("other 1.0\n", "other")
        self.before.update({image: digest(image) for image in (self.small.root / "volumes").glob("*.erofs")})
        self.assertEqual(len(self.daemon.volumes_of("work")), 4)

    def nothing_writes_to_a_volume(self):
        self.root_runs("4 disks\n", "n=0; for disk in /sys/block/vd*; do grep -qxE '[0-9a-f]{20}' $disk/serial || continue;"
                                    "n=$((n + 1)); blockdev --setrw /dev/${disk##*/}; dd if=/dev/zero of=/dev/${disk##*/} "
                                    "bs=4096 count=1 conv=fsync 2>/dev/null && echo wrote to $disk; done; echo $n disks")
        self.root_runs("", "touch /run/qpkg/volumes/org.example.hello/usr/new 2>/dev/null", 1)

    def an_upgrade_leaves_running_programs_alone(self):
        self.world.publish_newer()
        old = self.daemon.volumes_of("work")

        upgraded = self.small.must("upgrade", "--in", "work", "--yes")

        self.says("hello 2.0\n", "hello")
        self.assertIn("work is running an older generation until its programs end", upgraded.out)
        # Clock runs from its old volume, so that stays; nobody ran hello.
        now = self.daemon.volumes_of("work")
        self.assertEqual((len(old - now), len(now)), (1, 5))
        self.root_runs("1.0\n1.0\n", "echo 3 >/proc/sys/vm/drop_caches; sleep 0.3; touch /run/stop-clock; "
                                     + WAIT.format("[ -e /run/ended-clock ]") + "; cat /run/ended-clock; "
                                     "sort -u /run/seen-clock")

    def an_app_goes(self):
        self.small.must("remove", "other", "--from", "work", "--yes")

        self.says("", "other", code=127)
        self.says("hello 2.0\n", "hello")
        # The old clock has ended: its volume went, too.
        self.assertEqual(len(self.daemon.volumes_of("work")), 3)

    def what_is_missing_at_the_start_is_told(self):
        self.daemon.virsh("destroy", "work")
        for image in self.before:
            if image.exists():
                self.assertEqual(digest(image), self.before[image], image)
        hello = self.small.qpkg("info", "hello", "--json")
        volume = next(image for image in self.volumes_wanted() if b"hellohello" in image.read_bytes())
        volume.rename(volume.with_suffix(".away"))

        answer = self.run_in("--", "hello")

        self.assertEqual(answer.code, 3, hello.out)
        self.assertIn(f"the volume of org.example.hello, {volume.stem}, is not there", answer.err)
        self.assertEqual(self.daemon.virsh("list", "--name").split(), [])
        volume.with_suffix(".away").rename(volume)

    def volumes_wanted(self):
        words = self.daemon.virsh("domblklist", "--inactive", "work").split()
        return [pathlib.Path(word) for word in words if word.endswith(".erofs")]

    def the_home_is_there_after_another_start(self):
        self.daemon.virsh("start", "work")
        self.says("kept\n", "sh", "-c", "cat ~/file")
        self.says("hello 2.0\n", "hello")

    def an_extension_and_an_app_with_its_own_root_come(self):
        self.world.publish_what_has_a_view_of_its_own()
        self.small.must("install", "lagging", "tool", "plug", "whole", "--into", "work", "--allow-code", "plug:tool", "--yes")
        self.says("more\nown\n", "tool")
        self.says("whole 1.0\n", "whole")
        answer = self.run_in("--app", "whole", "--", "sh", "-c", "cat /etc/own.conf /app/data; cat /home/user/file")
        self.assertEqual((answer.out, answer.code), ("own 1.0\ndata\nkept\n", 0), answer.err)
        self.small.must("remove", "plug", "--from", "work", "--yes")
        self.says("own\n", "tool")

    def state_stays_or_goes_as_its_owner_says(self):
        app, state = "org.example.noted", "/rw/qpkg/state/org.example.noted"
        files = {f"usr/share/qpkg/{app}/first-start": f"qpkg-first-start-1 {app}\nuser user\nstate noted\n"}
        self.small.publish(self.small.make_module(app, "1.0", files))
        for more, left in ((), "note\n"), (("--delete-state",), ""):
            self.small.must("install", "noted", "--into", "work", "--yes")
            self.noted()
            self.small.must("remove", "noted", "--from", "work", "--yes", *more)
            self.root_runs(left, f"cat {state}/noted/note 2>/dev/null || [ ! -e {state} ]")

    def noted(self):
        answer = self.run_in("--app", "noted", "--", "sh", "-c", "echo note > /var/lib/noted/note; cat /var/lib/noted/note")
        self.assertEqual((answer.out, answer.code), ("note\n", 0), answer.err)

    def another_base_comes_with_the_next_start_and_goes_again(self):
        """Nothing of a running machine is exchanged below its programs. What does not fit it keeps the older one in its view."""
        self.world.import_newer_base()
        upgraded = self.small.must("upgrade", "--in", "work", "--yes")
        self.assertEqual([(row["app"], row["qube"]) for row in self.small.must("list", "--json").json["apps"] if row["keeps"]],
                         [("org.example.lagging", "work")])
        self.assertIn("another base from its next start on", self.small.must("status").out, upgraded.out)
        self.says("base\n", "cat", "/usr/share/base/file")
        for command, then in ([], "newer base\n"), (["rollback", "work", "--yes"], "base\n"):
            if command:
                self.small.must(*command)
            self.daemon.virsh("destroy", "work")
            self.says(then, "cat", "/usr/share/base/file")
            self.says("base\n", "lagging")
            self.says("kept\n", "sh", "-c", "cat ~/file")
            self.says("hello 2.0\n", "hello")

    def libvirt_itself_may_be_gone(self):
        self.daemon.stop()
        answer = self.run_in("--", "hello")
        self.assertEqual(answer.code, 1)
        self.assertIn("connect to libvirt at qemu:///system", answer.err)
        self.assertEqual(len(answer.err.splitlines()), 2, answer.err)
        self.daemon.start()
        self.says("hello 2.0\n", "hello")

    def the_qube_goes(self):
        self.assertEqual(self.small.qpkg("qube", "remove", "work", "--yes").code, 4)
        self.daemon.virsh("destroy", "work")
        self.small.must("qube", "remove", "work", "--yes")
        self.assertEqual(self.daemon.virsh("list", "--all", "--name").split(), [])
        self.assertEqual(list((self.small.root / "machines").iterdir()), [])


class LibvirtSystemd(LibvirtCase):
    """The same with Debian's systemd, whose udev starts what serves the host."""

    TIER = "B, libvirt"

    @staticmethod
    def WORLD(folder):  # noqa: N802
        return worlds.LibvirtSystemdWorld(folder, "bookworm")

    def test_story(self):
        self.tell_story(self.a_program_runs, self.an_app_comes, self.it_ends_by_itself)

    def a_program_runs(self):
        self.small.must("qube", "create", "work", "--base", "debian-12")
        self.console = self.daemon.keep_console("work")
        self.small.must("install", "hello", "--into", "work", "--yes")
        self.says("hello 1.0\n", "hello")
        self.says("user /home/user\n", "sh", "-c", "echo $(id -un) $HOME")

    def an_app_comes(self):
        self.small.must("install", "other", "--into", "work", "--yes")
        self.says("other 1.0\n", "other")
        self.root_runs("active\nactive\nactive\nactive\n", "systemctl is-active 'qpkg-serve@*'")

    def it_ends_by_itself(self):
        self.daemon.virsh("shutdown", "work")
        until = time.monotonic() + 60
        while self.daemon.virsh("list", "--name").split():
            self.assertLess(time.monotonic(), until, "the machine does not end")
            time.sleep(0.2)
        self.small.must("qube", "remove", "work", "--yes")


if __name__ == "__main__":
    libvirtd.enter_own_world()
    unittest.main(verbosity=2)

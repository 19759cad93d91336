#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Folders whose making a package leaves to tmpfiles.d (screen, postgresql): the agent makes those that are the app's own, and
nothing that belongs to the base or another app."""

import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from small_world import APPLETS  # noqa: E402
from world_case import WorldCase  # noqa: E402

CONFIG = """# comment
d /run/runner 0755 root root -
d /run/runner/all 1777 root root -
D /run/runner/mine 0700 user user 10d
d /run/runner/served 2775 runner utmp
d /var/cache/runner 0700 user
f /var/run/runner/mine/empty 0600 user user
L /run/runner/link - - - - mine/empty
z /run/runner 0777
d /run/user/5 0755 root root
d /run/basic/x 0755 root root
d /var/cache/basic 0755 user
d /run/stranger 0755 daemon root
d /run/runner/mine/roots 0755 root
d /etc/runner 0755 root root
"""
MADE = """/run/runner 755 0:0
/run/runner/all 1777 0:0
/run/runner/mine 700 1000:1000
/run/runner/served 2775 58000:43
/var/cache/runner 700 1000:0
/run/runner/mine/empty 600 1000:1000
"""
BASE = {"usr/lib/tmpfiles.d/base.conf": "d! /run/basic 0755 root root\n", "var/cache/basic/old": "x",
        "etc/group": "root:x:0:\nutmp:x:43:\nstaff:x:1005:\nuser:x:1000:\n",
        "etc/passwd": "root:x:0:0:root:/root:/bin/sh\ndaemon:x:2:2::/:/bin/false\nuser:x:1000:1000::/home/user:/bin/sh\n"}


class Tmpfiles(WorldCase):
    copied = ("nothing",)

    @classmethod
    def make_world(cls, world):
        world.must("base", "import", world.base_archive((*APPLETS, "stat", "readlink"), BASE), "--id", "debian-12")
        world.make_keys()
        runner = {"usr/bin/runner": "#!/bin/sh\n\"$@\"\n", "usr/lib/tmpfiles.d/runner.conf": CONFIG,
                  "usr/lib/sysusers.d/runner.conf": "u runner -\n"}
        thief = {"usr/lib/tmpfiles.d/thief.conf": "d /run/runner/all/below 0755 user\nd /run/thief 0755 user staff\n",
                 "usr/bin/thief": "#!/bin/sh\n\"$@\"\n", "usr/lib/tmpfiles.d/replaced.conf": "d /run/replaced\n",
                 "etc/tmpfiles.d/replaced.conf": "d /run/replacing\n"}
        world.publish(world.make_module("org.example.runner", "1.0", runner),
                      world.make_module("org.example.thief", "1.0", thief))
        world.add_repository()
        world.must("qube", "create", "work", "--base", "debian-12")
        world.must("install", "runner", "thief", "--into", "work", "--yes")

    def setUp(self):
        super().setUp()
        self.world = self.common

    def shell(self, script):
        answer = self.world.qpkg("run", "-v", "work", "--", "sh", "-c", script)
        self.assertEqual(answer.code, 0, answer.err)
        return answer

    def test_what_an_app_may_ask_for_is_there_with_its_owner_and_mode(self):
        paths = " ".join(line.split()[0] for line in MADE.splitlines())

        self.assertEqual(self.shell(f"stat -c '%n %a %u:%g' {paths}").out, MADE)
        self.assertEqual(self.shell("readlink /run/runner/link").out, "mine/empty\n")
        self.assertEqual(self.shell("runner sh -c 'echo x > /run/runner/mine/socket && echo made'").out, "made\n")

    def test_what_is_the_bases_or_a_strangers_is_not_made_and_is_told(self):
        told = self.shell("ls -d /run/user/5 /run/basic /run/stranger /etc/runner /run/runner/mine/roots || true").err

        for words in ("runner.conf line 9: type z", "/run/user/5: /run/user is the qube's own",
                      "/run/basic/x: /run/basic is the qube's own", "/var/cache/basic is the qube's own",
                      "the user daemon is neither root nor the app's own",
                      "/run/runner/mine/roots: it would lie in a folder of another user",
                      "line 15: /etc/runner: not below a folder"):
            self.assertIn("org.example.runner: tmpfiles.d: not made: runner.conf", told)
            self.assertIn(words, told)
        for path in ("/run/user/5", "/run/basic", "/run/stranger", "/etc/runner", "/run/runner/mine/roots"):
            self.assertRegex(told, f"ls: {path}: ")
        self.assertEqual(self.shell("stat -c %u /var/cache/basic").out, "0\n")

    def test_an_app_has_no_folder_of_another_and_gives_no_group_of_people(self):
        told = self.shell("ls -d /run/runner/all/below /run/thief || true").err

        self.assertIn("/run/runner is of org.example.runner", told)
        self.assertIn("the group staff is none that an app may give", told)
        self.assertRegex(told, "ls: /run/thief: ")
        self.assertRegex(told, "ls: /run/runner/all/below: ")

    def test_a_file_in_etc_takes_the_place_of_one_in_usr(self):
        self.assertEqual(self.shell("ls -d /run/repl*").out, "/run/replacing\n")


if __name__ == "__main__":
    unittest.main()

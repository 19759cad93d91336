#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Accounts, state and first start of apps: what belongs to one qube is made there, and stays its own."""

import pathlib
import shutil
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from small_world import APPLETS  # noqa: E402
from world_case import WorldCase  # noqa: E402

TOOLS = (*APPLETS, "stat", "readlink", "chown", "grep", "wc")


def base_files(number):
    """A base with an account of its own, once with one number and once with another."""
    return {"etc/passwd": f"root:x:0:0:root:/root:/bin/sh\nold:x:{number}:{number}::/:/bin/false\n"
                          "user:x:1000:1000::/home/user:/bin/sh\n",
            "etc/group": f"root:x:0:\nold:x:{number}:\nuser:x:1000:\n"}


def module(name, files):
    return {f"usr/bin/{name}": "#!/bin/sh\n\"$@\"\n", **files}


class FirstStartCase(WorldCase):
    copied = ("nothing",)

    def setUp(self):
        super().setUp()
        self.world = self.common

    def shell(self, qube, script, *words):
        answer = self.world.qpkg("run", qube, *words, "--", "sh", "-c", script)
        self.assertEqual(answer.code, 0, answer.err)
        return answer

    def rw(self, qube):
        return self.world.root / "qubes" / qube / "rw"


class Accounts(FirstStartCase):
    @classmethod
    def make_world(cls, world):
        world.must("base", "import", world.base_archive(TOOLS, base_files(101)), "--id", "debian-12")
        world.make_keys()
        one = {"usr/lib/sysusers.d/one.conf": "u served -\ng extra -\n"}
        two = {"usr/lib/sysusers.d/two.conf": "u served 101\n"}
        world.publish(world.make_module("org.example.one", "1.0", module("one", one)),
                      world.make_module("org.example.two", "1.0", module("two", two)))
        world.add_repository()

    def qube(self, name, *apps):
        self.world.must("qube", "create", name, "--base", "debian-12")
        for app in apps:
            self.world.must("install", app, "--into", name, "--yes")

    def test_numbers_are_kept_in_the_qube_and_only_added_to(self):
        self.qube("kept", "two")
        self.assertEqual(self.shell("kept", "two grep served: /etc/passwd").out, "served:x:58000:58000::/:/usr/sbin/nologin\n")
        file = self.rw("kept") / "config/qpkg/accounts"
        self.assertEqual(file.read_text(), "qpkg-accounts-1\n58000 org.example.two served\n")

        self.world.must("install", "one", "--into", "kept", "--yes")

        self.assertEqual(self.shell("kept", "one id served; two id served").out,
                         "uid=58001(served) gid=58001(served) groups=58001(served)\n"
                         "uid=58000(served) gid=58000(served) groups=58000(served)\n")
        self.world.must("remove", "two", "--from", "kept", "--yes")
        self.shell("kept", "true")
        self.assertEqual(file.read_text(), "qpkg-accounts-1\n58000 org.example.two served\n58001 org.example.one served\n"
                                           "58002 org.example.one extra\n")

    def test_a_file_of_numbers_that_is_broken_deals_out_nothing(self):
        self.qube("broken", "one")
        file = self.rw("broken") / "config/qpkg/accounts"
        file.parent.mkdir(parents=True)
        file.write_text("qpkg-accounts-1\n58000 org.example.other ser")

        answer = self.world.qpkg("run", "broken", "--", "sh", "-c", "command -v one || echo hidden")

        self.assertEqual(answer.out, "hidden\n")
        self.assertIn("org.example.one: skipped: /rw/config/qpkg/accounts: line 2: does not end", answer.err)
        self.assertEqual(file.read_text(), "qpkg-accounts-1\n58000 org.example.other ser")


if __name__ == "__main__":
    unittest.main()

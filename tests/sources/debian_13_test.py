# SPDX-License-Identifier: LGPL-2.1-or-later
"""Debian 13 is a base as Debian 12 is: five applications are built on it twice with the same bytes, installed and used, and
none of them goes onto the other base."""

import json
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import own_mounts  # noqa: E402
from world_case import WorldCase  # noqa: E402

BASE, OTHER = "debian-13", "debian-12"
# What each is asked, and what shows that it is the one of this Debian.
APPS = {"hello": ("hello", "Hello, world!\n"),
        "jq": ("""echo '{"a": 7}' | jq .a; jq --version""", "7\njq-1.7"),
        "sqlite3": ("sqlite3 :memory: 'select 6 * 7'", "42\n"),
        "git": ("git init -q x && cd x && git hash-object -w --stdin </dev/null && git --version",
                "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391\ngit version 2.47"),
        "xterm": ("xterm -version", "XTerm(398)")}


class Debian13(WorldCase):
    @classmethod
    def make_world(cls, world):
        world.must("base", "build", BASE)
        world.make_base(OTHER)
        world.make_keys()
        world.must("qube", "create", "work", "--base", BASE)
        world.must("qube", "create", "elder", "--base", OTHER)
        for name in APPS:
            world.must("build", "--from", f"deb:{name}", "--base", BASE, "--out", world.folder / "first")
        world.publish(*(world.folder / "first").iterdir())
        world.add_repository()

    def setUp(self):
        self.world = self.common

    def commit(self, out, name):
        return json.loads((self.world.folder / out / f"org.debian.{name}/manifest.json").read_text())["ostree"]["commit"]

    def test_the_root_is_debian_13(self):
        told = self.world.must("run", "work", "--", "cat", "/etc/os-release").out
        self.assertIn('VERSION_ID="13"', told)

    def test_applications_are_used(self):
        self.world.must("install", *APPS, "--into", "work", "--yes")
        for name, (task, shown) in APPS.items():
            with self.subTest(name):
                done = self.world.must("run", "work", "--", "sh", "-c", f"cd; {task}")
                self.assertTrue(done.out.startswith(shown), done.out)

    def test_a_second_build_has_the_same_bytes(self):
        for name in APPS:
            with self.subTest(name):
                lock = self.world.folder / f"first/org.debian.{name}/module.lock"
                self.world.must("build", "--from", f"deb:{name}", "--base", BASE, "--lock", lock, "--out", self.world.folder / "again")
                self.assertEqual(self.commit("again", name), self.commit("first", name))

    def test_none_goes_onto_the_other_base(self):
        done = self.world.qpkg("install", "hello", "--into", "elder", "--yes")
        self.assertNotEqual(done.code, 0)
        self.assertIn(BASE, done.err)


if __name__ == "__main__":
    own_mounts.enter()
    unittest.main(verbosity=2)

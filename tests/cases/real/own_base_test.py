#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The base that `setup` made stayed as it was for ever. Now `upgrade` makes it again when its distribution has fixes, and what
was built on it and does not fit any more, too; what fits stays as it is."""

import pathlib
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parents[1]
sys.path[:0] = [str(HERE.parent / "support"), str(HERE.parents[1] / "examples")]
import own_mounts  # noqa: E402
import year_archive  # noqa: E402
from world_case import WorldCase, check_schema  # noqa: E402

BASE = "local.debian-12"


class OwnBase(WorldCase):
    @classmethod
    def make_world(cls, world):
        folder = cls.enterClassContext(tempfile.TemporaryDirectory(dir="/var/tmp"))
        cls.archive = year_archive.Archive(folder, ["hello", "passwdqc", "libpam-passwdqc"], [])
        cls.addClassCleanup(cls.archive.close)
        world.must("base", "build", "debian-12", "--mirror", cls.archive.location, "--keyring", cls.archive.key)

    def setUp(self):
        self.world = self.common

    def libc(self):
        return self.world.must("run", "work", "--", "sh", "-c", "/lib/*/libc.so.6 | head -n 1").out

    def test_an_upgrade_makes_the_base_again_and_what_does_not_fit_it(self):
        world = self.world
        world.must("setup", "--base", BASE, "--yes")
        (world.root / "own/bases").mkdir()
        (world.root / f"own/bases/{BASE}.toml").write_text(
            f'[base]\nid = "{BASE}"\nof = "debian-12"\nmirror = "{self.archive.location}"\nkeyring = "{self.archive.key}"\n')
        world.must("install", "hello", "libpam-passwdqc", "--into", "work", "--yes")
        before = {row["app"]: row["volume"] for row in world.must("list", "work", "--json").json["apps"]}
        old = self.libc()
        self.assertEqual(world.qpkg("upgrade", "--yes", "--unchanged-exit-77").code, 77)

        self.archive.move(year_archive.NEW)

        shown = check_schema(world.must("upgrade", "--dry-run", "--json").json)
        self.assertEqual([row["base"] for row in shown["rebuilt_bases"]], [BASE])
        self.assertIn("apt 2.6.1 → ", " ".join(row["why"] for row in shown["rebuilt_bases"]))
        world.must("upgrade", "--yes")
        world.must("qube", "stop", "work")
        after = {row["app"]: row["volume"] for row in world.must("list", "work", "--json").json["apps"]}
        self.assertNotEqual(self.libc(), old)
        self.assertEqual(after["org.debian.hello"], before["org.debian.hello"])
        self.assertNotEqual(after["org.debian.libpam-passwdqc"], before["org.debian.libpam-passwdqc"])
        self.assertEqual([row["keeps"] for row in world.must("list", "work", "--json").json["apps"] if row["keeps"]], [])
        self.assertEqual(world.qpkg("upgrade", "--yes", "--unchanged-exit-77").code, 77)


if __name__ == "__main__":
    own_mounts.enter()
    unittest.main(verbosity=2)

#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Signed metadata expires, and who is his own publisher thinks of signing it again once in a year. So the machine does it."""

import pathlib
import shutil
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))
from faked_time import qpkg_at, require_faketime  # noqa: E402
from small_world import SmallWorld  # noqa: E402
from world_case import PROGRAMS, WorldCase, check_schema  # noqa: E402


class OwnRepository(WorldCase):
    @classmethod
    def make_world(cls, world):
        world.make_base()
        world.must("setup", "--yes", "--updates", "apply")
        cls.publish(world, world.make_module("org.example.hello", "1.0"))

    @classmethod
    def publish(cls, world, module):
        own = world.root / "own"
        world.must("publish", module, "--repo", own / "site", "--keys", own / "keys")

    def setUp(self):
        super().setUp()
        require_faketime()
        self.site = self.world.root / "own/site"
        # The copy lies elsewhere: it trusts its repository anew, at its own place.
        self.world.must("repo", "remove", "own")
        self.world.must("setup", "--yes")

    def at(self, days, *words, world=None):
        return qpkg_at(world or self.world, f"+{days}d", *words)

    def files(self):
        return {path.name: path.read_bytes() for path in self.site.glob("tuf/*")}

    def freshness(self, days, world=None):
        answer = self.at(days, "status", "--json", world=world)
        return {row["name"]: row["freshness"] for row in check_schema(answer.json)["repositories"]}

    def other_machine(self):
        """That trusts the repository, and has not looked for as long as it is asleep."""
        other = SmallWorld(self.world.folder / "other", PROGRAMS)
        other.folder.mkdir()
        shutil.copytree(self.common.root, other.root, symlinks=True)
        other.must("repo", "remove", "own")
        other.must("repo", "add", "theirs", self.site, "--yes")
        other.must("install", "hello", "--into", "work", "--yes")
        return other

    def test_400_days_pass_and_nothing_is_stale(self):
        other = self.other_machine()
        for days in range(50, 401, 50):
            answer = self.at(days, "check", "--scheduled", "--yes")
            self.assertEqual(answer.code, 0, answer.err)
            self.assertEqual(self.freshness(days), {"own": "fresh"})
        self.assertTrue((self.site / "tuf/2.root.json").exists())
        self.publish_at(400, "2.0")

        self.assertEqual(self.at(400, "upgrade", "--yes", world=other).code, 0)

        self.assertEqual(self.freshness(400, other), {"theirs": "fresh"})
        self.assertEqual(self.at(400, "run", "work", "--", "hello", world=other).out, "hello 2.0\n")

    def publish_at(self, days, version):
        module = self.world.make_module("org.example.hello", version)
        answer = self.at(days, "publish", module, "--repo", self.site, "--keys", self.world.root / "own/keys")
        self.assertEqual(answer.code, 0, answer.err)

    def test_a_machine_that_was_off_for_400_days_goes_on(self):
        for words in (["upgrade", "--yes"], ["install", "hello", "--into", "work", "--yes"]):
            with self.subTest(words[0]):
                answer = self.at(400, *words)
                self.assertEqual(answer.code, 0, answer.err)
                self.assertEqual(self.freshness(400), {"own": "fresh"})

    def test_nothing_is_signed_while_it_is_fresh_nor_in_a_dry_run(self):
        before = self.files()
        self.assertEqual(self.at(1, "upgrade", "--yes").code, 0)
        self.at(400, "upgrade", "-n")
        self.assertEqual(self.files(), before)

    def test_a_clock_that_is_plainly_wrong_signs_nothing_and_hinders_nothing_else(self):
        before = self.files()
        answer = self.at(3650, "upgrade", "--yes")
        self.assertIn("is not signed again", answer.err)
        self.assertIn("the clock of this machine says", answer.err)
        self.assertEqual(self.files(), before)

    def test_keys_that_are_gone_are_said_once(self):
        shutil.rmtree(self.world.root / "own/keys")
        answer = self.at(100, "upgrade", "--yes")
        self.assertEqual(answer.err.count("is not signed again"), 1, answer.err)

    def test_the_timer_does_what_setup_has_said(self):
        other = self.other_machine()
        module = self.world.make_module("org.example.hello", "2.0")
        self.publish(self.world, module)
        told = {"none": False, "check": False, "download": False, "apply": True}
        for word, upgrades in told.items():
            with self.subTest(word):
                other.must("check", "--updates", word)
                answer = other.qpkg("check", "--scheduled", "--yes", "--json")
                self.assertEqual(answer.code, 0, answer.err)
                check_schema(answer.json)
                version = other.must("run", "work", "--", "hello").out
                self.assertEqual(version, "hello 2.0\n" if upgrades else "hello 1.0\n")
                self.assertEqual((other.root / "updates").read_text(), word + "\n")
                self.assertEqual(other.must("status", "--json").json["updates"], word)
        (other.root / "updates").write_text("sometimes\n")
        status = check_schema(other.must("status", "--json").json)
        self.assertIn("expected none, check, download, apply, found \"sometimes\"", " ".join(status["warnings"]))

    def test_what_was_downloaded_needs_nobody_to_be_installed(self):
        other = self.other_machine()
        self.publish(self.world, self.world.make_module("org.example.hello", "2.0"))
        told = check_schema(other.must("download", "--yes", "--json").json)
        self.assertEqual([row["change"] for row in told["changes"]], ["upgrade"])
        self.assertEqual(other.must("run", "work", "--", "hello").out, "hello 1.0\n")
        self.assertEqual(other.qpkg("download", "--yes", "--unchanged-exit-77").code, 77)
        self.site.rename(self.world.folder / "away")

        other.must("upgrade", "--yes", "--offline")

        self.assertEqual(other.must("run", "work", "--", "hello").out, "hello 2.0\n")


if __name__ == "__main__":
    unittest.main()

#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Channels: what some have tried becomes a release for all, the same commit, and what rebuilders said of it holds. And what a
publisher tells of an app as a whole."""

import pathlib
import subprocess
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))
from world_case import WorldCase, check_schema  # noqa: E402

TRIED = "org.example.tried"


class Promote(WorldCase):
    copied = ("root", "keys", "site", "out", "rebuilder")

    @classmethod
    def make_world(cls, world):
        world.make_all()
        world.must("key", "new", "--out", world.folder / "rebuilder", "--no-passphrase")
        cls.tried = world.make_module(TRIED, "1.0")
        cls.other = world.make_module("org.example.unseen", "1.0")
        for module in (cls.tried, cls.other):
            world.must("publish", module, "--channel", "testing", "--repo", world.site, "--keys", world.keys)

    def setUp(self):
        super().setUp()
        self.trust_own_copy()

    def promote(self, *apps, code=0):
        answer = self.world.qpkg("promote", *apps, "--from", "testing", "--repo", self.world.site, "--keys", self.world.keys, "--json")
        self.assertEqual(answer.code, code, answer.out + answer.err)
        return check_schema(answer.json)

    def install(self, app, *words, code=0):
        answer = self.world.qpkg("install", app, "--into", "work", "--yes", *words)
        self.assertEqual(answer.code, code, answer.out + answer.err)
        return answer

    def ref(self, channel):
        return (self.world.site / f"ostree/refs/heads/app/{TRIED}/x86_64/{channel}").read_text().strip()

    def test_a_release_of_one_channel_becomes_one_of_another(self):
        self.install("tried", code=3)
        self.install("tried", "--channel", "testing")
        tried = self.world.must("list", "work", "--json").json["apps"][0]["volume"]

        promoted = self.promote(TRIED)

        self.assertEqual([(row["app"], row["channel"], row["sequence"], row["new"]) for row in promoted["releases"]],
                         [(TRIED, "stable", 1, True)])
        self.assertEqual(self.ref("stable"), self.ref("testing"))
        self.world.must("remove", "tried", "--from", "work", "--yes")
        self.install("tried")
        self.assertEqual(self.world.must("list", "work", "--json").json["apps"][0]["volume"], tried)
        self.assertEqual([row["new"] for row in self.promote(TRIED)["releases"]], [False])
        subprocess.run(["ostree", f"--repo={self.world.site}/ostree", "fsck", "--quiet"], check=True, capture_output=True)

    def test_what_rebuilders_said_of_it_holds(self):
        said = check_schema(self.world.must("rebuild", "tried", "--built", self.tried, "--without-origin", "--key",
                                            self.world.folder / "rebuilder/publisher.key", "--out", self.world.site, "--json").json)
        self.world.must("repo", "modify", "demo", "--rebuilder", f"alpha={said['public_key']}", "--require", "1")

        self.promote(TRIED, "org.example.unseen")

        self.install("tried")
        self.install("unseen", code=5)

    def test_what_is_not_there_is_not_promoted(self):
        before = {path.name for path in self.world.site.glob("tuf/*")}
        self.promote("org.example.hello", code=3)
        self.assertEqual({path.name for path in self.world.site.glob("tuf/*")}, before)

    def tell(self, *words):
        self.world.must("publish", *words, "--repo", self.world.site, "--keys", self.world.keys)
        self.world.must("check")

    def test_who_has_an_app_is_told_of_its_end_and_of_its_new_name(self):
        self.install("hello")
        self.tell("--end-of-life", "org.example.hello=nobody maintains it", "--renamed", "org.example.other=org.example.else")
        for words in (["status"], ["upgrade", "--yes"]):
            said = self.world.must(*words)
            self.assertIn("org.example.hello has come to its end, says its publisher: nobody maintains it", said.out + said.err)
            self.assertNotIn("org.example.else", said.out + said.err)
        self.tell("--end-of-life", "org.example.hello", "--renamed", "org.example.hello=org.example.other")
        said = self.world.must("status").out
        self.assertIn("org.example.hello goes on as org.example.other", said)
        self.assertNotIn("come to its end", said)
        self.tell("--renamed", "org.example.hello")
        self.assertNotIn("says its publisher", self.world.must("status").out)


if __name__ == "__main__":
    unittest.main()

#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""An app that is held, or whose newer release cannot be taken, never stops the upgrade of the others."""

import pathlib
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))
from world_case import WorldCase  # noqa: E402


class HeldApps(WorldCase):
    @classmethod
    def make_world(cls, world):
        world.make_base()
        world.make_keys()
        world.publish(world.make_module("org.example.hello", "1.0"), world.make_module("net.elsewhere.other", "1.0"))
        world.add_repository()
        for qube in ["work", "personal"]:
            world.must("qube", "create", qube, "--base", "debian-12")
        world.must("install", "hello", "other", "--into", "work", "--yes")
        # New releases of net.elsewhere must be reproduced by somebody, and nobody does.
        world.must("repo", "modify", "demo", "--rebuilder", "lab=" + "0" * 64, "--require", "1", "--namespace", "net.elsewhere")

    def setUp(self):
        super().setUp()
        self.newer = self.world.folder / "newer"

    def publish(self, *apps):
        self.world.publish(*(self.world.make_module(app, "2.0", out=self.newer) for app in apps))
        policy = ("--rebuilder", "lab=" + "0" * 64, "--require", "1", "--namespace", "net.elsewhere")
        self.trust_own_copy()
        self.world.must("repo", "modify", "demo", *policy)

    def publish_both(self):
        self.publish("org.example.hello", "net.elsewhere.other")

    def versions(self):
        return {row["app"]: row["version"] for row in self.json_of("list")["apps"]}

    def test_a_held_app_is_passed_by(self):
        self.world.must("hold", "other", "--in", "work", "--yes")
        self.publish_both()

        document = self.json_of("upgrade", "--yes")

        self.assertNotIn("left_out", document)
        self.assertEqual(self.versions(), {"org.example.hello": "2.0", "net.elsewhere.other": "1.0"})

    def test_an_app_that_too_few_reproduced_is_left_out_and_named(self):
        self.publish_both()

        document = self.json_of("upgrade", "--yes", code=10)

        self.assertEqual([row["app"] for row in document["left_out"]], ["net.elsewhere.other"])
        self.assertEqual(document["left_out"][0]["code"], 5)
        self.assertEqual(self.versions(), {"org.example.hello": "2.0", "net.elsewhere.other": "1.0"})

    def test_with_nothing_else_to_do_the_reason_is_the_failure(self):
        self.publish("net.elsewhere.other")
        answer = self.world.qpkg("upgrade", "--yes")
        self.assertEqual(answer.code, 5, answer.err)
        self.assertIn("cannot upgrade net.elsewhere.other", answer.err)

    def test_who_names_it_gets_the_reason(self):
        self.publish_both()
        answer = self.world.qpkg("upgrade", "hello", "other", "--yes")
        self.assertEqual(answer.code, 5, answer.err)
        self.assertEqual(self.versions()["org.example.hello"], "1.0")
        self.world.must("upgrade", "hello", "--yes")

    def test_a_release_whose_manifest_is_not_there_is_left_out(self):
        self.publish_both()
        self.world.must("repo", "modify", "demo", "--require", "off")
        for manifest in (self.world.site / "targets/net.elsewhere/other/x86_64").glob("*stable-2.json"):
            manifest.unlink()
        document = self.json_of("upgrade", "--yes", code=10)
        self.assertEqual([row["app"] for row in document["left_out"]], ["net.elsewhere.other"])
        self.assertEqual(self.versions()["org.example.hello"], "2.0")


if __name__ == "__main__":
    unittest.main()

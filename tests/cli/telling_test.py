#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What is said stays true: of generations that gc drops, of the one before, of apps that no upgrade reaches."""

import pathlib
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))
from world_case import WorldCase  # noqa: E402


class Telling(WorldCase):
    def setUp(self):
        super().setUp()
        self.trust_own_copy()

    def install(self, *words):
        return self.json_of("install", *words, "--yes")

    def test_an_app_whose_repository_is_gone_is_named(self):
        self.install("hello", "--into", "work")
        self.assertEqual(self.json_of("status")["repository_gone"], [])
        self.world.must("repo", "remove", "demo")
        gone = self.json_of("status")["repository_gone"]
        self.assertEqual([(app["app"], app["qube"], app["repository"]) for app in gone],
                         [("org.example.hello", "work", "demo")])
        self.assertTrue(self.json_of("list")["apps"][0]["repository_gone"])
        self.assertIn("demo (gone)", self.world.must("list").out)
        self.assertIn("NO MORE UPGRADES OF", self.world.must("status").out)

    def test_history_tells_nothing_that_gc_made_untrue(self):
        for app in ("hello", "other"):
            self.install(app, "--into", "work")
        self.json_of("remove", "hello", "--from", "work", "--yes")
        before = {each["number"]: each for each in self.json_of("history", "work")["generations"]}
        self.assertFalse(any(each["before_gone"] for each in before.values()))
        self.world.must("gc", "--keep", "1", "--yes")
        first, last = self.json_of("history", "work")["generations"]
        self.assertEqual((first["number"], first["before_gone"], first["changes"]), (2, True, []))
        self.assertEqual(last, before[3])
        self.assertIn("(the one before is gone)", self.world.must("history", "work").out)

    def test_history_does_not_compare_across_a_gap(self):
        for app in ("hello", "other"):
            self.install(app, "--into", "work")
        self.world.must("rollback", "work", "--to", "0", "--yes")
        self.world.must("gc", "--keep", "1", "--yes")
        told = [(each["number"], each["changes"]) for each in self.json_of("history", "work")["generations"]]
        self.assertEqual(told, [(0, []), (2, [])])

    def test_gc_shows_which_generations_of_which_qubes_would_go_and_asks(self):
        self.install("hello", "--into", "work", "--into", "personal")
        self.json_of("remove", "hello", "--from", "work", "--yes")
        answer = self.world.qpkg("gc", "--keep", "0")
        self.assertEqual(answer.code, 2)
        self.assertIn("--yes", answer.err)
        self.assertRegex(answer.out, r"work +0, 1 +hello 1\.0")
        self.assertRegex(answer.out, r"personal +0 *\n")
        self.assertEqual(len(self.json_of("history", "work")["generations"]), 3)
        self.world.must("gc")  # what stays in reach of a rollback without being asked for needs no question

    def test_gc_of_one_qube_leaves_the_generations_of_others(self):
        self.install("hello", "--into", "work", "--into", "personal")
        dropped = self.json_of("gc", "--keep", "0", "--in", "work", "--yes")["dropped"]
        self.assertEqual([(each["qube"], each["generations"]) for each in dropped], [("work", ["0"])])
        self.assertEqual(len(self.json_of("history", "work")["generations"]), 1)
        self.assertEqual(len(self.json_of("history", "personal")["generations"]), 2)
        self.assertEqual(self.world.qpkg("gc", "--in", "nowhere").code, 3)


if __name__ == "__main__":
    unittest.main()

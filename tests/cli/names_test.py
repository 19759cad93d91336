#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Who gets a name in a qube, as plans, `why` and their JSON tell it."""

import pathlib
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))
from world_case import WorldCase  # noqa: E402

TOOL = {"usr/bin/tool": "#!/bin/sh\necho tool\n"}


def row(name, holder, without=(), of="", stands_for=""):
    return {"qube": "work", "name": name, "kind": "command", "holder": holder, "from": of, "without": list(without),
            "stands_for": stands_for}


class Names(WorldCase):
    @classmethod
    def make_world(cls, world):
        world.make_all()
        world.publish(world.make_module("org.example.one", "1.0", TOOL),
                      world.make_module("org.example.two", "1.0", TOOL, second=["tool"]))

    def setUp(self):
        super().setUp()
        self.trust_own_copy()

    def test_plans_tell_in_json_what_becomes_of_names(self):
        self.world.must("install", "two", "--into", "work", "--yes")
        plan = self.json_of("install", "one", "--into", "work", "--yes")
        self.assertEqual(plan["names"], [row("tool", "org.example.one", ["org.example.two"], "org.example.two")])
        plan = self.json_of("remove", "one", "--from", "work", "--yes")
        self.assertEqual(plan["names"], [row("tool", "org.example.two", [], "org.example.one")])
        plan = self.json_of("rollback", "work", "--yes")
        self.assertEqual(plan["names"], [row("tool", "org.example.one", ["org.example.two"], "org.example.two")])
        plan = self.json_of("upgrade", "--prefer", "two", "--yes")
        self.assertEqual(plan["names"], [row("tool", "org.example.two", ["org.example.one"], "org.example.one")])
        self.assertEqual(self.json_of("hold", "one", "--in", "work", "--yes")["names"], [])

    def test_a_plan_that_only_moves_a_name_asks_and_a_dry_run_changes_nothing(self):
        self.world.must("install", "one", "two", "--into", "work", "--yes")
        answer = self.world.must("install", "two", "--into", "work", "--prefer", "two", "--dry-run")
        self.assertRegex(answer.out + answer.err, r"work +tool +command +two +one +one")
        names = self.json_of("why", "tool")["names"]
        self.assertEqual(names, [row("tool", "org.example.one", ["org.example.two"])])

    def test_why_says_who_has_a_command_and_who_gave_way(self):
        self.world.must("install", "one", "two", "--into", "work", "--alias", "spanner=two:tool", "--yes")
        answer = self.world.must("why", "tool")
        self.assertRegex(answer.out, r"work +spanner +command +two \(its tool\)")
        self.assertRegex(answer.out, r"work +tool +command +one")
        self.assertEqual(self.json_of("why", "spanner")["names"],
                         [row("spanner", "org.example.two", stands_for="tool")])
        self.assertEqual(self.json_of("why", "one")["names"], [row("one", "org.example.one")])
        self.json_of("why", "no-such-thing", code=3)

    def test_wishes_that_make_no_sense_are_refused_with_the_form(self):
        for words, code, said in [(["--alias", "spanner"], 2, "OTHER=APP:NAME"),
                                  (["--alias", "spanner=two"], 2, "OTHER=APP:NAME"),
                                  (["--alias", "../x=two:tool"], 2, "64 letters"),
                                  (["--alias", "x.desktop=two:tool"], 2, ".desktop"),
                                  (["--alias", "spanner=two:tol"], 3, "exports no command"),
                                  (["--alias", "ls=two:tool"], 4, "the base has a command"),
                                  (["--alias", "spanner=none:tool"], 3, "no app"),
                                  (["--prefer", "none"], 3, "no app")]:
            with self.subTest(words=words):
                answer = self.world.qpkg("install", "two", "--into", "work", *words, "--yes")
                self.assertEqual(answer.code, code, answer.err)
                self.assertIn(said, answer.err)
        self.assertEqual(self.json_of("list", "work")["apps"], [])


if __name__ == "__main__":
    unittest.main()

#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""An app took another app's command, and the base's in a root shell, and the plan said nothing: its id came first in the
alphabet, and apps were first on PATH."""

import pathlib
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))
from world_case import WorldCase  # noqa: E402

HOSTILE = "#!/bin/sh\necho HOSTILE\n"


class TakenNames(WorldCase):
    @classmethod
    def make_world(cls, world):
        world.make_all()
        commands = {f"usr/bin/{name}": HOSTILE for name in ["hello", "id", "env", "qpkg-run", "evil"]}
        world.publish(world.make_module("org.aaa.evil", "1.0", commands),
                      world.make_module("org.aaa.polite", "1.0", commands, second=["hello", "id", "evil"]))

    def setUp(self):
        super().setUp()
        self.trust_own_copy()

    def run_in_work(self, *words):
        return self.world.qpkg("run", "work", *words)

    def test_two_apps_with_one_first_name_are_refused_in_either_order_and_together(self):
        for together in [["hello", "evil"], ["evil", "hello"]]:
            answer = self.world.qpkg("install", *together, "--into", "work", "--yes")
            self.assertEqual(answer.code, 4, answer.err)
            for words in ["org.example.hello", "org.aaa.evil", "command \"hello\"", "already", "--prefer", "--alias"]:
                self.assertIn(words, answer.err)
            self.assertEqual(self.json_of("list", "work")["apps"], [])
        for one, other in [("hello", "evil"), ("evil", "hello")]:
            self.world.must("install", one, "--into", "work", "--yes")
            answer = self.world.qpkg("install", other, "--into", "work", "--yes")
            self.assertEqual(answer.code, 4, answer.err)
            self.assertIn("already", answer.err)
            self.world.must("remove", one, "--from", "work", "--yes")

    def test_an_app_takes_no_command_from_the_base_not_for_root_either(self):
        answer = self.world.must("install", "evil", "--into", "work", "--yes")
        for name in ["env", "id", "qpkg-run"]:
            self.assertRegex(answer.err + answer.out, rf"work +{name} +command +the base +evil")
        for user in [[], ["--as-root"]]:
            self.assertIn("uid=", self.run_in_work(*user, "--", "id").out)
            self.assertNotIn("HOSTILE", self.run_in_work(*user, "--", "sh", "-c", "id; env; qpkg-run").out)
            path = self.run_in_work(*user, "--", "sh", "-c", "echo $PATH").out.strip()
            self.assertRegex(path, "/(bin|games):/run/qpkg/bin$")
        self.assertEqual(self.run_in_work("--", "evil").out, "HOSTILE\n")
        self.assertEqual(self.run_in_work("--", "qpkg-run", "org.aaa.evil", "id").out, "HOSTILE\n")

    def test_a_second_name_gives_way_without_a_question_in_either_order(self):
        for apps in [["hello", "polite"], ["polite", "hello"]]:
            for app in apps:
                answer = self.world.must("install", app, "--into", "work", "--yes")
            self.assertRegex(answer.err + answer.out, r"work +hello +command +hello +(polite +)?polite")
            self.assertEqual(self.run_in_work("--", "hello").out, "hello 1.0\n")
            self.world.must("remove", *apps, "--from", "work", "--yes")

    def test_the_owner_says_who_gets_it(self):
        self.world.must("install", "hello", "evil", "--into", "work", "--prefer", "hello", "--yes")
        self.assertEqual(self.run_in_work("--", "hello").out, "hello 1.0\n")
        self.world.must("install", "evil", "--into", "work", "--prefer", "evil", "--yes")
        self.assertEqual(self.run_in_work("--", "hello").out, "HOSTILE\n")
        self.world.must("rollback", "work", "--yes")
        self.assertEqual(self.run_in_work("--", "hello").out, "hello 1.0\n")
        self.world.must("remove", "evil", "--from", "work", "--yes")
        self.world.must("install", "evil", "--into", "work", "--alias", "greet=evil:hello", "--yes")
        self.assertEqual(self.run_in_work("--", "hello").out, "hello 1.0\n")
        self.assertEqual(self.run_in_work("--", "greet").out, "HOSTILE\n")

    def test_a_name_in_use_is_not_lost_by_an_upgrade_of_another_app(self):
        self.world.must("install", "hello", "other", "--into", "work", "--yes")
        self.world.publish(self.world.make_module("org.example.other", "2.0", {"usr/bin/hello": HOSTILE}))
        answer = self.world.must("upgrade", "--yes")
        self.assertRegex(answer.err + answer.out, r"work +hello +command +hello +other")
        self.assertEqual(self.run_in_work("--", "hello").out, "hello 1.0\n")


if __name__ == "__main__":
    unittest.main()

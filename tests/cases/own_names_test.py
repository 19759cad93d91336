#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A program was in an app's view, and who typed its name read that the qube has no such program: what a module does not export
was out of reach. Now the app is named, `run --app` starts it, and the qube's owner adds and drops names."""

import pathlib
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))
from world_case import WorldCase  # noqa: E402

# Nothing in /usr/games is exported by the modules of tests.
EXTRA = {"usr/games/extra": "#!/bin/sh\necho extra $1\n", "usr/games/id": "#!/bin/sh\necho HOSTILE\n",
         "usr/games/hello": "#!/bin/sh\necho another hello\n"}


class OwnNames(WorldCase):
    @classmethod
    def make_world(cls, world):
        world.make_all()
        world.publish(world.make_module("org.example.tool", "1.0", EXTRA))
        world.must("install", "tool", "hello", "--into", "work", "--yes")

    def run_in_work(self, *words):
        return self.world.qpkg("run", "work", *words)

    def export(self, *words, code=0):
        answer = self.world.qpkg("export", *words, "--in", "work", "--yes")
        self.assertEqual(answer.code, code, answer.err)
        return answer

    def test_a_program_that_an_app_does_not_export_is_told_of_and_started_in_its_view(self):
        answer = self.run_in_work("--", "extra", "1")
        self.assertEqual(answer.code, 127)
        self.assertIn("org.example.tool has extra and does not export it. To run it: qpkg run work --app tool -- extra 1. "
                      "To export it: qpkg export tool extra --in work", answer.err)
        self.assertEqual(self.run_in_work("--app", "tool", "--", "extra", "1").out, "extra 1\n")
        self.assertIn("uid=1000(user)", self.run_in_work("--app", "org.example.tool", "--", "id").out)
        for words, code in [(["--", "nothing"], 127), (["--app", "tool", "--", "nothing"], 127),
                            (["--app", "other", "--", "id"], 3), (["--", "sh", "-c", "exit 127"], 127)]:
            answer = self.run_in_work(*words)
            self.assertEqual(answer.code, code, answer.err)
            self.assertNotIn("does not export it", answer.err)

    def test_an_added_name_is_there_at_once_and_rollback_takes_it_back(self):
        self.world.must("qube", "start", "work")
        self.addCleanup(self.world.must, "qube", "stop", "work")
        self.assertEqual(self.run_in_work("--", "hello").out, "hello 1.0\n")
        answer = self.export("tool", "extra")
        self.assertRegex(answer.out + answer.err, r"work +extra +command +tool")
        self.assertEqual(self.run_in_work("--", "extra", "2").out, "extra 2\n")
        self.assertEqual([name["holder"] for name in self.json_of("why", "extra")["names"]], ["org.example.tool"])
        self.assertEqual(self.json_of("info", "tool")["own_names"],
                         [{"qube": "work", "name": "extra", "kind": "command", "change": "added"}])
        self.world.must("rollback", "work", "--yes")
        self.assertEqual(self.run_in_work("--", "extra").code, 127)
        self.assertEqual(self.json_of("info", "tool")["own_names"], [])

    def test_a_dropped_name_is_nobodys_until_it_is_exported_again(self):
        answer = self.export("hello", "hello", "--drop")
        self.assertRegex(answer.out + answer.err, r"work +hello +command +nobody +hello")
        self.assertEqual(self.run_in_work("--", "hello").code, 127)
        self.assertEqual(self.run_in_work("--app", "hello", "--", "hello").out, "hello 1.0\n")
        self.assertEqual(self.json_of("why", "hello")["names"][0]["without"], ["org.example.hello"])
        self.export("tool", "hello")
        self.assertEqual(self.run_in_work("--", "hello").out, "another hello\n")
        self.export("tool", "hello", "--drop")
        self.export("hello", "hello")
        self.assertEqual(self.run_in_work("--", "hello").out, "hello 1.0\n")
        self.assertEqual(self.json_of("info", "hello")["own_names"], [])

    def test_what_cannot_be_is_refused(self):
        self.assertIn("org.example.tool has no command \"nothing\"", self.export("tool", "nothing", code=3).err)
        self.assertIn("exports no command \"extra\"", self.export("tool", "extra", "--drop", code=3).err)
        self.assertIn("no app", self.export("other", "extra", code=3).err)
        self.assertIn("is no name", self.export("tool", "../extra", code=2).err)
        self.assertIn("has the command \"hello\" already", self.export("tool", "hello", code=4).err)
        self.export("tool", "hello", "--prefer", "tool")
        self.assertEqual(self.run_in_work("--", "hello").out, "another hello\n")
        self.export("tool", "id")  # the plan says that the base has it
        self.assertNotIn("HOSTILE", self.run_in_work("--", "id").out)


if __name__ == "__main__":
    unittest.main()

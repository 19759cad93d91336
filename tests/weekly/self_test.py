#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""When a part of the weekly tier is current, and when not; in a tree of its own."""

import contextlib
import io
import pathlib
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import run  # noqa: E402


class Weekly(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.tree = pathlib.Path(folder.name)
        places = {"SOURCE": self.tree, "RECORDS": self.tree / "records", "LOGS": self.tree / "logs"}
        for name, place in places.items():
            self.addCleanup(setattr, run, name, getattr(run, name))
            setattr(run, name, place)
        for name in ["input", "other"]:
            (self.tree / name).write_text("one")
        author = ["-c", "user.name=nobody", "-c", "user.email=nobody@example.org"]
        for words in [["init", "-q"], ["add", "."], [*author, "commit", "-q", "-m", "tree: Begin"]]:
            subprocess.run(["git", *words], cwd=self.tree, check=True)

    def part(self, command="echo 3 passed", **more):
        return run.Part({"name": "part", "shows": "x", "command": ["sh", "-c", command], "inputs": ["input"],
                         "minutes": 1, "says": r"^\d+ passed$", **more})

    def execute(self, part, share=""):
        with contextlib.redirect_stdout(io.StringIO()):
            return run.run(part, share)

    def test_a_part_without_a_record_is_missing(self):
        self.assertEqual(self.part().state(), "missing")

    def test_a_part_that_passed_is_current_until_an_input_changes(self):
        self.assertTrue(self.execute(self.part()))
        self.assertEqual(self.part().record()["said"], "3 passed")
        (self.tree / "other").write_text("two")
        self.assertEqual(self.part().state(), "current")

        (self.tree / "input").write_text("two")

        self.assertEqual(self.part().state(), "out of date")

    def test_a_part_that_fails_or_does_not_say_what_it_did_has_failed(self):
        for command in ["echo 3 passed; exit 1", "true"]:
            self.assertFalse(self.execute(self.part(command)))
            self.assertEqual(self.part().state(), "failed")

    def test_a_part_that_takes_too_long_is_ended(self):
        self.assertFalse(self.execute(self.part("echo 3 passed; sleep 600", minutes=0.005)))

    def test_a_long_table_goes_on_with_its_next_share(self):
        seen = []
        for _ in range(4):
            part = self.part("echo 3 passed", shares=3)
            self.execute(part)
            seen.append(part.record()["share"])
        self.assertEqual(seen, ["1/3", "2/3", "3/3", "1/3"])

    def test_shares_together_are_the_whole_table_and_each_has_the_sentinels(self):
        rows = [f"row {number}" for number in range(10)]
        parts = [run.shares.chosen(rows, f"{index}/4", always=lambda row: row == "row 3") for index in range(1, 5)]
        self.assertEqual(sorted({row for part in parts for row in part}), rows)
        self.assertTrue(all("row 3" in part for part in parts))

    def test_the_parts_of_the_tree_obey_their_limits(self):
        run.SOURCE = run.HERE.parents[1]

        self.assertTrue(run.load())


if __name__ == "__main__":
    unittest.main()

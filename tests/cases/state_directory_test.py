#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A state directory that others could change is not written, and whoever reads it is told."""

import os
import pathlib
import shutil
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))
from world_case import WorldCase  # noqa: E402

NOBODY = 65534


class StateDirectory(WorldCase):
    def is_refused(self, words):
        for command in (["gc"], ["hold", "hello", "--in", "work"], ["install", "hello", "--into", "work", "--yes"]):
            answer = self.world.qpkg(*command)
            self.assertEqual(answer.code, 1, (command, answer.out, answer.err))
            self.assertIn(words, answer.err)
        for command in (["list"], ["status"], ["search", "--offline"]):
            answer = self.world.must(*command)
            self.assertIn(f"warning: the state directory is not safe from others", answer.err)
            self.assertIn(words, answer.err)
        doctor = self.world.qpkg("doctor")
        self.assertEqual(doctor.code, 1)
        self.assertIn(words, doctor.out)

    def move_away(self, path):
        elsewhere = self.world.folder / "elsewhere"
        shutil.move(path, elsewhere)
        path.symlink_to(elsewhere)

    def test_one_that_is_a_link(self):
        self.move_away(self.world.root)
        self.is_refused("is a link")

    def test_a_part_that_is_a_link(self):
        for part in ("state.db", "volumes", "objects", "qubes"):
            with self.subTest(part=part):
                self.move_away(self.world.root / part)
                self.is_refused(f"{part} is a link")
                (self.world.root / part).unlink()
                shutil.move(self.world.folder / "elsewhere", self.world.root / part)

    def test_one_of_another_user(self):
        os.chown(self.world.root, NOBODY, NOBODY)
        self.is_refused("belongs to user")

    def test_a_part_of_another_user(self):
        os.chown(self.world.root / "state.db", NOBODY, NOBODY)
        self.is_refused("belongs to user")

    def test_one_that_others_may_write(self):
        for mode in (0o777, 0o775, 0o1777):
            with self.subTest(mode=oct(mode)):
                self.world.root.chmod(mode)
                self.is_refused("can be written by others")
                self.world.root.chmod(0o755)
        self.world.must("gc")

    def test_a_part_that_others_may_write(self):
        (self.world.root / "objects").chmod(0o775)
        self.is_refused("can be written by others")

    def test_a_program_starts_all_the_same(self):
        self.world.must("install", "hello", "--into", "work", "--yes")
        self.world.root.chmod(0o775)
        answer = self.world.must("run", "work", "--", "hello")
        self.assertEqual(answer.out, "hello 1.0\n")
        self.assertIn("can be written by others", answer.err)


if __name__ == "__main__":
    unittest.main()

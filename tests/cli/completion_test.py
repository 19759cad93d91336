#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What bash offers when TAB is pressed."""

import os
import pathlib
import subprocess
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))
from world_case import PROGRAMS, WorldCase  # noqa: E402

COMPLETION = HERE.parent.parent / "packaging/completion/qpkg.bash"
PRESS_TAB = """
source "$1"; shift
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMPREPLY=()
_qpkg; printf '%s\\n' "${COMPREPLY[@]}"
"""


class Completion(WorldCase):
    def setUp(self):
        self.world = self.common  # one for all: looking changes nothing

    def tab(self, *words, root=None):
        environment = dict(os.environ, PATH=f"{PROGRAMS}:{os.environ['PATH']}", QPKG_ROOT=str(root or self.world.root))
        done = subprocess.run(["bash", "-c", PRESS_TAB, "bash", COMPLETION, "qpkg", *words], env=environment, text=True,
                              capture_output=True, check=True)
        self.assertEqual(done.stderr, "")
        return done.stdout.split()

    def test_commands_and_their_commands(self):
        self.assertEqual(self.tab("inst"), ["install"])
        self.assertIn("status", self.tab(""))
        self.assertEqual(self.tab("qube", ""), ["create", "list", "remove", "set"])
        self.assertNotIn("__man", self.tab(""))

    def test_options_of_the_command_and_of_all(self):
        self.assertIn("--into", self.tab("install", "--in"))
        self.assertIn("--dry-run", self.tab("install", "--dr"))
        self.assertEqual(self.tab("search", "--into"), [])

    def test_names_that_are_known_here(self):
        self.assertEqual(self.tab("install", "h"), ["hello"])
        self.assertEqual(self.tab("install", "hello", "--into", ""), ["personal", "work"])
        self.assertEqual(self.tab("qube", "remove", "p"), ["personal"])
        self.assertEqual(self.tab("qube", "create", ""), [], "a new name is nobody's to guess")
        self.assertEqual(self.tab("qube", "create", "new", "--base", ""), ["debian-12"])
        self.assertEqual(self.tab("repo", "remove", ""), ["demo"])

    def test_files_and_words_of_other_programs_are_left_to_the_shell(self):
        self.assertEqual(self.tab("import", ""), [])
        self.assertEqual(self.tab("run", "work", "--", "h"), [])

    def test_nothing_is_made_by_looking(self):
        nowhere = self.world.folder / "nowhere"
        self.assertEqual(self.tab("install", "", root=nowhere), [])
        self.assertFalse(nowhere.exists())


if __name__ == "__main__":
    unittest.main()

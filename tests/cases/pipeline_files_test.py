#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Files for pipelines that nobody can run here grow old unseen: an option is renamed, and somebody's repository expires."""

import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import unittest

import yaml

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))
from world_case import PROGRAMS  # noqa: E402

PACKAGING = HERE.parents[1] / "packaging"
FILES = sorted([*PACKAGING.glob("ci/*.yml"), *PACKAGING.glob("ci/*.service"), *PACKAGING.glob("systemd/*.service")])


def help_of(command):
    """With the options of every command."""
    return "".join(subprocess.run([PROGRAMS / "qpkg", *words, "--help"], check=True, capture_output=True, text=True).stdout
                   for words in ([command], []))


def commands_in(text):
    """Command lines of qpkg that are run, not those of comments."""
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    found = [re.search(r"(?:- |run: |ExecStart=/usr/bin/)(qpkg .*)", line) for line in lines]
    return [shlex.split(match.group(1)) for match in found if match]


class PipelineFiles(unittest.TestCase):
    def test_each_command_and_option_in_them_is_one(self):
        self.assertEqual(len(FILES), 5)
        for file in FILES:
            with self.subTest(file.name):
                commands = commands_in(file.read_text())
                self.assertEqual(len(commands), 1)
                told = help_of(commands[0][1])
                for option in (word for word in commands[0] if word.startswith("--")):
                    self.assertRegex(told, rf"(?m)(^|[ ,]){option}(?![-\w])")

    def test_they_can_be_parsed_and_those_that_were_not_run_say_so(self):
        for file in PACKAGING.glob("ci/*.yml"):
            with self.subTest(file.name):
                self.assertIsInstance(yaml.safe_load(file.read_text()), dict)
                self.assertRegex(file.read_text(), "# (Tried with|Not run here)")

    @unittest.skipUnless(shutil.which("systemd-analyze"), "systemd-analyze is not installed")
    def test_units_are_units(self):
        units = [*PACKAGING.glob("ci/*.timer"), *PACKAGING.glob("systemd/*.timer")]
        self.assertEqual(len(units), 2)
        for unit in units:
            done = subprocess.run(["systemd-analyze", "verify", "--man=no", unit], capture_output=True, text=True, check=False)
            said = [line for line in done.stderr.splitlines() if "/usr/bin/qpkg is not executable" not in line]
            self.assertEqual(said, [])


if __name__ == "__main__":
    unittest.main()

#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Words in their places: unknown ones run nothing, a program's own stand behind two dashes, help is where it is looked for,
and what hints tell people to type is there."""

import pathlib
import re
import subprocess
import sys
import unittest

TESTS = pathlib.Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TESTS / "support"), str(TESTS / "lint")]
import hints  # noqa: E402
import sources  # noqa: E402
from world_case import PROGRAMS, WorldCase  # noqa: E402

# A command with options, as a hint writes it: to the end of the string, of the quote or of the sentence.
TOLD = re.compile(r"(?:^|`|[:,;] |\b(?:then|with|see) )qpkg ((?:[a-zA-Z0-9 _./=:|…-]|--)+)")
GLOBAL = {"--help", "--version"}


class Words(WorldCase):
    copied = ("root",)

    def setUp(self):
        super().setUp()
        self.world.root.joinpath("kept").touch()

    def state(self):
        return {"apps": self.json_of("list")["apps"], "qubes": self.json_of("qube", "list")["qubes"]}

    def test_a_command_behind_an_unknown_word_does_not_run(self):
        before = self.state()
        for words in (["help!", "install", "hello"], ["nonsense", "install", "hello"], ["qube", "nonsense", "create"],
                      ["-y", "nonsense", "install", "hello"]):
            answer = self.world.qpkg(*words, "--into", "work", "--yes")
            self.assertEqual(answer.code, 2, words)
            self.assertIn("unknown command", answer.err)
            self.assertEqual(self.state(), before)

    def test_an_unknown_word_gets_no_help_of_something_else(self):
        answer = self.world.qpkg("nonsense", "--help")

        self.assertEqual((answer.code, answer.out), (2, ""))
        self.assertIn("see `qpkg --help`", answer.err)
        self.assertIn("did you mean `qpkg repo add`?", self.world.qpkg("repo", "ad", "x").err)

    def test_a_program_stands_behind_two_dashes(self):
        answer = self.world.qpkg("run", "work", "hello", "--version")
        self.assertEqual((answer.code, answer.out), (2, ""))
        self.assertIn("hint: say it so: qpkg run work -- hello --version\n", answer.err)

        answer = self.world.qpkg("run", "work", "sh", "-c", "echo it's", "--json")
        self.assertEqual(answer.json["error"]["hint"], "say it so: qpkg run work -- sh -c 'echo it'\\''s' --json")

    def test_help_version_and_completion_are_commands_too(self):
        for words in (["install"], ["repo", "add"], []):
            self.assertEqual(self.world.must("help", *words).out, self.world.must(*words, "--help").out.rstrip("\n") + "\n")
        self.assertEqual(self.world.must("version").out, self.world.must("--version").out)
        for shell in ("bash", "fish", "zsh"):
            self.assertEqual(self.world.must("completion", shell).out,
                             (TESTS.parent / f"packaging/completion/qpkg.{shell}").read_text())
        self.assertEqual(self.world.qpkg("help", "instal").code, 2)
        self.assertEqual(self.world.qpkg("completion", "csh").code, 2)
        for words in (["help", "install"], ["version"], ["completion", "bash"]):
            self.json_of(*words)

    def options_of(self, command):
        done = subprocess.run([str(PROGRAMS / "qpkg"), "__complete", *command, "--"], capture_output=True, text=True, check=True)
        return set(done.stdout.split()) | GLOBAL

    def test_options_that_hints_name_are_those_of_the_command(self):
        known, seen = hints.commands(), 0
        for path in sources.files(".cpp", ".hpp"):
            if path.parts[0] not in hints.FOLDERS:
                continue
            for line, text in hints.strings(sources.text(path)):
                for told in TOLD.findall(text):
                    words = told.split(" -- ")[0].split()
                    command = words[:2] if len(words) > 1 and tuple(words[:2]) in known else words[:1]
                    for option in re.findall(r"--[a-z][a-z-]+", " ".join(words)):
                        seen += 1
                        self.assertIn(option, self.options_of(command), f"{path}:{line}: {text}")
        self.assertGreater(seen, 10)


if __name__ == "__main__":
    unittest.main()

#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What people see on a terminal: tables, help, progress and failures fit its window, and use what it can show. Each picture is
compared with golden/page-*.txt; QPKG_UPDATE_GOLDENS=1 writes them anew."""

import fcntl
import os
import pathlib
import pty
import re
import struct
import sys
import termios
import unicodedata
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))
from world_case import PROGRAMS, WorldCase  # noqa: E402

GOLDEN = HERE / "golden"
LONG = "Übersetzer für Médiathèques – with many words, so that they need more room than a narrow window has"
SHOWN = (["list"], ["status"], ["info", "hello"], ["history", "work"], ["search"], ["why", "hello"],
         ["remove", "hello", "--from", "work", "--dry-run"], ["remove", "helo", "--from", "work"], ["help", "unhold"],
         ["run", "work", "hello", "--version"])


def columns(text):
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 0 if unicodedata.combining(c) else 1 for c in text)


class OnTerminal(WorldCase):
    copied = ("nothing",)

    @classmethod
    def make_world(cls, world):
        world.make_site()
        module = world.make_module("org.example.hello", "2.0")
        manifest = module / "manifest.json"
        manifest.write_text(re.sub('"summary":"[^"]*"', f'"summary":"{LONG}"', manifest.read_text()))
        world.publish(module)
        world.add_repository()
        for qube in ("work", "personal"):
            world.must("qube", "create", qube, "--base", "debian-12")
        world.must("install", "hello", "other", "--into", "work", "personal", "--yes")

    def setUp(self):
        super().setUp()
        self.world = self.common

    def on_terminal(self, width, words, **variables):
        environment = {"PATH": os.environ["PATH"], "QPKG_ROOT": str(self.world.root), "TERM": "xterm", "LANG": "C.UTF-8",
                       **variables}
        child, terminal = pty.fork()
        if child == 0:
            fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack("HHHH", 24, width, 0, 0))
            os.execve(PROGRAMS / "qpkg", ["qpkg", *words], environment)
        shown = b""
        try:
            while chunk := os.read(terminal, 65536):
                shown += chunk
        except OSError:
            pass  # that is how the end of a terminal reads
        os.close(terminal)
        os.waitpid(child, 0)
        return shown.decode().replace("\r\n", "\n")

    def picture(self, width, **variables):
        text = "".join(f"$ qpkg {' '.join(words)}\n{self.on_terminal(width, words, **variables)}" for words in SHOWN)
        text = re.sub(r"\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\dZ)?", lambda date: "2026-11-20T17:03:00Z"[:len(date[0])], text)
        return re.sub(r"\b[0-9a-f]{16}(?=…|\.\.\.)", "5f0c33a1b2c3d4e5", text)

    def compare(self, name, picture):
        golden = GOLDEN / f"page-{name}.txt"
        if os.environ.get("QPKG_UPDATE_GOLDENS"):
            golden.write_text(picture)
        self.assertEqual(picture, golden.read_text())

    def fits(self, picture, width):
        """All but commands, which stand whole on a line of their own to be copied, and words that no blank breaks."""
        for line in picture.splitlines():
            if columns(line) > width and not line.lstrip().startswith(("qpkg ", "$ qpkg ")):
                self.assertNotIn(" ", line.strip(), f"{width} columns")

    def test_it_fits_a_window_of_80_columns(self):
        picture = self.picture(80)
        self.fits(picture, 80)
        self.compare("80", picture)

    def test_it_fits_a_window_of_50_columns(self):
        picture = self.picture(50)
        self.fits(picture, 50)
        self.compare("50", picture)

    def test_without_utf8_all_is_ascii_and_letters_are_not_lost(self):
        picture = self.picture(80, LC_ALL="C")
        self.assertTrue(picture.isascii())
        self.fits(picture, 80)
        self.compare("c", picture)

    def test_without_colours_or_on_a_dumb_terminal_nothing_steers_it(self):
        for variables in ({"NO_COLOR": "1"}, {"TERM": "dumb"}, {"TERM": ""}):
            shown = self.on_terminal(80, ["verify"], **variables)
            self.assertNotRegex(shown, "[\x1b\r]")
            self.assertIn("  verify   org.example.hello  sound\n", shown)
        self.compare("dumb", self.picture(80, TERM="dumb"))

    def test_progress_stays_on_its_line(self):
        for width in (20, 50, 80):
            shown = self.on_terminal(width, ["verify"])
            drawn = re.findall(r"\r\x1b\[K([^\r\n]*)", shown)
            self.assertGreater(len(drawn), 4)
            for line in drawn:
                self.assertLessEqual(columns(line), width)

    def test_a_file_or_pipe_gets_lines_as_they_are(self):
        self.assertIn(LONG + "\n", self.world.must("search", "hello").out)
        self.assertIn(LONG + "\n", self.world.must("search", "hello", LC_ALL="C").out)
        self.assertGreater(max(map(len, self.world.must("install", "--help").out.splitlines())), 100)

    def test_digests_are_short_for_people_and_whole_for_scripts(self):
        self.assertRegex(self.world.must("info", "hello").out, r"  Commit +[0-9a-f]{16}…\n")
        self.assertRegex(self.json_of("info", "hello")["commit"], "^[0-9a-f]{64}$")
        self.assertRegex(self.world.must("key", "show", self.world.keys).out, r"Root fingerprint +[0-9a-f]{64}\n")  # it is compared


if __name__ == "__main__":
    unittest.main()

#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Somebody works in one local qube: vim, less, top, tmux and a browser, each started twice, in real terminals."""

import os
import pathlib
import select
import subprocess
import sys
import time
import unittest

HERE = pathlib.Path(__file__).resolve().parents[1]
sys.path[:0] = [str(HERE.parent / "support"), str(HERE)]
from debian_base import DebianCase  # noqa: E402
from terminal_test import Typing  # noqa: E402
from world_case import PROGRAMS  # noqa: E402

APPS = ("vim", "less", "tmux", "firefox-esr")
SCREEN = ":97"
BROWSER_SECONDS = 120


class TerminalSession(DebianCase):
    @classmethod
    def make_world(cls, world):
        super().make_world(world)
        world.make_keys()
        for app in APPS:
            world.must("build", "--from", f"deb:{app}", "--base", "debian-12", "--out", world.out)
        world.publish(*(world.out / f"org.debian.{app}" for app in APPS))
        world.add_repository()
        world.must("qube", "create", "work", "--base", "debian-12")
        world.must("install", *APPS, "--into", "work", "--yes")

    @classmethod
    def tearDownClass(cls):
        cls.common.qpkg("qube", "stop", "work")

    def words(self, *command):
        return [str(PROGRAMS / "qpkg"), "--root", str(self.world.root), "run", "work", "--", *command]

    def open(self, *command, rows=24, columns=80):
        talk = Typing(lambda: subprocess.call(self.words(*command), env=dict(os.environ, TERM="xterm")))
        talk.resize(rows, columns)
        return talk

    @staticmethod
    def read_all(talk):
        """Until nothing comes for a moment: a terminal that nobody reads keeps the keys waiting."""
        while select.select([talk.terminal], [], [], 0.5)[0]:
            talk.heard += os.read(talk.terminal, 65536).decode(errors="replace")

    def said(self, *command, **options):
        return subprocess.run(self.words(*command), check=False, capture_output=True, text=True,
                              stdin=subprocess.DEVNULL, **options).stdout

    def test_the_second_vim_sees_that_the_first_one_runs(self):
        first = self.open("vim", "notes")
        self.assertTrue(first.hears("[New]"))
        first.type("ihello\x1b")
        second = self.open("vim", "notes")
        self.assertTrue(second.hears("(STILL RUNNING)"))
        second.type("q")
        self.assertEqual(second.ended(), 1)
        first.type(":wq\r")
        self.assertEqual(first.ended(), 0)
        self.assertEqual(self.said("cat", "notes"), "hello\n")

    def test_vim_can_be_stopped_by_its_key_and_goes_on(self):
        def run():
            shell = subprocess.Popen(["bash", "--norc", "-i", "-c", " ".join(self.words("vim", "-u", "NONE", "stopped"))
                                      + "; echo stopped-with-$?; fg; echo ended-with-$?"],
                                     env=dict(os.environ, TERM="xterm"))
            return shell.wait()

        talk = Typing(run)
        talk.resize(24, 80)
        self.assertTrue(talk.hears("[New File]"))
        talk.type("\x1a")
        self.assertTrue(talk.hears("stopped-with-147"))
        time.sleep(1)
        talk.type(":q!\r")
        self.assertTrue(talk.hears("ended-with-0"))
        talk.ended()

    def test_less_twice_and_the_window_changes_its_size(self):
        self.said("sh", "-c", "seq 1000 > numbers")
        talks = [self.open("less", "numbers") for _ in range(2)]
        for talk in talks:
            self.assertTrue(talk.hears("\n23"))
            talk.resize(40, 100)
            self.assertTrue(talk.hears("\n39"))
            talk.type(" ")
            self.assertTrue(talk.hears("\n78"))
            talk.type("/777\r")
            self.assertTrue(talk.hears("777"))
            talk.type("q")
            self.assertEqual(talk.ended(), 0)

    def test_top_shows_the_other_program_of_the_qube(self):
        talks = [self.open("top") for _ in range(2)]
        for talk in talks:
            self.assertTrue(talk.hears("qpkg-ag"))
        listed = self.said("sh", "-c", "ps -C top -o pid= | wc -l")
        self.assertEqual(listed.strip(), "2")
        for talk in talks:
            talk.type("q")
            self.assertEqual(talk.ended(), 0)

    def test_the_server_of_tmux_outlives_the_command_that_began_it(self):
        self.assertEqual(subprocess.run(self.words("tmux", "new-session", "-d", "-s", "one"), check=False,
                                        env=dict(os.environ, TERM="xterm")).returncode, 0)
        self.assertIn("one: 1 windows", self.said("tmux", "ls"))
        first = self.open("tmux", "attach", "-t", "one")
        self.assertTrue(first.hears("[one]"))
        first.type("echo in-$((1+1)) > from-tmux; tty > terminal; stty size > size\r")
        second = self.open("tmux", "attach", "-t", "one")
        self.assertTrue(second.hears("from-tmux"))
        for talk in (first, second):
            self.read_all(talk)
            talk.type("\x02")
            self.read_all(talk)  # keys that come together are pasted text for tmux
            talk.type("d")
            self.assertTrue(talk.hears("[detached"))
            self.assertEqual(talk.ended(), 0)
        self.assertEqual(self.said("cat", "from-tmux"), "in-2\n")
        self.assertTrue(self.said("cat", "terminal").startswith("/dev/pts/"))
        self.assertEqual(self.said("cat", "size"), "23 80\n")
        self.assertIn("one: 1 windows", self.said("tmux", "ls"))
        self.said("tmux", "kill-server")

    def test_the_second_start_of_a_browser_finds_the_first(self):
        screen = subprocess.Popen(["Xvfb", SCREEN, "-screen", "0", "1024x768x24"], stdout=subprocess.DEVNULL,
                                  stderr=subprocess.DEVNULL)
        self.addCleanup(screen.wait)
        self.addCleanup(screen.kill)
        env = dict(os.environ, DISPLAY=SCREEN)
        for name in ("first", "second"):
            self.said("sh", "-c", f"echo '<title>{name}-page</title>' > ~/{name}.html")
        with open(self.world.folder / "browser.log", "w", encoding="utf-8") as log:
            first = subprocess.Popen(self.words("firefox-esr", "file:///home/user/first.html"), env=env, stdin=subprocess.DEVNULL,
                                     stdout=log, stderr=log)
        self.addCleanup(first.wait)
        self.addCleanup(first.terminate)
        self.wait_for_window("first-page", env)
        second = subprocess.run(self.words("firefox-esr", "file:///home/user/second.html"), check=False, env=env, timeout=60,
                                stdin=subprocess.DEVNULL, capture_output=True, text=True)
        self.assertEqual(second.returncode, 0, second.stderr)
        self.assertIsNone(first.poll())
        self.wait_for_window("second-page", env)
        self.assertEqual(self.said("sh", "-c", "ps -C firefox-esr -o args= | grep -vc contentproc").strip(), "1")

    def wait_for_window(self, title, env):
        end = time.monotonic() + BROWSER_SECONDS
        while time.monotonic() < end:
            if subprocess.run(["xdotool", "search", "--name", title], env=env, check=False,
                              capture_output=True).returncode == 0:
                return
            time.sleep(0.5)
        self.fail(f"no window {title}: " + (self.world.folder / "browser.log").read_text()[-2000:])


if __name__ == "__main__":
    unittest.main()

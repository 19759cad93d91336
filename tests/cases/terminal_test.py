#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A program in a local qube never has the terminal that the command was typed in, and has all of one when it needs one."""

import fcntl
import os
import pathlib
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from builder_test import TYPIST, compiled  # noqa: E402
from small_world import APPLETS  # noqa: E402
from world_case import WorldCase  # noqa: E402

PATIENCE = 20  # seconds


class Typing:
    """A process whose controlling terminal this is; `run` happens in it."""

    def __init__(self, run):
        self.heard = ""
        self.process, self.terminal = pty.fork()
        if self.process == 0:
            try:
                os._exit(run())
            finally:
                os._exit(99)

    def type(self, keys):
        os.write(self.terminal, keys.encode())

    def hears(self, words):
        end = time.monotonic() + PATIENCE
        while words not in self.heard:
            if not select.select([self.terminal], [], [], max(0, end - time.monotonic()))[0]:
                return False
            try:
                got = os.read(self.terminal, 65536)
            except OSError:
                return words in self.heard
            self.heard += got.decode(errors="replace")
        self.heard = self.heard.split(words, 1)[1]
        return True

    def resize(self, rows, columns):
        fcntl.ioctl(self.terminal, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def ended(self):
        while self.hears("\n"):
            pass
        status = os.waitpid(self.process, 0)[1]
        os.close(self.terminal)
        return os.waitstatus_to_exitcode(status)


def waiting_input():
    return struct.unpack("i", fcntl.ioctl(0, termios.FIONREAD, bytes(4)))[0]


class TerminalTest(WorldCase):
    copied = ("root",)

    @classmethod
    def make_world(cls, world):
        applets = APPLETS + ("stty", "tty", "kill", "readlink")
        world.must("base", "import", world.base_archive(applets, {"usr/bin/typist": compiled(TYPIST)}), "--id",
                   "debian-12")
        world.must("qube", "create", "work", "--base", "debian-12")

    def words(self, *command, root=False):
        return [str(self.world.programs / "qpkg"), "--root", str(self.world.root), "run", "work",
                *(["--as-root"] if root else []), "--", *command]

    def start(self, *command, **options):
        return Typing(lambda: subprocess.call(self.words(*command, **options)))

    def test_no_program_types_into_the_callers_terminal_whichever_streams_it_has(self):
        redirections = [{}, {"stdin": subprocess.DEVNULL}, {"stdout": subprocess.PIPE}, {"stderr": subprocess.DEVNULL},
                        {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL}]
        for root in (False, True):
            for streams in redirections:
                with self.subTest(root=root, streams=streams):
                    def run(streams=streams, root=root):
                        subprocess.run(self.words("typist", root=root), check=False, **streams)
                        return min(waiting_input(), 1)

                    self.assertEqual(Typing(run).ended(), 0)

    def test_the_program_has_a_terminal_of_the_qube(self):
        talk = self.start("sh", "-c", "tty; stty size; echo to-tty > /dev/tty; echo to-stdout > /dev/stdout; read a; stty size")
        talk.resize(33, 77)
        self.assertTrue(talk.hears("/dev/pts/0"))
        self.assertTrue(talk.hears("to-tty"))
        self.assertTrue(talk.hears("to-stdout"))
        talk.resize(44, 99)
        time.sleep(0.1)
        talk.type("\r")
        self.assertTrue(talk.hears("44 99"))
        self.assertEqual(talk.ended(), 0)

    def test_keys_end_stop_and_finish(self):
        # What says "ready" is what the key ends: a shell that has just forked may swallow it.
        talk = self.start("sh", "-c", "trap 'echo caught' INT; sh -c 'echo ready; exec sleep 30'; echo on; cat; echo done; "
                          "exit 7")
        self.assertTrue(talk.hears("ready"))
        talk.type("\x03")
        self.assertTrue(talk.hears("caught"))
        self.assertTrue(talk.hears("on"))
        talk.type("line\r")
        self.assertTrue(talk.hears("line\r\nline"))
        talk.type("\x04")
        self.assertTrue(talk.hears("done"))
        self.assertEqual(talk.ended(), 7)

    def test_the_terminal_comes_back_as_it_was_on_every_end(self):
        for ending in ["exit 0", "kill -9 $$", "exit 5"]:
            def run(ending=ending):
                before = termios.tcgetattr(0)
                subprocess.call(self.words("sh", "-c", "stty raw -echo; " + ending))
                return 0 if termios.tcgetattr(0) == before and os.tcgetpgrp(0) == os.getpgrp() else 1

            self.assertEqual(Typing(run).ended(), 0, ending)

    def test_a_signal_for_the_command_reaches_the_program_and_the_terminal_comes_back(self):
        def run():
            before = termios.tcgetattr(0)
            code = subprocess.call(self.words("sh", "-c", "trap 'echo got; exit 3' TERM; echo ready; "
                                              "while true; do sleep 0.1; done"))
            return 0 if code == 3 and termios.tcgetattr(0) == before else 1

        talk = Typing(run)
        self.assertTrue(talk.hears("ready"))
        os.kill(self.child_of(talk.process), signal.SIGTERM)
        self.assertTrue(talk.hears("got"))
        self.assertEqual(talk.ended(), 0)

    @staticmethod
    def child_of(process):
        return int(pathlib.Path(f"/proc/{process}/task/{process}/children").read_text().split()[0])

    def test_a_pager_behind_a_pipe_gets_the_keys(self):
        def run():
            program = subprocess.Popen(self.words("sh", "-c", "echo output; read a; echo \"read:$a\"; sleep 0.3"),
                                       stdout=subprocess.PIPE)
            line = sys.stdin.readline()
            return 0 if line == "key\n" and program.communicate()[0] == b"output\nread:\n" else 1

        talk = Typing(run)
        talk.type("key\n")
        self.assertEqual(talk.ended(), 0)

    def test_without_a_terminal_nothing_stands_between_and_there_is_none(self):
        program = "cat; (: < /dev/tty) 2>/dev/null && echo terminal; echo end"

        def run():
            here, there = os.pipe()
            done = subprocess.run(self.words("sh", "-c", "readlink /proc/self/fd/1; " + program), input=b"given\n",
                                  stdout=there, stderr=subprocess.PIPE, check=False)
            os.close(there)
            expected = f"{os.readlink(f'/proc/self/fd/{here}')}\ngiven\nend\n"
            return 0 if os.read(here, 65536).decode() == expected and done.returncode == 0 else 1

        self.assertEqual(Typing(run).ended(), 0)

    def test_a_signal_for_the_program_reaches_it(self):
        for name in ["TERM", "HUP", "USR1", "USR2", "INT", "QUIT"]:
            process = subprocess.Popen(self.words("sh", "-c", f"trap 'echo got; exit 3' {name}; echo ready; "
                                                  "while true; do sleep 0.1; done"), stdout=subprocess.PIPE, text=True)
            self.assertEqual(process.stdout.readline(), "ready\n")
            process.send_signal(getattr(signal, "SIG" + name))

            self.assertEqual(process.communicate(timeout=PATIENCE)[0], "got\n", name)
            self.assertEqual(process.returncode, 3, name)

    def test_an_interrupt_typed_elsewhere_ends_the_whole_job(self):
        def run():
            process = subprocess.Popen(self.words("sh", "-c", "echo ready; sleep 600; echo on"),
                                       stdin=subprocess.DEVNULL)
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            return 0 if process.wait(PATIENCE) != 0 else 1

        talk = Typing(run)
        self.assertTrue(talk.hears("ready"))
        talk.type("\x03")
        self.assertEqual(talk.ended(), 0)


if __name__ == "__main__":
    unittest.main()

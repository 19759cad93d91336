#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Bad inputs that need the whole program and a machine: refs that lie, sticks that break, surroundings that are odd."""

import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import time
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))
from far_machine import FarMachine  # noqa: E402
from world_case import PROGRAMS, WorldCase  # noqa: E402

BLOCK = 4096


class BadInputs(WorldCase):
    def setUp(self):
        super().setUp()
        self.trust_own_copy()

    def says(self, *words):
        return self.world.must("run", "work", "--", *words).out.strip()

    def ref(self, name):
        return next((self.world.site / "ostree/refs/heads/app").glob(f"org.example.{name}/*/stable"))

    def test_bad_input_37_a_ref_that_points_at_another_app_changes_nothing(self):
        """What is installed is the commit that the signed manifest names; refs are for stock clients."""
        self.ref("hello").write_text(self.ref("other").read_text())
        self.world.must("install", "hello", "--into", "work", "--yes")
        self.assertEqual(self.says("hello"), "hello 1.0")

    def test_bad_input_38_a_ref_that_points_at_an_older_commit_changes_nothing(self):
        first = self.ref("hello").read_text()
        self.world.publish(self.world.make_module("org.example.hello", "2.0"))
        self.assertNotEqual(self.ref("hello").read_text(), first)
        self.ref("hello").write_text(first)
        self.world.must("install", "hello", "--into", "work", "--yes")
        self.assertEqual(self.says("hello"), "hello 2.0")

    def test_bad_input_65_a_stick_that_cannot_be_read_to_its_end(self):
        """The stick is a file system in a file; the file loses its end while it is mounted."""
        bundle = self.world.folder / "b.qpkgb"
        self.world.must("bundle", "create", "--repo", self.world.site, "--out", bundle)
        image, stick = self.world.folder / "stick.img", self.world.folder / "stick"
        stick.mkdir()
        with image.open("wb") as file:
            file.truncate(64 << 20)
        subprocess.run(["mkfs.ext4", "-q", "-b", str(BLOCK), image], check=True)
        mount = ["mount", "-o", "loop", image, stick]
        subprocess.run(mount, check=True)
        self.addCleanup(subprocess.run, ["umount", stick], check=False)
        shutil.copy(bundle, stick / "b.qpkgb")
        far = FarMachine(self.world)
        far.trust(bundle)
        before = far.state()
        subprocess.run(["umount", stick], check=True)
        subprocess.run(mount, check=True)
        extents = subprocess.run(["filefrag", "-v", stick / "b.qpkgb"], check=True, capture_output=True, text=True).stdout
        first = int(re.search(r"^\s*0:\s+0\.\.\s*\d+:\s+(\d+)\.\.", extents, re.MULTILINE).group(1))
        os.truncate(image, (first + bundle.stat().st_size // BLOCK // 2) * BLOCK)

        answer = far.try_qpkg("import", stick / "b.qpkgb")

        self.assertEqual(answer.code, 1, answer.err)
        self.assertIn("Input/output error", answer.err)
        self.assertEqual(far.state(), before)
        self.assertEqual(far.try_qpkg("import", bundle).code, 0)

    def consistent(self):
        """Old state or new state, nothing printed into a file of the state, and the same command succeeds afterwards."""
        for file in self.world.root.rglob("*"):
            if file.is_file() and file.stat().st_size < 1 << 20:
                self.assertNotRegex(file.read_bytes(), b"Done: |Failed: |Free space", file)
        self.assertEqual(self.world.must("verify", "--json").json["damaged"], 0)
        self.world.must("install", "hello", "--into", "work", "--yes")
        self.assertEqual(self.says("hello"), "hello 1.0")
        self.world.must("remove", "hello", "--from", "work", "--yes")

    def install(self, redirections="", **environment):
        words = f"exec {PROGRAMS}/qpkg install hello --into work --yes {redirections}"
        return subprocess.run(["sh", "-c", words], env={"PATH": os.environ["PATH"], "QPKG_ROOT": str(self.world.root),
                                                        **environment},
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)

    def test_bad_input_66_odd_surroundings_do_not_matter(self):
        for environment in [{"LANG": "C"}, {"LC_ALL": "nonsense"}, {"COLUMNS": "1000000000"}, {"COLUMNS": "-7"},
                            {"COLUMNS": "x"}, {"TERM": "dumb"}, {"TERM": "", "COLUMNS": "0"}]:
            with self.subTest(environment):
                done = self.install(**environment)
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertLess(len(done.stdout), 10_000)
                self.consistent()

    def test_bad_input_66_closed_streams_leave_no_half_state(self):
        for redirections in ["<&-", ">&-", "2>&-", "<&- >&- 2>&-", ">/dev/full", "2>/dev/full"]:
            with self.subTest(redirections):
                self.install(redirections)
                self.consistent()

    def test_bad_input_66_a_reader_that_goes_away_and_a_signal_leave_no_half_state(self):
        self.install("| head -c 1")
        self.consistent()
        for number in [signal.SIGHUP, signal.SIGTERM, signal.SIGPIPE, signal.SIGQUIT]:
            for wait in [0.0, 0.02, 0.05, 0.1]:
                with self.subTest(signal=number, wait=wait):
                    process = subprocess.Popen([PROGRAMS / "qpkg", "install", "hello", "--into", "work", "--yes"],
                                               env=dict(os.environ, QPKG_ROOT=str(self.world.root)),
                                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
                    time.sleep(wait)
                    process.send_signal(number)
                    process.wait()
                    self.consistent()


if __name__ == "__main__":
    unittest.main()

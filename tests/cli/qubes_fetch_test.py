#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""dom0 asks, a qube with a network answers: qpkg-fetch and the service qpkg.Fetch, hostile answers included."""

import os
import pathlib
import subprocess
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))
from far_machine import FarMachine  # noqa: E402
from world_case import PROGRAMS, WorldCase  # noqa: E402

FILES = HERE.parent.parent / "packaging/qubes"
SUPPORT = HERE.parent / "support"


class Fetching(WorldCase):
    """A far machine stands for dom0: it trusts the repository by a first bundle, and has no other way to it."""

    @classmethod
    def make_world(cls, world):
        world.make_all()
        world.must("bundle", "create", "--repo", world.site, "--out", world.folder / "first.qpkgb", "--metadata-only")
        FarMachine(world).trust(world.folder / "first.qpkgb")

    def setUp(self):
        super().setUp()
        os.chmod(self.world.folder, 0o755)  # the service is another user
        self.far = FarMachine.in_copy(self.world)
        self.qube = self.world.folder / "qube"
        (self.qube / "home").mkdir(parents=True)
        os.chown(self.qube / "home", 65534, 65534)
        (self.qube / "fetch").mkdir()
        (self.qube / "fetch/demo").write_text(f"{self.world.site}\n")

    def fetch(self, *words, code=0):
        environment = dict(
            os.environ, PATH=f"{PROGRAMS}:{os.environ['PATH']}", QPKG_ROOT=str(self.far.root), QPKG_FETCH_QUBE="net",
            QPKG_QREXEC_CLIENT=str(SUPPORT / "fake_fetch_qube.sh"), QPKG_FAKE_QREXEC=str(self.qube),
            QPKG_FAKE_PATH=str(PROGRAMS), QPKG_FAKE_SERVICE=str(FILES / "qpkg.Fetch"))
        done = subprocess.run([FILES / "qpkg-fetch", *words], env=environment, text=True, capture_output=True,
                              check=False, stdin=subprocess.DEVNULL)
        self.assertEqual(done.returncode, code, done.stderr + done.stdout)
        return done

    def test_an_app_comes_by_name_and_its_upgrade_without(self):
        self.fetch("demo", "hello")
        self.far.qpkg("install", "hello", "--into", "q", "--yes", "--offline")
        self.assertEqual(self.far.qpkg("run", "q", "--", "hello").out.strip(), "hello 1.0")
        self.world.publish(self.world.make_module("org.example.hello", "2.0"))
        done = self.fetch("demo")
        self.assertIn("org.example.hello 2.0", done.stdout)
        self.far.qpkg("upgrade", "--yes", "--offline")
        self.assertEqual(self.far.qpkg("run", "q", "--", "hello").out.strip(), "hello 2.0")

    def test_the_timer_does_what_was_said_and_asks_for_no_more(self):
        self.fetch("demo", "hello")
        self.far.qpkg("install", "hello", "--into", "q", "--yes", "--offline")
        self.world.publish(self.world.make_module("org.example.hello", "2.0"))
        before = self.far.state()
        (self.qube / "answer").write_bytes(b"")
        self.fetch("--scheduled")
        self.assertFalse((self.qube / "asked").exists(), "nothing was said: nobody is asked")
        self.assertEqual(self.far.state(), before)
        (self.qube / "answer").unlink()
        self.far.qpkg("check", "--updates", "check")
        self.assertIn("hello", self.fetch("--scheduled").stdout)
        self.assertEqual(self.far.qpkg("run", "q", "--", "hello").out.strip(), "hello 1.0")
        self.far.qpkg("check", "--updates", "apply")
        self.fetch("--scheduled")
        self.assertEqual(self.far.qpkg("run", "q", "--", "hello").out.strip(), "hello 2.0")
        (self.qube / "fetch/demo").unlink()
        done = self.fetch("--scheduled", code=1)
        self.assertIn("no repository demo in this qube", done.stderr)
        self.assertIn("everything is up to date", done.stdout)

    def test_what_a_hostile_qube_answers_is_refused_and_changes_nothing(self):
        before = self.far.state()
        bundle = self.world.folder / "all.qpkgb"
        self.world.must("bundle", "create", "--repo", self.world.site, "--out", bundle)
        whole = bundle.read_bytes()
        for name, answer, code in [("nothing", b"", 1), ("garbage", os.urandom(4096), 6),
                                   ("torn", whole[:len(whole) // 3], 1), ("too much", b"A" * 2_000_000, 6)]:
            with self.subTest(name):
                (self.qube / "answer").write_bytes(answer)
                done = self.fetch("demo", "hello", code=code)
                self.assertNotIn("\x1b", done.stderr)
                self.assertEqual(self.far.state(), before)

    def test_what_is_asked_is_a_line_and_an_inventory(self):
        (self.qube / "answer").write_bytes(b"")
        self.fetch("demo", code=1)
        line, inventory = (self.qube / "asked").read_text().split("\n", 1)
        self.assertEqual(line, "metadata")
        self.assertEqual(inventory, self.far.qpkg("inventory", "export").out)

    def test_the_service_refuses_names_that_are_none(self):
        for words in [["../demo"], ["other"], ["demo", "--proxy=evil"], ["demo", "*"]]:
            with self.subTest(words):
                done = self.fetch(*words, code=1)
                self.assertRegex(done.stderr, "no such repository|no repository other|no app of that name")


if __name__ == "__main__":
    unittest.main()

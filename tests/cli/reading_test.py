#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Commands that read write nothing and work for everybody: each of the program's own table, as root and as a user."""

import os
import pathlib
import shutil
import subprocess
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))
from small_world import Answer  # noqa: E402
from whole_state import differences, running, whole_state  # noqa: E402
from world_case import PROGRAMS, WorldCase, check_schema  # noqa: E402

USER = 12345


def cases(world, user=0):
    """command → its command line, in a world where it has much to read."""
    folder = world.folder
    return {
        "search": ["search", "hello"],
        "info": ["info", "hello"],
        "list": ["list"],
        "status": ["status"],
        "why": ["why", "hello"],
        "exposure": ["exposure", "hello"],
        "owns": ["owns", "/usr/bin/hello"],
        "outdated": ["outdated"],
        "diff": ["diff", "work", "1", "2"],
        "history": ["history", "work"],
        "du": ["du"],
        "verify": ["verify"],
        "doctor": ["doctor"],
        "repo list": ["repo", "list"],
        "repo check": ["repo", "check"],
        "repo stock-config": ["repo", "stock-config", world.site],
        "qube list": ["qube", "list"],
        "base check": ["base", "check", folder / "site-of-bases"],
        "base list": ["base", "list"],
        "key show": ["key", "show", folder / f"keys-of-{user or 0}"],
        "vault log": ["vault", "log", "--vault", folder / "vault"],
        "mirror verify": ["mirror", "verify", world.site],
        "bundle send": ["bundle", "send", "--repo", world.site, "hello"],
        "bundle inspect": ["bundle", "inspect", folder / "all.bundle"],
        "help": ["help", "qube", "start"],
        "version": ["version"],
        "completion": ["completion", "bash"],
    }


ABOUT_A_QUBE_OR_APP = {"info", "diff", "history", "why", "exposure", "owns"}  # not found where nothing is


class Reading(WorldCase):
    @classmethod
    def make_world(cls, world):
        world.make_all()
        world.must("install", "hello", "--into", "work", "--into", "personal", "--yes")
        world.must("install", "other", "--into", "work", "--yes")
        world.must("remove", "other", "--from", "work", "--yes")
        world.must("run", "work", "--", "hello")
        assert running(world.root).is_dir()
        world.must("bundle", "create", "--repo", world.site, "--out", world.folder / "all.bundle")
        bases = world.folder / "bases"
        world.must("base", "import", world.folder / "base.tar", "--id", "org.example.tiny", "--out", bases)
        world.must("publish", bases / "org.example.tiny", "--repo", world.folder / "site-of-bases", "--keys", world.keys)
        (world.folder / "vault").mkdir()
        shutil.copytree(world.root, world.folder / "vault/state")
        for user in (0, USER):
            keys = shutil.copytree(world.keys, world.folder / f"keys-of-{user}")
            for path in (keys, *keys.iterdir()):
                os.chown(path, user, user)
        world.folder.chmod(0o755)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.scratch = cls.common.folder / "scratch"
        cls.scratch.mkdir()
        cls.scratch.chmod(0o777)

    def setUp(self):
        self.world = self.common  # nothing here may change it

    def read(self, words, root=None, user=None):
        env = dict(os.environ, QPKG_ROOT=str(root or self.world.root), TMPDIR=str(self.scratch), HOME="/")
        as_user = {"user": user, "group": user, "extra_groups": []} if user else {}
        done = subprocess.run([str(PROGRAMS / "qpkg"), *map(str, words)], env=env, capture_output=True, check=False,
                              stdin=subprocess.DEVNULL, cwd="/", **as_user)
        done.stdout, done.stderr = (text.decode(errors="replace") for text in (done.stdout, done.stderr))
        return Answer(done)

    def state(self):
        return whole_state(*self.world.folder.iterdir(), running(self.world.root))

    def test_every_command_that_reads_has_a_case(self):
        table = dict(line.split("\t") for line in self.world.must("__commands").out.splitlines())

        self.assertEqual({name for name, effect in table.items() if effect != "writes"}, cases(self.world).keys())

    def test_the_whole_state_stays_as_it_is(self):
        for name, words in cases(self.world).items():
            with self.subTest(name):
                before = self.state()

                answer = self.read(words)

                self.assertEqual(answer.code, 0, answer.err)
                self.assertNotEqual(answer.out, "")
                self.assertEqual(differences(before, self.state()), [])

    def test_what_was_lost_beside_the_objects_is_not_made_again_by_a_reader(self):
        world = self.copy_world()
        shutil.rmtree(world.root / "objects/qpkg-index")
        (world.root / "lock").unlink()
        before = whole_state(world.root)
        for words in (["du"], ["verify"], ["inventory", "export"], ["doctor"], ["search"], ["status"]):
            with self.subTest(words):
                answer = self.read(words, root=world.root)

                self.assertEqual(answer.code, 0, answer.err)
                self.assertEqual(differences(before, whole_state(world.root)), [])

    def test_where_there_is_no_state_none_is_made(self):
        nowhere = self.world.folder / "nowhere/state"
        for user in (None, USER):
            for name, words in cases(self.world, user).items():
                with self.subTest(f"{name}, user {user}"):
                    answer = self.read(words, root=nowhere, user=user)

                    expected = {3} if name in ABOUT_A_QUBE_OR_APP else {0}
                    self.assertIn(answer.code, expected, answer.err)
                    self.assertFalse(nowhere.parent.exists())
                    self.assertFalse(running(nowhere).exists())
                    self.assertEqual(list(self.scratch.iterdir()), [])

    def test_a_user_reads_what_root_reads(self):
        for name, words in cases(self.world, USER).items():
            with self.subTest(name):
                before = self.state()

                answer = self.read(words, user=USER)

                self.assertEqual(answer.code, 0, answer.err)
                if name not in ("bundle send", "doctor", "key show"):
                    self.assertEqual(answer.out, self.read(words).out)
                self.assertEqual(differences(before, self.state()), [])

    def test_a_user_who_may_not_read_is_told_so(self):
        world = self.copy_world()
        world.folder.chmod(0o755)
        for closed in (world.root, world.root / "state.db"):
            mode = closed.stat().st_mode & 0o7777
            closed.chmod(0o700 if closed.is_dir() else 0o600)
            for words in (["list"], ["status"], ["qube", "list"], ["history", "work"], ["verify"], ["doctor"]):
                with self.subTest(f"{closed.name}: {words}"):
                    answer = self.read(words, root=world.root, user=USER)

                    self.assertEqual((answer.code, answer.out), (1, ""))
                    self.assertIn("permission denied", answer.err)
                    self.assertIn(str(closed), answer.err)
                    self.assertIn("as root", answer.err)
            closed.chmod(mode)

    def test_a_user_who_would_write_is_told_so_before_anything_happens(self):
        before = self.state()

        for words in (["install", "other", "--into", "work", "--yes"], ["gc"], ["repo", "remove", "demo"]):
            answer = self.read(words, user=USER)

            self.assertEqual(answer.code, 1, answer.err)
            self.assertIn("as root", answer.err)
        self.assertEqual(differences(before, self.state()), [])

    def test_news_of_a_repository_are_kept_by_root_alone_and_not_in_a_dry_run(self):
        world = self.copy_world()
        world.folder.chmod(0o755)
        world.must("repo", "remove", "demo")
        world.add_repository()
        world.publish(world.make_module("org.example.news", "1.0"))
        before = whole_state(world.root)

        for more, user in ((["-n"], None), ([], USER)):
            answer = self.read(["search", "news", *more], root=world.root, user=user)
            self.assertIn("org.example.news", answer.out, answer.err)
            self.assertEqual(differences(before, whole_state(world.root)), [])
        self.read(["search"], root=world.root)

        self.assertNotEqual(differences(before, whole_state(world.root)), [])
        self.assertIn("org.example.news", self.read(["search", "--offline"], root=world.root, user=USER).out)

    def test_a_reader_that_went_away_is_no_failure(self):
        for words in (["list"], ["list", "--json"], ["--help"], ["install", "--help"], ["du"], ["history", "work"]):
            with self.subTest(words):
                env = dict(os.environ, QPKG_ROOT=str(self.world.root))
                reader, writer = os.pipe()
                os.close(reader)
                done = subprocess.run([str(PROGRAMS / "qpkg"), *words], env=env, stdout=writer, check=False,
                                      stderr=subprocess.PIPE, text=True, stdin=subprocess.DEVNULL)
                os.close(writer)

                self.assertEqual((done.returncode, done.stderr), (141, ""))

    def test_a_change_is_done_also_when_nobody_reads_of_it(self):
        world = self.copy_world()
        reader, writer = os.pipe()
        os.close(reader)
        done = subprocess.run([str(PROGRAMS / "qpkg"), "remove", "hello", "--from", "work", "--yes"], check=False,
                              env=dict(os.environ, QPKG_ROOT=str(world.root)), stdout=writer, stdin=subprocess.DEVNULL,
                              stderr=subprocess.PIPE, text=True)
        os.close(writer)

        self.assertEqual((done.returncode, done.stderr), (0, ""))
        apps = check_schema(world.must("list", "work", "--json").json)["apps"]
        self.assertEqual(apps, [])


if __name__ == "__main__":
    unittest.main()

#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Whoever only reads needs no rights and no room: an ordinary user, a read-only disk, a database that just came back."""

import os
import pathlib
import stat
import subprocess
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))
from world_case import WorldCase  # noqa: E402

NOBODY = 65534
READING = (["list"], ["status"], ["info", "hello"], ["search", "hello"], ["history", "work"], ["why", "hello"], ["du"],
           ["diff", "work"], ["repo", "list"], ["base", "list"], ["qube", "list"], ["verify"], ["inventory", "export"])


class Readers(WorldCase):
    @classmethod
    def make_world(cls, world):
        super().make_world(world)
        world.must("install", "hello", "--into", "work", "--yes")
        world.must("remove", "hello", "--from", "work", "--yes")
        world.must("install", "hello", "--into", "work", "--yes")

    def setUp(self):
        super().setUp()
        for world in (self.common, self.world):
            os.chmod(world.folder, 0o755)

    def all_that_is_there(self):
        found = {}
        for path in self.world.root.rglob("*"):
            info = path.lstat()
            found[str(path.relative_to(self.world.root))] = (info.st_mode, info.st_size, info.st_mtime_ns)
        return found

    def read_all(self, **options):
        for words in READING:
            for reach in ([], ["--offline"]):
                answer = self.world.qpkg(*words, *reach, **options)
                self.assertEqual(answer.code, 0, (words, answer.err, answer.out))

    def as_nobody(self, *words):
        env = dict(os.environ, QPKG_ROOT=str(self.world.root))
        return subprocess.run([self.world.programs / "qpkg", *words], env=env, user=NOBODY, group=NOBODY,
                              extra_groups=[], capture_output=True, text=True, check=False)

    def test_an_ordinary_user_reads_what_a_writer_left(self):
        usual = {str(words): self.world.must(*words).out for words in READING}
        for words in READING:
            answer = self.as_nobody(*words)
            self.assertEqual(answer.returncode, 0, (words, answer.stderr))
            if words != ["inventory", "export"]:
                self.assertEqual(answer.stdout, usual[str(words)], words)

    def test_an_ordinary_user_changes_nothing_and_is_told(self):
        answer = self.as_nobody("hold", "hello", "--in", "work")
        self.assertEqual(answer.returncode, 1)
        self.assertIn("permission denied", answer.stderr)

    def test_an_ordinary_user_has_no_state_of_others_to_trip_over(self):
        env = dict(os.environ, QPKG_ROOT="/nowhere/at/all")
        answer = subprocess.run([self.world.programs / "qpkg", "list"], env=env, user=NOBODY, capture_output=True,
                                text=True, check=False)
        self.assertEqual(answer.returncode, 0, answer.stderr)

    def test_readers_change_not_a_byte(self):
        before = self.all_that_is_there()
        for words in READING:
            if words not in (["info", "hello"], ["search", "hello"]):  # these keep what they verified
                self.world.must(*words)
        self.world.must("search", "--offline")
        self.assertEqual(self.all_that_is_there(), before)

    def test_a_read_only_disk(self):
        image, mounted = self.world.folder / "disk", self.world.folder / "mounted"
        with image.open("wb") as file:
            file.truncate(64 << 20)
        subprocess.run(["mkfs.ext4", "-q", image], check=True)
        mounted.mkdir()
        subprocess.run(["mount", "-o", "loop", image, mounted], check=True)
        self.addCleanup(subprocess.run, ["umount", mounted], check=False)
        subprocess.run(["cp", "-a", self.world.root, mounted / "root"], check=True)
        root = mounted / "root"
        self.world.must("run", "work", "--", "hello", root=root)  # the home is made
        subprocess.run(["mount", "-o", "remount,ro", mounted], check=True)
        self.read_all(root=root)
        self.world.must("doctor", root=root)
        self.assertEqual(self.world.must("run", "work", "--", "hello", root=root).out, "hello 1.0\n")
        answer = self.world.qpkg("hold", "hello", "--in", "work", root=root)
        self.assertEqual(answer.code, 1, answer.err)
        self.assertIn("Read-only file system", answer.err)

    def test_a_database_without_what_sqlite_keeps_beside_it(self):
        """As after a backup of that one file."""
        for part in ("state.db-wal", "state.db-shm"):
            (self.world.root / part).unlink(missing_ok=True)
        self.world.must("list")
        self.assertEqual(self.as_nobody("list").returncode, 0)

    def test_nothing_of_newer_pages_is_left_beside_the_database(self):
        """Who copies back an older database must not meet them."""
        log = self.world.root / "state.db-wal"
        self.assertEqual(log.stat().st_size if log.exists() else 0, 0)
        self.assertEqual(stat.S_IMODE((self.world.root / "state.db").stat().st_mode), 0o644)


if __name__ == "__main__":
    unittest.main()

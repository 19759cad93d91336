#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A disk that is full to the last byte, or has no inode left: gc gives space back, readers read, programs run."""

import os
import pathlib
import subprocess
import sys
import time
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))
from small_world import SmallWorld  # noqa: E402
from world_case import WorldCase  # noqa: E402

READING = (["list"], ["status"], ["du"], ["history", "work"], ["search", "--offline"], ["info", "hello", "--offline"],
           ["base", "list"], ["qube", "list"], ["doctor"])


class FullDisk(WorldCase):
    @classmethod
    def make_world(cls, world):
        world.make_all()
        world.publish(world.make_module("org.example.bulk", "1.0", cls.bulk()))

    def setUp(self):
        self.world = self.common

    def disk(self, name, make, size):
        """A file system of its own, mounted; a second world in it."""
        folder = self.world.folder / name
        folder.mkdir()
        image, mounted = folder / "image", folder / "mounted"
        with image.open("wb") as file:
            file.truncate(size)
        subprocess.run([*make, image], check=True, capture_output=True)
        mounted.mkdir()
        subprocess.run(["mount", "-o", "loop", image, mounted], check=True)
        self.addCleanup(subprocess.run, ["umount", mounted], check=False)
        world = SmallWorld(self.world.folder, self.world.programs)
        world.root = mounted / "root"
        world.must("base", "import", self.common.folder / "base.tar", "--id", "debian-12")
        world.add_repository()
        world.must("qube", "create", "work", "--base", "debian-12")
        world.must("install", "hello", "bulk", "--into", "work", "--yes")
        world.must("run", "work", "--", "hello")
        world.must("remove", "bulk", "--from", "work", "--yes")
        return world, mounted

    @staticmethod
    def bulk():
        return {f"usr/share/bulk/{i}": os.urandom(400_000) for i in range(20)}

    def fill(self, mounted):
        for name, size in (("a", 1 << 20), ("b", 4096)):
            with (mounted / name).open("wb", buffering=0) as file:
                try:
                    while file.write(os.urandom(size)) == size:
                        pass
                except OSError:
                    pass
        for number in range(2000):
            try:
                (mounted / f"small{number}").write_bytes(os.urandom(2000))
            except OSError:
                break
        os.sync()

    def use_all_inodes(self, mounted):
        for number in range(100_000):
            try:
                (mounted / f"empty{number}").touch()
            except OSError:
                return
        self.fail("inodes without end")

    def free(self, mounted):
        told = os.statvfs(mounted)
        return told.f_bavail * told.f_frsize

    def judge(self, world, mounted):
        for words in READING:
            self.assertEqual(world.qpkg(*words).code, 0, words)
        self.assertEqual(world.must("run", "work", "--", "hello").out, "hello 1.0\n")
        before = self.free(mounted)
        self.assertGreater(world.must("gc", "--keep", "0", "--yes", "--json").json["freed"], 5_000_000)
        given_up = time.monotonic() + 60  # btrfs gives space back some time after a file is gone
        while self.free(mounted) - before <= 5_000_000 and time.monotonic() < given_up:
            os.sync()
        self.assertGreater(self.free(mounted) - before, 5_000_000)
        self.assertEqual(world.must("run", "work", "--", "hello").out, "hello 1.0\n")
        world.must("verify")

    def test_the_last_byte_of_btrfs(self):
        world, mounted = self.disk("btrfs", ["mkfs.btrfs", "-q"], 400 << 20)
        self.fill(mounted)
        self.judge(world, mounted)

    def test_the_last_byte_of_ext4(self):
        world, mounted = self.disk("ext4", ["mkfs.ext4", "-q", "-m", "0"], 120 << 20)
        self.fill(mounted)
        self.judge(world, mounted)

    def test_the_last_inode(self):
        world, mounted = self.disk("inodes", ["mkfs.ext4", "-q", "-N", "1500"], 120 << 20)
        self.use_all_inodes(mounted)
        self.judge(world, mounted)

    def test_without_a_reserve_what_no_row_names_goes_first(self):
        world, mounted = self.disk("reserve", ["mkfs.ext4", "-q", "-m", "0"], 120 << 20)
        (mounted / "root/reserve").unlink()
        junk = mounted / "root/objects/tmp/qpkg-staging"
        junk.mkdir(parents=True, exist_ok=True)
        (junk / "left").write_bytes(os.urandom(3 << 20))
        self.fill(mounted)
        self.judge(world, mounted)

    def test_plans_count_inodes(self):
        world, mounted = self.disk("count", ["mkfs.ext4", "-q", "-N", "1500"], 120 << 20)
        many = {f"usr/share/many/{i}": f"{i}" for i in range(300)}
        world.publish(world.make_module("org.example.many", "1.0", many))
        self.use_all_inodes(mounted)
        for number in range(100):
            (mounted / f"empty{number}").unlink()
        answer = world.qpkg("install", "many", "--into", "work", "--yes")
        self.assertEqual(answer.code, 7, answer.err)
        self.assertIn("inodes", answer.err)
        self.assertIn("room for", answer.err)
        bundle = self.world.folder / "many.qpkgb"
        world.must("bundle", "create", "many", "--repo", world.site, "--out", bundle)
        answer = world.qpkg("import", bundle)
        self.assertEqual(answer.code, 7, answer.err)
        self.assertIn("inodes", answer.err)


if __name__ == "__main__":
    unittest.main()

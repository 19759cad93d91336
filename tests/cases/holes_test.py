#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A file that is all hole but a few bytes, as disk images and data bases are: it takes no disk in the state, nowhere."""

import os
import pathlib
import subprocess
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))
from world_case import WorldCase  # noqa: E402

HUGE = 128 << 20
ALLOWED = 24 << 20


def disk(folder):
    return sum(path.lstat().st_blocks for path in folder.rglob("*")) * 512


class Holes(WorldCase):
    copied = ("nothing",)

    @classmethod
    def make_world(cls, world):
        world.make_all()
        tree = world.folder / "tree"
        (tree / "usr/bin").mkdir(parents=True)
        (tree / "usr/share").mkdir()
        (tree / "usr/bin/big").write_text("#!/bin/sh\necho big\n")
        (tree / "usr/bin/big").chmod(0o755)
        with (tree / "usr/share/huge").open("wb") as file:
            file.write(b"start")
            file.seek(HUGE // 2 + 1000)
            file.write(b"middle")
            file.seek(HUGE - 3)
            file.write(b"end")
        for folder, _, _ in os.walk(tree):
            os.chmod(folder, 0o755)
        subprocess.run([str(world.programs / "make-module"), world.root, "debian-12", "org.example.big", "1.0", tree,
                        world.out], check=True)
        world.publish(world.out / "org.example.big")
        world.must("install", "big", "--into", "work", "--yes")

    def test_a_file_of_holes_takes_no_disk_in_store_and_volume(self):
        self.assertLess(disk(self.common.root / "objects"), ALLOWED)
        self.assertLess(disk(self.common.root / "volumes"), ALLOWED)
        self.assertLess(disk(self.common.out), ALLOWED)

    def test_its_bytes_are_right(self):
        self.common.must("verify")
        read = ("import sys; data = open(sys.argv[1], 'rb').read(); "
                "print(len(data), data[:5], data[len(data) // 2 + 1000:][:6], data[-3:], data.count(0))")
        volume = next(path for path in (self.common.root / "volumes").glob("*.erofs") if path.stat().st_size > HUGE)
        mounted = self.common.folder / "mounted"
        mounted.mkdir(exist_ok=True)
        done = subprocess.run(["unshare", "--mount", "sh", "-c",
                               f"mount -t erofs -o loop,ro {volume} {mounted} && python3 -c \"$0\" {mounted}/usr/share/huge",
                               read], check=True, capture_output=True, text=True)
        self.assertEqual(done.stdout.split("\n")[0], f"{HUGE} b'start' b'middle' b'end' {HUGE - 14}")


if __name__ == "__main__":
    unittest.main()

#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Two files that only happen to have the same content were one inode: a copy of them was one file, and a lock on one was
a lock on the other. All times were 0, so that each cache believed a stranger's."""

import os
import pathlib
import subprocess
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))
from small_world import write_files  # noqa: E402
from world_case import WorldCase  # noqa: E402

SKEL = {"usr/bin/skel": '#!/bin/sh\nexec "$@"\n',
        "usr/share/skel/one.txt": "template\n", "usr/share/skel/two.txt": "template\n",
        "usr/share/skel/a.lock": "", "usr/share/skel/b.lock": "", "usr/lib/fontconfig/cache/x.cache-8": "x"}


class FilesOfTheirOwn(WorldCase):
    @classmethod
    def make_module(cls, world, version, files, old, linked=()):
        """`old`: path → time. `linked`: a new name and the file it is one of."""
        tree = world.folder / f"tree-{version}"
        write_files(tree, files)
        for name, existing in linked:
            os.link(tree / existing, tree / name)
        for path, seconds in old.items():
            os.utime(tree / path, (seconds, seconds), follow_symlinks=False)
        for folder, _, _ in os.walk(tree):
            os.chmod(folder, 0o755)
        subprocess.run([str(world.programs / "make-module"), world.root, "debian-12", "org.example.skel", version, tree,
                        world.out], check=True)
        world.publish(world.out / "org.example.skel")

    @classmethod
    def make_world(cls, world):
        world.make_all()
        cls.make_module(world, "1.0", SKEL, {"usr/share/skel/one.txt": 1600000000, "usr/share/skel/a.lock": 1600000001},
                        [("usr/share/skel/three.txt", "usr/share/skel/one.txt")])
        world.must("install", "skel", "--into", "work", "--yes")

    def run_skel(self, script):
        return self.world.must("run", "work", "--", "skel", "sh", "-c", script).out.split()

    def test_files_with_the_same_content_are_files_of_their_own_and_hard_links_are_one(self):
        self.assertEqual(self.run_skel("cd ~ && busybox cp -a /usr/share/skel mine && echo edited > mine/one.txt; "
                                       "cat mine/two.txt mine/three.txt"), ["template", "edited"])
        one, two, three, a, b = self.run_skel("cd /usr/share/skel && busybox stat -c %i one.txt two.txt three.txt a.lock b.lock")
        self.assertEqual(one, three)
        self.assertEqual(len({one, two, a, b}), 4)

    def test_a_file_has_the_time_its_package_gave_it_and_a_made_one_that_of_the_build(self):
        self.assertEqual(self.run_skel("cd /usr/share/skel && busybox stat -c %Y one.txt three.txt a.lock two.txt"),
                         ["1600000000", "1600000000", "1600000001", "1767225600"])

    def test_a_directory_has_another_time_when_another_file_is_in_it_and_is_older_than_any_file(self):
        before, = self.run_skel("busybox stat -c %Y /usr/share/skel")
        again, = self.run_skel("busybox stat -c %Y /usr/share/skel")
        self.trust_own_copy()
        self.make_module(self.world, "1.1", {**SKEL, "usr/share/skel/new": "new"}, {})
        self.world.must("upgrade", "skel", "--yes")
        after, = self.run_skel("busybox stat -c %Y /usr/share/skel")
        self.assertEqual(before, again)
        self.assertNotEqual(before, after)
        self.assertLess(max(int(before), int(after)), 946684801)

    def test_fontconfig_is_told_where_a_module_has_its_caches(self):
        snippet = self.run_skel("cat /etc/fonts/conf.d/05-qpkg.conf")
        self.assertIn("<cachedir>/usr/lib/fontconfig/cache</cachedir>", snippet)

    def test_objects_that_are_lost_come_back_from_the_volume_alone_with_times_and_links(self):
        for path in (self.world.root / "objects").rglob("*.file"):
            path.unlink()
        self.world.site.rename(self.world.folder / "away")
        self.world.must("restore", "--yes")
        self.world.must("verify")


if __name__ == "__main__":
    unittest.main()

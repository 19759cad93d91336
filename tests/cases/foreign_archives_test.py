#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Tars of root file systems that are not what they should be: links out of the tree, a folder around it, no root at all."""

import hashlib
import pathlib
import shutil
import sys
import tarfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))
from world_case import WorldCase  # noqa: E402


def contents(folder):
    """Every path below a folder with what it is, so that two moments can be compared."""
    return {str(path.relative_to(folder)): (path.lstat().st_mode, hashlib.sha256(path.read_bytes()).hexdigest()
                                            if path.is_file() else "") for path in sorted(folder.rglob("*"))}


class ForeignArchives(WorldCase):
    @classmethod
    def make_world(cls, world):
        world.base_archive()  # leaves its tree

    def setUp(self):
        super().setUp()
        self.tree = self.world.folder / "base-tree"
        self.victim = self.world.folder / "victim"
        for file in ("var/log/keep", "var/tmp/keep", "var/cache/apt/keep", "var/lib/dpkg/lock", "etc/hosts",
                     "etc/hostname", "etc/machine-id"):
            place = self.victim / file
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text("precious\n")

    def replace_with_link(self, path, target):
        place = self.tree / path
        shutil.rmtree(place, ignore_errors=True)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.symlink_to(target)

    def pack(self, *names, under=None):
        archive = self.world.folder / "odd.tar"
        with tarfile.open(archive, "w") as tar:
            tar.add(self.tree, arcname=under or ".")
            for name in names:
                tar.add("/etc/hostname", arcname=name)
        return archive

    def test_a_link_in_the_place_of_a_directory_leads_no_import_out_of_the_tree(self):
        before = contents(self.victim)
        for path in ("var", "etc", "var/lib", "var/cache", "home"):
            with self.subTest(path):
                shutil.rmtree(self.tree)
                self.world.base_archive()
                target = self.victim / path if (self.victim / path).exists() else self.victim
                self.replace_with_link(path, target)
                answer = self.world.qpkg("base", "import", self.pack(), "--id", "moved")
                self.assertEqual(contents(self.victim), before)
                if path not in ("var/cache",) or answer.code:
                    self.assertEqual(answer.code, 6, answer.err)
                    self.assertIn(f"/{path} is a symbolic link, where a directory must be", answer.err)

    def test_links_that_stay_in_the_tree_are_refused_just_the_same(self):
        self.replace_with_link("var", "usr/var")
        (self.tree / "usr/var").mkdir()
        answer = self.world.qpkg("base", "import", self.pack(), "--id", "moved")
        self.assertEqual(answer.code, 6, answer.err)
        self.assertIn("/var is a symbolic link", answer.err)

    def test_links_at_places_that_are_emptied_are_replaced(self):
        before = contents(self.victim)
        self.replace_with_link("var/log", self.victim / "var/log")
        self.replace_with_link("run", self.victim)
        self.world.must("base", "import", self.pack(), "--id", "moved")
        self.assertEqual(contents(self.victim), before)

    def test_a_folder_around_the_root_is_taken_off(self):
        self.world.must("base", "import", self.pack(under="root.x86_64"), "--id", "test-1")
        self.world.must("qube", "create", "q", "--base", "test-1")
        self.assertIn("usr", self.world.must("run", "q", "--", "ls", "/").out.split())

    def test_it_is_the_same_base_with_and_without_that_folder(self):
        commits = [self.world.must("base", "import", self.pack(under=under), "--id", "test-1", "--json").json["commit"]
                   for under in (None, "root.x86_64")]
        self.assertEqual(commits[0], commits[1])

    def test_an_archive_without_a_root_says_so_and_makes_no_base(self):
        for names, under, words in (((), "a/b", "neither /usr/bin nor /bin"),
                                    (("metadata.yaml",), "rootfs", "/rootfs in it is one, beside others")):
            with self.subTest(under):
                answer = self.world.qpkg("base", "import", self.pack(*names, under=under), "--id", "test-1")
                self.assertEqual(answer.code, 6, answer.err)
                self.assertIn(words, answer.err)
                self.assertIn("hint:", answer.err)
                self.assertEqual(self.world.must("base", "list", "--json").json["bases"], [])


if __name__ == "__main__":
    unittest.main()

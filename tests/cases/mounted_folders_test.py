#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A folder of the host is mounted in a qube's home, so that its programs see it. Removing the qube must leave it alone."""

import pathlib
import subprocess
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))
from world_case import WorldCase  # noqa: E402


class MountedFolders(WorldCase):
    def setUp(self):
        super().setUp()
        self.host = self.world.folder / "host"
        self.host.mkdir()
        (self.host / "file").write_text("precious\n")
        self.qubes = self.world.root / "qubes"

    def mount(self, place, source=None):
        subprocess.run(["mount", "--bind", source or self.host, place], check=True)
        self.addCleanup(subprocess.run, ["umount", "--lazy", place], check=False, capture_output=True)

    def shared(self, qube="work"):
        self.world.must("run", qube, "--", "sh", "-c", "mkdir -p ~/shared/deep; touch ~/own")
        return self.qubes / qube / "home/user/shared"

    def names(self):
        return [qube["name"] for qube in self.world.must("qube", "list", "--json").json["qubes"]]

    def test_a_qube_with_a_mount_in_it_stays_whole_and_says_which(self):
        place = self.shared()
        self.mount(place)
        self.assertEqual(self.world.must("run", "work", "--", "cat", "shared/file").out, "precious\n")
        answer = self.world.qpkg("qube", "remove", "work", "--yes")
        self.assertEqual(answer.code, 4, answer.err)
        self.assertIn(f"something is mounted at {place}", answer.err)
        self.assertIn(f"umount {place}", answer.err)
        self.assertEqual((self.host / "file").read_text(), "precious\n")
        self.assertIn("work", self.names())
        self.assertEqual(self.world.must("run", "work", "--", "ls").out.split(), ["own", "shared"])
        subprocess.run(["umount", place], check=True)
        self.world.must("qube", "remove", "work", "--yes")
        self.assertNotIn("work", self.names())
        self.assertFalse((self.qubes / "work").exists())
        self.assertTrue((self.host / "file").exists())

    def test_a_file_that_is_mounted_counts_as_well(self):
        place = self.shared() / "file"
        place.touch()
        self.mount(place, self.host / "file")
        self.assertEqual(self.world.qpkg("qube", "remove", "work", "--yes").code, 4)
        self.assertIn("work", self.names())
        self.assertTrue((self.qubes / "work/home/user/own").exists())

    def test_a_file_that_cannot_be_changed_keeps_the_qube_whole(self):
        own = self.shared().parent / "own"
        done = subprocess.run(["chattr", "+i", own], check=False, capture_output=True)
        if done.returncode != 0:
            self.skipTest("this file system has no immutable files")
        self.addCleanup(subprocess.run, ["chattr", "-i", own], check=False, capture_output=True)
        answer = self.world.qpkg("qube", "remove", "work", "--yes")
        self.assertEqual(answer.code, 4, answer.err)
        self.assertIn(f"{own} cannot be changed", answer.err)
        self.assertIn("work", self.names())

    def test_a_link_in_a_home_leads_no_removal_out_of_it(self):
        (self.shared() / "link").symlink_to(self.host)
        self.world.must("qube", "remove", "work", "--yes")
        self.assertTrue((self.host / "file").exists())

    def test_what_a_killed_removal_left_hinders_nobody_even_with_a_mount_in_it(self):
        left = self.qubes / ".removed-work" / "home"
        left.mkdir(parents=True)
        self.mount(left)
        answer = self.world.qpkg("qube", "remove", "work", "--yes")
        self.assertEqual(answer.code, 0, answer.err)
        self.assertIn(f"something is mounted at {left}", answer.err)
        self.assertTrue((self.host / "file").exists())
        subprocess.run(["umount", left], check=True)
        self.world.must("qube", "remove", "personal", "--yes")
        self.assertEqual(list(self.qubes.iterdir()), [])

    def test_abandoned_scratch_folders_with_a_mount_are_left_alone(self):
        left = self.world.root / "build/build-abandoned/tree"
        left.mkdir(parents=True)
        self.mount(left)
        self.world.make_base("debian-12")
        self.assertTrue((self.host / "file").exists())


if __name__ == "__main__":
    unittest.main()

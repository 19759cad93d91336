#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Roots that others made for their own ends: with an ordinary user of their own (Ubuntu's images), or with links where a qube
mounts something (Fedora's bootc and Silverblue)."""

import pathlib
import sys
import tarfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from small_world import APPLETS  # noqa: E402
from world_case import WorldCase  # noqa: E402

UBUNTU = {"etc/passwd": "root:x:0:0:root:/root:/bin/sh\nubuntu:x:1000:1000:Ubuntu:/home/ubuntu:/bin/sh\n",
          "etc/group": "root:x:0:\nadm:x:4:ubuntu\nubuntu:x:1000:\n"}
LINKS = {"home": "var/home", "root": "var/roothome", "mnt": "var/mnt", "media": "run/media", "opt": "var/opt", "srv": "var/srv"}


class OddBases(WorldCase):
    copied = ("nothing",)

    @classmethod
    def make_world(cls, world):
        applets = (*APPLETS, "whoami", "cut", "sort", "uniq", "readlink")
        world.must("base", "import", world.base_archive(applets, UBUNTU), "--id", "ubuntu-24.04")
        world.must("qube", "create", "ubuntu", "--base", "ubuntu-24.04")
        archive = world.base_archive(applets)
        linked = world.folder / "linked.tar"
        with tarfile.open(archive) as before, tarfile.open(linked, "w") as after:
            for member in before:
                if member.name != "./opt":
                    after.addfile(member, before.extractfile(member) if member.isreg() else None)
            for name, target in LINKS.items():
                link = tarfile.TarInfo("./" + name)
                link.type, link.linkname = tarfile.SYMTYPE, target
                after.addfile(link)
        world.must("base", "import", linked, "--id", "debian-12")
        world.must("qube", "create", "image", "--base", "debian-12")

    def setUp(self):
        super().setUp()
        self.world = self.common

    def said(self, qube, script):
        return self.world.must("run", qube, "--", "sh", "-c", script).out

    def test_one_account_has_the_number_1000_and_all_ways_to_ask_for_it_agree(self):
        self.assertEqual(self.said("ubuntu", "echo $(whoami) $USER $LOGNAME $HOME; id"),
                         "user user user /home/user\nuid=1000(user) gid=1000(user) groups=4(adm),1000(user)\n")
        self.assertEqual(self.said("ubuntu", "cut -d: -f3 /etc/passwd | sort | uniq -d; cut -d: -f1,6 /etc/passwd"),
                         "root:/root\nuser:/home/user\n")
        self.assertEqual(self.said("ubuntu", "cd && echo x > kept && ls -d ~/kept"), "/home/user/kept\n")

    def test_a_base_with_links_for_places_that_last_has_qubes(self):
        self.assertEqual(self.said("image", "echo x > ~/x && cat /var/home/user/x && readlink /var/roothome"), "x\n../root\n")

    def test_modules_bring_files_for_a_linked_opt(self):
        self.world.make_keys()
        self.world.publish(self.world.make_module("org.example.hello", "1.0", {"opt/hello/data": "of hello\n"}))
        self.world.add_repository()
        self.world.must("install", "hello", "--into", "image", "--yes")

        self.assertEqual(self.said("image", "cat /run/qpkg/views/org.example.hello/opt/hello/data; hello"),
                         "of hello\nhello 1.0\n")


if __name__ == "__main__":
    unittest.main()

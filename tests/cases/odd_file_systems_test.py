#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""File systems that lack something: files without names (FUSE), modes (shares of a network), attributes (backups)."""

import os
import pathlib
import subprocess
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))
from world_case import PROGRAMS, WorldCase  # noqa: E402


class OddFileSystems(WorldCase):
    def through_fuse(self, *options):
        """A folder that is bindfs's."""
        under, shown = self.world.folder / "under", self.world.folder / "fuse"
        under.mkdir()
        shown.mkdir()
        subprocess.run(["bindfs", *options, under, shown], check=True)
        self.addCleanup(subprocess.run, ["umount", "-l", shown], check=False)
        return shown

    def test_a_state_where_no_file_is_without_a_name(self):
        root = self.through_fuse() / "state"
        run = lambda *words: self.world.must(*words, root=root)  # noqa: E731
        run("base", "import", self.world.folder / "base.tar", "--id", "debian-12")
        run("repo", "add", "demo", self.world.site, "--yes")
        run("qube", "create", "work", "--base", "debian-12")
        run("install", "hello", "--into", "work", "--yes")
        self.assertEqual(run("run", "work", "--", "hello").out, "hello 1.0\n")
        run("run", "work", "--", "sh", "-c", "echo x > ~/x")
        self.assertEqual(run("run", "work", "--", "cat", "/home/user/x").out, "x\n")
        self.refuses_to_remove_what_runs(root)
        run("gc", "--keep", 0, "--yes")
        run("verify")

    def refuses_to_remove_what_runs(self, root):
        env = dict(os.environ, QPKG_ROOT=str(root))
        program = subprocess.Popen([PROGRAMS / "qpkg", "run", "work", "--", "sh", "-c", "echo runs; cat"], env=env,
                                   stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.assertEqual(program.stdout.readline(), b"runs\n")
        self.assertEqual(self.world.qpkg("qube", "remove", "work", "--yes", root=root).code, 4)
        self.assertTrue(self.world.must("qube", "list", "--json", root=root).json["qubes"][0]["running"])
        program.communicate()
        self.assertFalse(self.world.must("qube", "list", "--json", root=root).json["qubes"][0]["running"])

    def test_a_share_that_refuses_modes_takes_what_is_for_others(self):
        share = self.through_fuse("--chmod-deny", "--chown-deny")
        with self.assertRaises(PermissionError):
            (share / "probe").write_text("")
            (share / "probe").chmod(0o600)
        self.world.must("bundle", "create", "hello", "--repo", self.world.site, "--out", share / "b.qpkgb")
        self.world.must("inventory", "export", "--out", share / "i.json")
        self.world.must("mirror", "sync", self.world.site, "--to", share / "m")
        self.world.must("mirror", "verify", share / "m")
        self.world.must("publish", self.world.out / "org.example.hello", "--repo", share / "site", "--keys",
                        self.world.keys)
        self.world.must("mirror", "verify", share / "site")

    def test_a_share_that_shows_secrets_to_others_gets_none(self):
        share = self.through_fuse("--chmod-deny", "-o", "umask=0")
        shown = self.through_open_share(share)
        answer = self.world.qpkg("key", "new", "--out", shown / "keys", "--no-passphrase")
        self.assertEqual(answer.code, 9, answer.out)
        self.assertIn("keeps no modes", answer.err)
        self.assertEqual([path for path in shown.rglob("*.key") if path.stat().st_size], [])

    def through_open_share(self, share):
        opened = self.world.folder / "open"
        opened.mkdir()
        subprocess.run(["bindfs", "-p", "a+rwX", "--chmod-deny", share, opened], check=True)
        self.addCleanup(subprocess.run, ["umount", "-l", opened], check=False)
        return opened

    def test_attributes_that_a_backup_lost_come_back(self):
        self.world.must("install", "hello", "--into", "work", "--yes")
        self.world.must("verify")
        root = self.world.folder / "back"
        root.mkdir()
        subprocess.run(["sh", "-c", 'tar -C "$0" -cf - . | tar -C "$1" -xf -', self.world.root, root], check=True)
        self.assertEqual(self.world.must("run", "work", "--", "hello", root=root).out, "hello 1.0\n")
        self.assertEqual(self.world.qpkg("verify", root=root).code, 6)
        doctor = self.world.qpkg("doctor", root=root)
        self.assertEqual(doctor.code, 1)
        self.assertIn("attribute", doctor.out)
        self.assertIn("qpkg restore", doctor.out)
        self.world.must("restore", "--yes", root=root)
        self.world.must("verify", root=root)
        self.world.must("doctor", root=root)
        self.assertEqual(self.world.must("restore", "--yes", "--json", root=root).json["changed"], False)

    def test_an_object_that_lost_more_than_its_attribute_is_not_believed(self):
        self.world.must("install", "hello", "--into", "work", "--yes")
        objects = [path for path in (self.world.root / "objects/objects").rglob("*.file")
                   if path.read_bytes() == b"hello" * 5000]
        objects[0].write_bytes(b"HELLO" * 5000)
        os.removexattr(objects[0], "user.ostreemeta")
        self.world.qpkg("restore", "--yes")
        self.assertNotEqual(objects[0].read_bytes() if objects[0].exists() else b"", b"HELLO" * 5000)


if __name__ == "__main__":
    unittest.main()

#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A strict or a loose umask, as hardened accounts and sudo have it, changes nothing of what a command makes."""

import os
import pathlib
import stat
import subprocess
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))
from world_case import WorldCase  # noqa: E402

USUAL, OTHERS = 0o022, (0o077, 0o027, 0o000)


def modes(folder, left_out=()):
    """path → mode of everything below, names that are random or digests of other times left out."""
    found = {}
    for path in sorted(folder.rglob("*")):
        name = str(path.relative_to(folder))
        if not path.is_symlink() and not name.startswith(left_out):
            found[name] = oct(stat.S_IMODE(path.lstat().st_mode))
    return found


class Umask(WorldCase):
    @classmethod
    def make_world(cls, world):
        world.make_site()

    def under(self, umask, *words, **options):
        before = os.umask(umask)
        try:
            return self.world.must(*words, **options)
        finally:
            os.umask(before)

    def story(self, umask):
        """Every command that makes something; what it made, with modes."""
        root, folder = self.world.folder / f"root-{umask:o}", self.world.folder / f"made-{umask:o}"
        folder.mkdir()
        run = lambda *words: self.under(umask, *words, root=root)  # noqa: E731
        run("base", "import", self.world.folder / "base.tar", "--id", "debian-12")
        run("repo", "add", "demo", self.world.site, "--yes")
        run("qube", "create", "work", "--base", "debian-12")
        run("install", "hello", "--into", "work", "--yes")
        self.assertEqual(run("run", "work", "--", "hello").out, "hello 1.0\n")
        self.assertIn("600 ", run("run", "work", "--", "sh", "-c", "umask 077; echo x > ~/x; find ~/x -perm 600; "
                                  "echo 600 $?").out)
        run("publish", self.world.out / "org.example.hello", "--repo", folder / "site", "--keys", self.world.keys)
        run("mirror", "sync", self.world.site, "--to", folder / "mirror")
        run("bundle", "create", "--repo", self.world.site, "--out", folder / "b.qpkgb")
        run("inventory", "export", "--out", folder / "i.json")
        run("key", "new", "--out", folder / "keys", "--no-passphrase")
        return modes(root, ("state.db-",)), modes(folder)

    def test_results_have_the_same_modes(self):
        state, made = self.story(USUAL)
        self.assertEqual(made["site/tuf/timestamp.json"], "0o644")
        self.assertEqual(made["b.qpkgb"], "0o644")
        for umask in OTHERS:
            with self.subTest(umask=oct(umask)):
                other_state, other_made = self.story(umask)
                self.assertEqual(other_state, state)
                self.assertEqual({name for name in other_made if "/tuf/" in name},
                                 {name for name in made if "/tuf/" in name})
                for name in set(made) & set(other_made):
                    self.assertEqual(other_made[name], made[name], name)

    def test_secrets_stay_with_their_owner(self):
        for umask in (USUAL, *OTHERS):
            keys = self.world.folder / f"keys-{umask:o}"
            self.under(umask, "key", "new", "--out", keys, "--no-passphrase")
            for key in keys.glob("*.key"):
                self.assertEqual(stat.S_IMODE(key.stat().st_mode), 0o600, key)

    def test_a_web_server_can_read_what_was_published(self):
        site = self.world.folder / "strict"
        self.under(0o077, "publish", self.world.out / "org.example.hello", "--repo", site, "--keys", self.world.keys)
        closed = subprocess.run(["find", site, "-path", f"{site}/.publish", "-prune", "-o", "(", "-type", "d", "!",
                                 "-perm", "-005", "-o", "-type", "f", "!", "-perm", "-004", ")", "-print"],
                                capture_output=True, text=True, check=True).stdout
        self.assertEqual(closed, "")

    def test_files_of_a_base_and_a_module_are_readable_in_the_qube(self):
        self.story(0o077)
        root = self.world.folder / "root-77"
        user = self.world.must("run", "work", "--", "sh", "-c", "cat /etc/passwd /usr/share/hello/data | head -c 4",
                               root=root)
        self.assertEqual(user.out, "root")


if __name__ == "__main__":
    unittest.main()

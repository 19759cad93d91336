#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""dropbear makes its host keys, bind9 its control key when they are installed: another one on each machine, and private.
A module brings neither, and two builds of one lock file are equal."""

import pathlib
import subprocess
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(HERE.parent / "support"))
from debian_base import DebianCase  # noqa: E402


class PrivateFiles(DebianCase):
    def build(self, *words):
        report = self.world.must("build", *words, "--json").json
        return report["commit"], [finding["path"] for finding in report["findings"] if finding["rule"] == "secret"]

    def listing(self, out):
        """Each path of a built module with its checksum and mode."""
        [repository] = (self.world.folder / out).glob("*/ostree")
        ref = subprocess.run(["ostree", f"--repo={repository}", "refs"], check=True, capture_output=True, text=True).stdout
        return subprocess.run(["ostree", f"--repo={repository}", "ls", "-R", "-C", ref.split()[0]], check=True,
                              capture_output=True, text=True).stdout.splitlines()

    def files_of(self, app):
        self.world.qpkg("qube", "create", app, "--base", "debian-12")
        self.world.must("install", app, "--into", app, "--yes")
        listed = self.world.must("run", app, "--", "sh", "-c", "cd /run/qpkg/views/*/ && find etc -type f")
        return listed.out.split()

    def test_keys_of_dropbear_and_bind_stay_in_the_builder(self):
        for package, secret, shipped in (("dropbear", "/etc/dropbear/dropbear_", "etc/default/dropbear"),
                                         ("bind9", "/etc/bind/rndc.key", "etc/bind/named.conf")):
            with self.subTest(package):
                commit, secrets = self.build("--from", f"deb:{package}", "--base", "debian-12", "--out", self.world.out)
                self.assertTrue(any(path.startswith(secret) for path in secrets), secrets)
                lock = self.world.out / f"org.debian.{package}/module.lock"
                again, _ = self.build("--from", f"deb:{package}", "--base", "debian-12", "--lock", lock, "--out",
                                      self.world.folder / "again")
                self.assertEqual(commit, again)
                if not self.world.keys.exists():
                    self.world.make_keys()
                self.world.publish(self.world.out / f"org.debian.{package}")
                if package == "dropbear":
                    self.world.add_repository()
                files = self.files_of(package)
                self.assertIn(shipped, files)
                self.assertFalse([file for file in files if ("/" + file).startswith(secret) and "key" in file], files)

    def test_a_script_that_makes_a_key_is_refused_where_the_recipe_says_so(self):
        recipe, lock = self.cached_package(self.world, "keymaker", "umask 077; mkdir -p /etc/keymaker\n"
                                           "head -c 16 /dev/urandom >/etc/keymaker/key\n")
        one, two = (self.build(recipe, "--lock", lock, "--out", self.world.folder / out)[0] for out in ("one", "two"))
        self.assertEqual(self.listing("one"), self.listing("two"))  # says which file differs
        self.assertEqual(one, two)
        recipe.write_text(recipe.read_text() + 'private_files = "refuse"\n')
        answer = self.world.qpkg("build", recipe, "--lock", lock, "--out", self.world.out)
        self.assertEqual(answer.code, 4, answer.err)
        self.assertIn("/etc/keymaker/key", answer.err)


if __name__ == "__main__":
    unittest.main()

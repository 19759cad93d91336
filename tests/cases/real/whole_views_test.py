#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A program of Debian with a root of its own: the base's, with its packages in it, as one tree. It runs in a qube of another base,
is the same when it is built again, and needs nothing of what the qube stands on."""

import pathlib
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(HERE.parent / "support"))
from debian_base import DebianCase  # noqa: E402

RECIPE = """[app]
id = "org.example.jq"
view = "whole"
[source]
type = "packages"
root = "debian-12"
packages = ["jq"]
[test]
run = ["jq --version", "test ! -e /usr/libexec/qpkg/qpkg-agent", "test -x /bin/bash"]
"""
QUESTION = "echo '{\"a\": [1, 2]}' | jq -c .a; ldd /usr/bin/jq | grep -c libc.so.6; id -un; cat /etc/debian_version"


class WholeViews(DebianCase):
    @classmethod
    def make_world(cls, world):
        super().make_world(world)
        world.make_keys()
        archive = world.base_archive()
        world.must("base", "import", archive, "--id", "small-1")
        world.must("qube", "create", "small", "--base", "small-1")
        world.must("qube", "create", "work", "--base", "debian-12")

    def build(self, out, *words):
        recipe = self.world.folder / "jq.toml"
        recipe.write_text(RECIPE)
        return self.world.must("build", recipe, "--out", out, *words, "--json").json

    def test_a_program_of_debian_runs_in_a_qube_that_has_nothing_of_debian(self):
        first = self.build(self.world.out)
        self.assertEqual(first["base"], "none")
        self.assertEqual(first["commands"], ["jq"])
        self.assertGreater(first["packages"], 80)  # with libc and all that the root has
        self.assertFalse({finding["rule"] for finding in first["findings"]} & {"shadow", "removal", "account", "tmpfiles"})
        lock = self.world.out / "org.example.jq/module.lock"
        again = self.build(self.world.folder / "again", "--lock", lock)
        self.assertEqual((first["commit"], first["volume"]), (again["commit"], again["volume"]))

        self.world.publish(self.world.out / "org.example.jq")
        self.world.must("repo", "add", "demo", self.world.site, "--yes")
        for qube in ["small", "work"]:
            answer = self.world.must("install", "jq", "--into", qube, "--yes")
            self.assertIn("on no base", answer.out + answer.err)
            answer = self.world.must("run", qube, "--app", "jq", "--", "sh", "-c", QUESTION)
            self.assertRegex(answer.out, r"^\[1,2\]\n1\nuser\n12\.\d+\n$")
            self.assertEqual(answer.err, "")
        answer = self.world.must("run", "small", "--", "sh", "-c", "echo '{}' | jq -c .")  # exported
        self.assertEqual(answer.out, "{}\n")
        self.assertIn("jq", self.world.must("why", "libc6").out)
        self.assertIn("libc6", self.world.must("owns", "/usr/bin/ldd").out + self.world.must("owns", "/etc/ld.so.conf.d/x86_64-linux-gnu.conf").out)
        self.world.must("verify")


if __name__ == "__main__":
    unittest.main()

#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""fontconfig trusts a cache while the time of the directory is what it was, and views of one qube share a home. With one
time for everything, an app drew with the fonts of another, and an upgrade that brought fonts changed nothing."""

import pathlib
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(HERE.parent / "support"))
from debian_base import DebianCase  # noqa: E402

RECIPE = """[app]
id = "org.example.{app}"
base = "debian-12"
[source]
type = "packages"
packages = [{packages}]
recommends = false
[exports]
commands = [{commands}]
"""


class FontCaches(DebianCase):
    @classmethod
    def make_world(cls, world):
        super().make_world(world)
        world.make_keys()

    def build(self, app, packages, commands, out, *words):
        recipe = self.world.folder / f"{out}.toml"
        recipe.write_text(RECIPE.format(app=app, packages=", ".join(f'"{name}"' for name in packages),
                                        commands=", ".join(f'"{name}"' for name in commands)))
        place = self.world.folder / out
        report = self.world.must("build", recipe, "--out", place, "--json", *words).json
        return place / f"org.example.{app}", report["commit"]

    def publish(self, module):
        self.world.publish(module)
        self.world.qpkg("repo", "add", "demo", self.world.site, "--yes")  # there already, the second time

    def in_qube(self, qube, *words):
        return self.world.must("run", qube, "--", *words).out

    def homes(self, qube):
        return self.in_qube(qube, "sh", "-c", "find ~/.cache ~/.fontconfig -name '*.cache-*' 2>/dev/null | wc -l").strip()

    def test_an_upgrade_that_brings_a_font_is_seen_and_no_cache_is_written_into_the_home(self):
        one, _ = self.build("hx", ["fontconfig"], ["fc-list", "fc-match"], "one")
        two, commit = self.build("hx", ["fontconfig", "fonts-lato"], ["fc-list", "fc-match"], "two")
        _, again = self.build("hx", ["fontconfig", "fonts-lato"], ["fc-list", "fc-match"], "again", "--lock", two / "module.lock")
        self.assertEqual(commit, again)
        self.publish(one)
        self.world.must("qube", "create", "fc1", "--base", "debian-12")
        self.world.must("install", "hx", "--into", "fc1", "--yes")
        self.assertIn("DejaVu", self.in_qube("fc1", "fc-match", "Lato"))
        before = self.in_qube("fc1", "fc-list").splitlines()
        self.assertEqual(self.homes("fc1"), "0")

        self.publish(two)
        self.world.must("upgrade", "--yes")

        self.assertIn("Lato", self.in_qube("fc1", "fc-match", "Lato"))
        self.assertGreater(len(self.in_qube("fc1", "fc-list").splitlines()), len(before))
        self.assertEqual(self.homes("fc1"), "0")

    def test_each_of_two_apps_in_one_qube_sees_its_own_fonts_in_either_order(self):
        few, _ = self.build("few", ["fontconfig"], ["fc-list"], "few")
        many, _ = self.build("many", ["fontconfig", "fonts-lato"], ["fc-match"], "many")
        self.publish(few)
        self.publish(many)
        for qube, order in (("fc2", ["few", "many", "few"]), ("fc3", ["many", "few", "many"])):
            self.world.must("qube", "create", qube, "--base", "debian-12")
            self.world.must("install", "few", "many", "--into", qube, "--yes")
            for app in order:
                with self.subTest(qube, app=app):
                    if app == "few":
                        self.assertNotIn("Lato", self.in_qube(qube, "fc-list"))
                    else:
                        self.assertIn("Lato", self.in_qube(qube, "fc-match", "Lato"))
            self.assertEqual(self.homes(qube), "0")

    def test_files_have_the_times_of_their_packages_and_made_ones_that_of_the_newest(self):
        module, _ = self.build("times", ["fontconfig"], ["fc-list"], "times")
        epoch = next(int(line.split()[1]) for line in (module / "module.lock").read_text().splitlines()
                     if line.startswith("epoch "))
        self.publish(module)
        self.world.must("qube", "create", "fc4", "--base", "debian-12")
        self.world.must("install", "times", "--into", "fc4", "--yes")
        looked = self.in_qube("fc4", "sh", "-c", "cd /run/qpkg/views/*/ && stat -c %Y usr/bin/fc-list etc/fonts/fonts.conf "
                                                 "usr/lib/fontconfig/cache/*")
        program, configuration, *made = map(int, looked.split())
        self.assertTrue(1500000000 < program <= epoch, looked)
        self.assertTrue(1500000000 < configuration <= epoch, looked)
        self.assertTrue(made)
        self.assertEqual(set(made), {epoch})


if __name__ == "__main__":
    unittest.main()

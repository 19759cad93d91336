#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What is drawn is what plain apt's root draws: two apps with fonts of their own in one qube, whichever is used first,
before and after an upgrade that brings a font."""

import pathlib
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(HERE.parent / "support"))
import own_mounts  # noqa: E402
import plain_root  # noqa: E402
from debian_base import DebianCase  # noqa: E402

RECIPE = """[app]
id = "org.example.{app}"
base = "debian-12"
[source]
type = "packages"
packages = [{packages}]
recommends = false
[exports]
commands = ["{command}"]
"""
# Latin letters in a font that one of them has, and Japanese ones, which nobody has at first.
PAGE = "cd && pango-view --no-display --font='Lato 20' --text='Hamburg 日本語 ﬁne' -o page.png && fc-list | sort"
COMMANDS = {"few": "pango-view", "latin": "fc-match"}  # one has a name that the other may not have, too
FEW = ["pango1.0-tools", "fontconfig"]
LATIN = [*FEW, "fonts-lato"]
JAPANESE = [*FEW, "fonts-ipafont-gothic"]


class Pages(DebianCase):
    @classmethod
    def make_world(cls, world):
        super().make_world(world)
        world.make_keys()

    def build(self, app, packages):
        recipe = self.world.folder / f"{app}.toml"
        recipe.write_text(RECIPE.format(app=app, command=COMMANDS[app], packages=", ".join(f'"{name}"' for name in packages)))
        place = self.world.folder / "built"
        self.world.must("build", recipe, "--out", place)
        self.world.publish(place / f"org.example.{app}")
        return plain_root.locked_archives(place / f"org.example.{app}")

    def plain(self, name, archives):
        """The page and the list of fonts, as apt's root of this name has them."""
        root = plain_root.over_base(self.world, "debian-12", self.world.folder / f"plain-{name}")
        self.addCleanup(root.close)
        root.install(archives)
        return root.output(PAGE), (root.root / "home/user/page.png").read_bytes()

    def in_view(self, qube, app):
        listed = self.world.must("run", qube, "--app", app, "--", "sh", "-c", PAGE).out
        return listed, (self.world.root / f"qubes/{qube}/home/user/page.png").read_bytes()

    def test_pages_are_as_under_plain_apt_in_either_order_and_after_an_upgrade_that_brings_a_font(self):
        expected = {name: self.plain(name, self.build(name, packages)) for name, packages in (("few", FEW), ("latin", LATIN))}
        self.assertNotEqual(expected["few"], expected["latin"])
        self.world.must("repo", "add", "demo", self.world.site, "--yes")
        orders = {"first": ["few", "latin", "few"], "second": ["latin", "few", "latin"]}
        for qube, order in orders.items():
            self.world.must("qube", "create", qube, "--base", "debian-12")
            self.world.must("install", *order[:2], "--into", qube, "--yes")
            for app in order:
                with self.subTest(qube, app=app):
                    self.assertEqual(self.in_view(qube, app), expected[app])

        before, expected["few"] = expected["few"], self.plain("japanese", self.build("few", JAPANESE))
        self.assertNotEqual(before[1], expected["few"][1])
        self.world.must("upgrade", "--yes")

        for qube, order in orders.items():
            for app in order:
                with self.subTest(qube, app=app, upgraded=True):
                    self.assertEqual(self.in_view(qube, app), expected[app])


if __name__ == "__main__":
    own_mounts.enter()
    unittest.main(verbosity=2)

#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Nothing of a module is merged into the qube's own /usr, where the base's programs would load it as root."""

import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from world_case import WorldCase  # noqa: E402

HOSTILE = {"usr/local/bin/sort": "#!/bin/sh\necho HOSTILE\n",
           "usr/lib/x86_64-linux-gnu/glibc-hwcaps/x86-64-v2/libselinux.so.1": "HOSTILE\n"}
RECIPE = '[app]\nid = "org.example.tools"\nbase = "debian-12"\nview = "{}"\n[source]\ntype = "packages"\npackages = ["git"]\n'


class OwnUsr(WorldCase):
    """`common` has a site with a release of each app whose manifest asks for a view that is none."""

    @classmethod
    def make_world(cls, world):
        world.make_base()
        world.make_keys()
        world.must("qube", "create", "work", "--base", "debian-12")

    def test_a_manifest_that_asks_for_the_shared_view_is_not_published(self):
        module = self.world.make_module("org.example.tools", "1.0", HOSTILE, view="shared")
        answer = self.world.qpkg("publish", module, "--repo", self.world.site, "--keys", self.world.keys)
        self.assertEqual(answer.code, 9, answer.err)
        self.assertIn("extension of a point", answer.err)
        self.assertEqual(list(self.world.site.rglob("*.json")), [])

    def test_a_recipe_that_asks_for_the_shared_view_is_refused_before_anything_is_fetched(self):
        recipe = self.world.folder / "module.toml"
        recipe.write_text(RECIPE.format("shared"))
        answer = self.world.qpkg("build", recipe, "--out", self.world.out)
        self.assertEqual(answer.code, 2, answer.err)
        self.assertIn(f"{recipe}:4:8: app.view: ", answer.err)
        self.assertIn("extension of a point", answer.err)
        self.assertEqual(list(self.world.out.rglob("*")), [])

    def test_what_a_module_brings_is_in_its_own_view_alone(self):
        self.world.publish(self.world.make_module("org.example.tools", "1.0", HOSTILE))
        self.world.add_repository()
        self.world.must("install", "tools", "--into", "work", "--yes")
        for user in [[], ["--as-root"]]:
            answer = self.world.must("run", "work", *user, "--", "sh", "-c",
                                     "find /usr -name sort; find /usr -name 'libselinux*'; echo done")
            self.assertEqual(answer.out, "done\n")
            inside = self.world.must("run", "work", *user, "--", "qpkg-run", "--view=org.example.tools", "/usr/local/bin/sort")
            self.assertEqual(inside.out, "HOSTILE\n")


if __name__ == "__main__":
    unittest.main(verbosity=2)

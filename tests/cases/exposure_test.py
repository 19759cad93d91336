#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Where a package, a library or a file is, and who lacks a fix: before, between and after an upgrade, without a network."""

import hashlib
import pathlib
import shutil
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from world_case import WorldCase  # noqa: E402

APP = "org.example.tool"
HOLE = "CVE-2026-1234"
OF_LIBRARY = ("libthing1", "amd64", hashlib.sha256(b"libthing1").hexdigest(), "thing")


def table(version, fixes):
    """What a release says of itself: a library of the source `thing`, and what its changelog names."""
    name, arch, digest, source = OF_LIBRARY
    lines = [f"package\t{name}\t{version}\t{arch}\t{digest}\t{source}\t{version}", "gives\tlibthing.so.1\t",
             *(f"fix\t{one}\t{source}" for one in fixes)]
    return "qpkg-details\t1\n" + "".join(sorted(line + "\n" for line in lines))


class Exposure(WorldCase):
    @classmethod
    def make_world(cls, world):
        world.make_all()
        old = table("1.0-1", ["CVE-2020-0001"])
        world.publish(world.make_module(APP, "1.0", details=old))
        for qube in ("work", "personal"):
            world.must("install", "tool", "--into", qube, "--yes")

    def setUp(self):
        super().setUp()
        self.trust_own_copy()

    def publish_newer(self):
        mended = table("1.0-2", ["CVE-2020-0001", HOLE])
        self.world.publish(self.world.make_module(APP, "1.1", details=mended))

    def exposed(self, word):
        answer = self.json_of("exposure", word)
        self.assertEqual(answer["unknown"], [])
        return [(row["qube"], row["version"], row["what"], row["standing"], row["mended_by"]) for row in answer["exposed"]]

    def refused(self, word, says):
        answer = self.world.qpkg("exposure", word)
        self.assertEqual(answer.code, 3, answer.err)
        self.assertIn(says, answer.err)

    def test_a_package_is_found_by_its_name_its_source_and_its_library(self):
        for word, what in (("libthing1", "libthing1"), ("thing", "libthing1"), ("libthing.so.1", "libthing.so.1")):
            self.assertEqual(self.exposed(word), [(qube, "1.0", what, "has", "") for qube in ("personal", "work")], word)
        self.assertIn("2 qubes have libthing1.", self.world.must("exposure", "libthing1").out)
        self.refused("libthing", 'no qube has "libthing"')

    def test_a_hole_is_open_until_each_qube_has_what_mends_it(self):
        self.refused(HOLE, "no release that is known here names CVE-2026-1234")
        self.publish_newer()
        self.world.must("upgrade", "--in", "work", "--yes")

        between = [("personal", "1.0", "libthing1", "lacks", "1.1"), ("work", "1.1", "libthing1", "mended", "")]
        self.assertEqual(self.exposed(HOLE), between)
        self.assertEqual(self.exposed(HOLE.lower()), between)
        shutil.rmtree(self.world.site)  # nobody is asked
        self.assertEqual(self.exposed(HOLE), between)
        self.assertIn("1 qube has something that lacks what mends", self.world.must("exposure", HOLE).out)

        self.world.must("rollback", "work", "--yes")
        self.assertEqual([row[3] for row in self.exposed(HOLE)], ["lacks", "lacks"])

    def test_only_what_mends_something_moves_where_that_was_asked_for(self):
        self.world.publish(self.world.make_module("org.example.hello", "1.1"))
        self.world.must("install", "hello", "--into", "work", "--yes")
        self.world.publish(self.world.make_module("org.example.hello", "1.2"))
        self.assertIn("no security fix is waiting", self.world.must("upgrade", "--only-security", "--yes").out)
        self.publish_newer()

        plan = self.json_of("upgrade", "--only-security", "--dry-run")
        self.assertEqual({row["app"] for row in plan["changes"] if row["change"] != "keep"}, {APP})
        self.assertEqual(plan["mended"], [{"app": APP, "ids": [HOLE]}])
        self.world.must("upgrade", "--only-security", "--yes")
        self.assertEqual({(row["app"], row["version"]) for row in self.json_of("list")["apps"]},
                         {("org.example.hello", "1.1"), (APP, "1.1")})
        self.assertNotIn("mended", self.json_of("upgrade", "--only-security", "--dry-run"))
        self.assertEqual(self.json_of("upgrade", "--dry-run")["mended"], [])

    def test_status_tells_of_a_fix_that_is_here_and_not_installed(self):
        self.publish_newer()
        self.assertEqual(self.json_of("status")["security"], [])  # nobody has asked the repository yet
        self.world.must("upgrade", "--in", "work", "--yes")

        (row,) = self.json_of("status")["security"]
        self.assertEqual(row, {"app": APP, "qube": "personal", "from": "1.0", "to": "1.1", "ids": [HOLE]})
        self.assertIn("SECURITY FIXES WAIT FOR", self.world.must("status").out)
        self.world.must("upgrade", "--yes")
        self.assertEqual(self.json_of("status")["security"], [])

    def test_what_is_lost_keeps_nobody_from_an_upgrade(self):
        served = list((self.world.site / "details").iterdir())
        self.publish_newer()
        for file in (*(self.world.root / "objects/qpkg-details").iterdir(), *served):
            file.unlink()
        self.assertIn("mends is not known", self.world.must("upgrade", "--yes").err)
        self.assertEqual({row["version"] for row in self.json_of("list")["apps"]}, {"1.1"})

    def test_a_file_is_found_by_what_is_in_it(self):
        data = hashlib.sha256(b"tool" * 5000).hexdigest()
        self.assertEqual(self.exposed(data), [(qube, "1.0", "/usr/share/tool/data", "has", "") for qube in ("personal", "work")])

    def test_an_app_whose_table_is_lost_is_named(self):
        for file in (self.world.root / "objects/qpkg-details").iterdir():
            file.unlink()
        answer = self.json_of("exposure", "libthing1")
        self.assertEqual((answer["exposed"], answer["unknown"]), ([], ["debian-12", APP]))


if __name__ == "__main__":
    unittest.main()

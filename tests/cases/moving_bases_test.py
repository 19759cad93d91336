#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The base of a qube moves with its apps, an app that lags keeps the older one in its view, and both come back."""

import gzip
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import base_levels_test  # noqa: E402
from small_world import PASSWD  # noqa: E402

ID = base_levels_test.ID
LOOK = "#!/bin/sh\ncat /usr/share/base-version /etc/own.conf /etc/passwd /etc/machine-id /etc/hosts\n"


HOLE = "CVE-2026-1234"


def files_of_base(release, fixes=(), **changes):
    """A release of the base, which says its number in /usr and in /etc."""
    files = base_levels_test.base_files(**changes)
    if fixes:
        files["usr/share/doc/thing/changelog.Debian.gz"] = gzip.compress("\n".join(fixes).encode(), mtime=0)
    accounts = PASSWD + f"old:x:101:101:of release {release}:/:/bin/false\n"
    return {**files, "etc/passwd": accounts, "usr/share/base-version": f"base {release}\n",
            "etc/own.conf": f"conf {release}\n"}


class Moving(base_levels_test.Bases):
    @classmethod
    def make_world(cls, world):
        world.must("base", "import", world.base_archive(files=files_of_base(1)), "--id", ID, "--out", world.out)
        world.make_keys()
        world.publish(world.out / ID, cls.lagging(world, "1.0", "1.0"), cls.other(world, "1.0"))
        world.add_repository()
        world.must("qube", "create", "work", "--base", ID)
        world.must("install", "lagging", "other", "--into", "work", "--yes")

    @staticmethod
    def lagging(world, version, thing):
        """Asks for one version of a package of the base."""
        return world.make_module("org.example.lagging", version, {"usr/bin/lagging": LOOK}, base=ID,
                                 details=base_levels_test.rows(f"needs\tlagging\tthing\t=\t{thing}"))

    @staticmethod
    def other(world, version):
        return world.make_module("org.example.other", version, {"usr/bin/other": LOOK + f"echo other {version}\n"},
                                 base=ID)

    def setUp(self):
        super().setUp()
        self.trust_own_copy()

    def newer_base(self, release=2, *words, **changes):
        archive = self.world.base_archive(files=files_of_base(release, **{"version": f"1.{release}", **changes}))
        return self.world.must("base", "import", archive, "--id", ID, "--out", self.world.out, *words)

    def upgrade(self, *words, code=0):
        return self.json_of("upgrade", "--yes", *words, code=code)

    def seen_by(self, app, qube="work", **options):
        return self.world.must("run", qube, "--", app, **options).out.splitlines()

    def qube(self):
        (row,) = self.json_of("status")["qubes"]
        return row

    def volume_of(self, app):
        (row,) = [row for row in self.json_of("list")["apps"] if row["app"] == f"org.example.{app}"]
        info = (self.world.root / f"volumes/{row['volume']}.erofs").stat()
        return row["volume"], info.st_ino, info.st_mtime_ns


class Upgrades(Moving):
    def test_an_app_that_lags_keeps_its_base_in_its_view_until_its_rebuild_joins(self):
        before = self.volume_of("other")
        self.newer_base()

        document = self.upgrade()

        self.assertEqual([(row["base"], row["from"], row["to"]) for row in document["bases"]], [(ID, 1, 2)])
        (kept,) = document["kept_bases"]
        self.assertEqual((kept["app"], kept["keeps"]), ("org.example.lagging", "tiny r1"))
        self.assertIn("thing: = 1.0 by lagging needed, there is 1.2", kept["why"])
        self.assertEqual(self.volume_of("other"), before)
        self.assertEqual(self.qube()["base_release"], "r2")
        lagging, other = self.seen_by("lagging"), self.seen_by("other")
        self.assertEqual((lagging[:2], other[:2]), (["base 1", "conf 1"], ["base 2", "conf 2"]))
        self.assertEqual(lagging[2:], other[2:-1])  # accounts, machine id and hosts are the qube's
        self.assertIn("old:x:101:101:of release 2:/:/bin/false", lagging)
        (row,) = [row for row in self.json_of("list")["apps"] if row["keeps"]]
        self.assertEqual((row["app"], row["keeps"]), ("org.example.lagging", "tiny r1"))
        self.assertEqual(self.upgrade()["changed"], False)

        self.world.must("gc", "--keep", "0", "--yes")
        self.assertEqual(self.seen_by("lagging")[0], "base 1")
        self.world.must("verify")

        self.world.publish(self.lagging(self.world, "1.1", "1.2"))
        document = self.upgrade()
        self.assertEqual((document["kept_bases"], document["bases"]), ([], []))
        self.assertEqual(self.seen_by("lagging")[0], "base 2")
        self.world.must("gc", "--keep", "0", "--yes")
        self.assertEqual([row["number"] for row in self.json_of("base", "list")["bases"]], [2])

    def test_a_rollback_brings_base_and_apps_back(self):
        self.newer_base()
        self.world.publish(self.other(self.world, "2.0"))
        self.upgrade()
        self.assertEqual((self.seen_by("other")[0], self.seen_by("other")[-1]), ("base 2", "other 2.0"))
        self.assertIn(f"~ base {ID} r1 → r2", self.json_of("history", "work")["generations"][-1]["changes"])
        (difference,) = self.json_of("diff", "work")["bases"]
        self.assertEqual((difference["from"], difference["to"]), ("r1", "r2"))

        document = self.json_of("rollback", "work", "--yes")

        self.assertEqual([row["change"] for row in document["bases"]], ["downgrade"])
        self.assertEqual((self.seen_by("other")[0], self.seen_by("other")[-1]), ("base 1", "other 1.0"))
        self.assertEqual(self.seen_by("lagging")[0], "base 1")

    def test_of_a_running_qube_what_fits_is_live_at_once_and_the_rest_waits(self):
        self.world.must("qube", "start", "work")
        self.addCleanup(self.world.qpkg, "qube", "stop", "work")
        self.newer_base()
        self.world.publish(self.other(self.world, "2.0"), self.lagging(self.world, "1.1", "1.2"))

        document = self.upgrade()

        self.assertEqual(document["steps"], 2)
        self.assertEqual([row["waiting"] for row in document["qubes"]], [True])
        self.assertEqual((self.seen_by("other")[0], self.seen_by("other")[-1]), ("base 1", "other 2.0"))
        self.assertEqual(self.seen_by("lagging")[0], "base 1")
        self.assertEqual((self.qube()["waiting"], self.qube()["generation"]), (True, 3))
        self.assertIn("another base from its next start on", self.world.must("status").out)

        self.world.must("qube", "stop", "work")
        self.assertEqual((self.seen_by("other")[0], self.seen_by("other")[-1]), ("base 2", "other 2.0"))
        self.assertEqual(self.seen_by("lagging")[0], "base 2")
        self.assertFalse(self.qube()["waiting"])

    def test_a_base_stays_where_it_is_held_or_for_an_app_that_shall_not_keep_it(self):
        self.newer_base()
        document = self.upgrade("--hold-base-for", "lagging")
        self.assertEqual([(row["base"], row["qube"]) for row in document["base_stays"]], [(ID, "work")])
        self.assertEqual(self.qube()["base_release"], "r1")

        self.world.must("hold", "--base", "--in", "work")
        self.assertEqual(self.upgrade()["changed"], False)
        self.world.must("unhold", "--base", "--in", "work")
        self.assertEqual(len(self.upgrade()["bases"]), 1)
        self.fails(self.world.qpkg("hold", "--in", "work"), 2, "name either apps, or with --base")
        self.fails(self.world.qpkg("hold", "other", "--base", "--in", "work"), 2, "name either apps, or with --base")

    def test_for_security_alone_a_base_moves_that_mends_something_and_brings_what_fits_it(self):
        self.newer_base()
        self.world.publish(self.lagging(self.world, "1.1", "1.3"), self.other(self.world, "2.0"))
        self.assertEqual(self.upgrade("--only-security")["changed"], False)
        self.assertEqual(self.json_of("status")["security"], [])
        self.newer_base(3, fixes=[HOLE])

        (row,) = self.json_of("status")["security"]
        self.assertEqual(row, {"app": ID, "qube": "work", "from": "r1", "to": "r3", "ids": [HOLE]})
        document = self.upgrade("--only-security")

        self.assertEqual(document["mended"], [{"app": ID, "ids": [HOLE]}])
        self.assertEqual((document["kept_bases"], self.qube()["base_release"]), ([], "r3"))
        self.assertEqual({(row["app"], row["version"]) for row in self.json_of("list")["apps"]},
                         {("org.example.lagging", "1.1"), ("org.example.other", "1.0")})
        self.assertEqual(self.json_of("status")["security"], [])

    def test_what_is_not_taken_is_said_and_changes_nothing(self):
        self.newer_base(2, "--level", "2")
        self.world.publish(self.world.out / ID)
        before = self.json_of("history", "work")
        document = self.upgrade()
        self.assertEqual((document["changed"], document["bases"]), (False, []))
        self.assertIn("newer releases are of level 2 alone", document["base_stays"][0]["why"])
        self.assertEqual(self.json_of("history", "work"), before)


class Elsewhere(Moving):
    """A machine that has its base from the repository alone."""

    def setUp(self):
        super().setUp()
        self.publisher, self.world.root = self.world.root, self.world.folder / "elsewhere"
        self.world.add_repository()

    def newer_base(self, *words, **changes):
        here, self.world.root = self.world.root, self.publisher
        super().newer_base(*words, **changes)
        self.world.root = here

    def make_qube(self):
        self.world.must("qube", "create", "work", "--base", "tiny", "--yes")
        self.world.must("install", "other", "lagging", "--into", "work", "--yes")

    def test_a_base_comes_from_its_repository_and_moves_with_it(self):
        self.make_qube()
        self.assertEqual(self.seen_by("lagging")[0], "base 1")
        self.newer_base()
        self.world.publish(self.world.out / ID)

        document = self.upgrade()

        self.assertEqual([(row["from"], row["to"]) for row in document["bases"]], [(1, 2)])
        self.assertEqual((self.seen_by("lagging")[0], self.seen_by("other")[0]), ("base 1", "base 2"))
        self.world.must("verify")
        self.world.must("publish", "--withdraw", ID, "--repo", self.world.site, "--keys", self.world.keys)
        self.world.qpkg("search")
        self.assertEqual([(row["app"], row["qube"]) for row in self.json_of("status")["withdrawn"]], [(ID, "work")])
        self.assertEqual(self.upgrade()["changed"], False)
        self.assertEqual(self.seen_by("other")[0], "base 2")

    def test_another_base_under_the_same_id_is_not_taken(self):
        archive = self.world.base_archive(files=files_of_base(7))
        self.world.must("base", "import", archive, "--id", ID)
        self.world.must("qube", "create", "work", "--base", ID)
        before = self.json_of("history", "work")

        self.fails(self.world.qpkg("upgrade", "--yes"), 4, f"cannot upgrade {ID}: repository demo offers another base "
                   "under the id of tiny r1, which was made here")

        self.assertEqual(self.json_of("history", "work"), before)

    def test_a_base_that_nobody_offers_is_named(self):
        self.fails(self.world.qpkg("qube", "create", "work", "--base", "huge", "--yes"), 3, "there is no base huge here")
        self.assertFalse((self.world.root / "qubes/work").exists())


if __name__ == "__main__":
    unittest.main()

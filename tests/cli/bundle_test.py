#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Bundles from outside: from a repository to a machine that has never seen a network."""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import unittest

import jsonschema

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))
from far_machine import FarMachine  # noqa: E402
from faked_time import require_faketime  # noqa: E402
from world_case import PROGRAMS, WorldCase, check_schema  # noqa: E402

SCHEMAS = HERE.parent.parent / "schemas"


class Bundles(WorldCase):
    """Each test has its own copy of a world and of a far machine that trusts it."""

    @classmethod
    def make_world(cls, world):
        world.make_all()
        world.must("bundle", "create", "--repo", world.site, "--out", world.folder / "first.qpkgb")
        FarMachine(world).trust(world.folder / "first.qpkgb")

    def setUp(self):
        super().setUp()
        self.first = self.world.folder / "first.qpkgb"
        self.far = FarMachine.in_copy(self.world)

    def create(self, name, *words):
        out = self.world.folder / name
        self.created = check_schema(
            self.world.must("bundle", "create", *words, "--repo", self.world.site, "--out", out, "--json").json)
        return out

    def imports(self, bundle, *words, code=0):
        answer = self.far.try_qpkg("bundle", "import", bundle, *words, "--json")
        self.assertEqual(answer.code, code, answer.err)
        return check_schema(answer.json)

    def publish_next(self, version="2.0", app="org.example.hello"):
        self.world.publish(self.world.make_module(app, version))

    def withdraw(self, release):
        self.world.must("publish", "--withdraw", release, "--repo", self.world.site, "--keys", self.world.keys)

    def says(self, *words):
        return self.far.qpkg("run", "q", "--", *words).out.strip()

    def arrivals(self, document):
        return {f'{release["app"].rsplit(".")[-1]} {release["version"]}': release["arrival"]
                for release in document.get("releases", [])}

    # The whole way

    def test_a_machine_without_a_network_installs_from_a_bundle_and_nothing_else(self):
        shutil.move(self.world.site, self.world.folder / "gone")
        document = self.imports(self.first)
        self.assertEqual(self.arrivals(document), {"hello 1.0": "imported", "other 1.0": "imported"})
        self.first.unlink()
        self.far.qpkg("install", "hello", "--into", "q", "--yes")
        self.assertEqual(self.says("hello"), "hello 1.0")
        self.far.qpkg("verify")

    def test_a_bundle_cut_to_an_inventory_holds_only_what_is_missing(self):
        self.imports(self.first)
        self.far.qpkg("install", "hello", "--into", "q", "--yes")
        inventory = self.far.inventory(self.world.folder / "far.json")
        rules = json.loads((SCHEMAS / "inventory.schema.json").read_text())
        document = json.loads(inventory.read_text())
        jsonschema.Draft202012Validator(rules).validate(document)
        self.assertEqual(json.dumps(document, separators=(",", ":"), sort_keys=True), inventory.read_text())
        self.publish_next()
        cut = self.create("cut.qpkgb", "--for", inventory)
        self.assertEqual([(line["app"], line["version"]) for line in self.created["releases"]],
                         [("org.example.hello", "2.0")])
        counts = {row["type"]: row["count"] for row in
                  check_schema(self.world.must("bundle", "inspect", cut, "--json").json)["sections"]}
        self.assertEqual(counts["file"], 1, "one script changed")
        self.assertNotIn("root", counts)
        self.imports(cut)
        self.far.qpkg("upgrade", "--yes")
        self.assertEqual(self.says("hello"), "hello 2.0")
        whole = self.create("whole.qpkgb", "hello")
        self.assertGreater(whole.stat().st_size, 3 * cut.stat().st_size)

    def test_a_bundle_for_another_machine_says_what_it_lacks(self):
        self.imports(self.first)
        inventory = self.far.inventory(self.world.folder / "far.json")
        self.publish_next()
        cut = self.create("cut.qpkgb", "hello", "--for", inventory)
        empty = FarMachine(self.world, "empty")
        empty.trust(self.first)
        answer = empty.try_qpkg("import", cut)
        self.assertEqual(answer.code, 3, answer.err)
        self.assertIn("qpkg inventory export", answer.err)

    def test_the_same_input_gives_the_same_bytes_as_file_and_as_stream(self):
        again = self.create("again.qpkgb")
        self.assertEqual(again.read_bytes(), self.first.read_bytes())
        sent = subprocess.run([PROGRAMS / "qpkg", "bundle", "send", "--repo", self.world.site, "--root",
                               self.world.root], check=True, capture_output=True).stdout
        self.assertEqual(sent, self.first.read_bytes())
        received = self.far.receive(sent)
        self.assertEqual(received.returncode, 0, received.stderr)
        self.far.qpkg("install", "other", "--into", "q", "--yes")
        self.assertEqual(self.says("other"), "other 1.0")

    def test_nothing_to_do_is_said_so(self):
        self.imports(self.first)
        before = self.far.state()
        self.assertFalse(self.imports(self.first)["changed"])
        self.imports(self.first, "--unchanged-exit-77", code=77)
        self.assertIn("already current", self.far.qpkg("import", self.first).out)
        self.assertEqual(self.far.state(), before)

    # Old, withdrawn, expired, rotated

    def test_an_older_bundle_takes_nothing_back_and_still_gives_what_is_listed(self):
        self.publish_next()
        newer = self.create("newer.qpkgb", "--metadata-only")
        self.imports(newer)
        index = self.imports(newer)["index"]
        document = self.imports(self.first)
        self.assertTrue(document["older"])
        self.assertEqual(document["index"], index)
        self.assertEqual(self.arrivals(document), {"hello 1.0": "imported", "other 1.0": "imported"})

    def test_a_withdrawn_release_in_an_older_bundle_is_named_and_not_taken(self):
        self.withdraw("org.example.hello")
        self.imports(self.create("news.qpkgb", "--metadata-only"))
        document = self.imports(self.first)
        self.assertEqual(self.arrivals(document), {"hello 1.0": "withdrawn", "other 1.0": "imported"})
        answer = self.far.try_qpkg("install", "hello", "--into", "q", "--yes")
        self.assertEqual(answer.code, 3, answer.err)

    def test_an_installed_app_that_was_withdrawn_runs_on_and_status_says_so(self):
        self.imports(self.first)
        self.far.qpkg("install", "hello", "--into", "q", "--yes")
        self.withdraw("org.example.hello")
        self.imports(self.create("news.qpkgb", "--metadata-only"))
        self.assertEqual(self.says("hello"), "hello 1.0")
        withdrawn = self.far.qpkg("status", "--json").json["withdrawn"]
        self.assertEqual([app["app"] for app in withdrawn], ["org.example.hello"])

    def test_releases_of_a_stale_bundle_are_refused_unless_asked_for(self):
        later = {"LD_PRELOAD": require_faketime(), "FAKETIME": "+60d"}
        answer = self.far.try_qpkg("import", self.first, **later)
        self.assertEqual(answer.code, 5, answer.err)
        self.assertIn("expired", answer.err)
        self.far.qpkg("import", self.first, "--accept-stale", **later)
        refused = self.far.try_qpkg("install", "hello", "--into", "q", "--yes", **later)
        self.assertEqual(refused.code, 5, refused.err)
        self.far.qpkg("install", "hello", "--into", "q", "--yes", "--accept-stale", **later)
        self.assertEqual(self.says("hello"), "hello 1.0")

    def test_what_was_imported_in_time_is_not_installed_after_it_expired_but_what_is_installed_runs(self):
        self.imports(self.first)
        self.far.qpkg("install", "other", "--into", "q", "--yes")
        later = {"LD_PRELOAD": require_faketime(), "FAKETIME": "+60d"}
        answer = self.far.try_qpkg("install", "hello", "--into", "q", "--yes", **later)
        self.assertEqual(answer.code, 5, answer.err)
        self.assertEqual(self.far.qpkg("run", "q", "--", "other").out.strip(), "other 1.0")
        self.far.qpkg("rollback", "q", "--yes", **later)

    def test_metadata_only_is_small_and_brings_no_release(self):
        news = self.create("news.qpkgb", "--metadata-only")
        self.assertLess(news.stat().st_size, 20000)
        self.assertEqual(self.arrivals(self.imports(news)), {})

    # Whom it belongs to

    def test_a_bundle_of_a_repository_that_is_not_trusted_is_refused_with_its_fingerprint(self):
        stranger = FarMachine(self.world, "stranger")
        before = stranger.state()
        answer = stranger.try_qpkg("import", self.first)
        self.assertEqual(answer.code, 3, answer.err)
        self.assertIn("repo add", answer.err)
        self.assertEqual(stranger.state(), before)

    def test_an_inventory_of_a_machine_that_does_not_trust_the_repository_is_refused(self):
        stranger = FarMachine(self.world, "stranger")
        inventory = stranger.inventory(self.world.folder / "stranger.json")
        answer = self.world.qpkg("bundle", "create", "--repo", self.world.site, "--for", inventory, "--out",
                                 self.world.folder / "b.qpkgb")
        self.assertEqual(answer.code, 3, answer.err)
        self.assertFalse((self.world.folder / "b.qpkgb").exists())

    def test_what_is_not_offered_makes_no_bundle(self):
        answer = self.world.qpkg("bundle", "create", "helo", "--repo", self.world.site, "--out",
                                 self.world.folder / "b.qpkgb")
        self.assertEqual(answer.code, 3, answer.err)
        self.assertIn("hello", answer.err)


if __name__ == "__main__":
    os.environ.setdefault("LC_ALL", "C.UTF-8")
    unittest.main()

#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a release says of itself travels with it, stays as long as its record, and is believed by its hash alone."""

import hashlib
import json
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from world_case import WorldCase  # noqa: E402


class Details(WorldCase):
    @classmethod
    def make_world(cls, world):
        world.make_all()

    def setUp(self):
        super().setUp()
        self.trust_own_copy()
        self.of_base = {file.name for file in (self.world.root / "objects/qpkg-details").iterdir()}

    def install(self):
        self.world.must("install", "hello", "--into", "work", "--yes")

    def kept(self, root=None):
        """Those of releases of apps."""
        folder = (root or self.world.root) / "objects/qpkg-details"
        return sorted(file for file in folder.iterdir() if file.name not in self.of_base)

    def served(self, table="details"):
        """The file of hello's table in the repository."""
        for manifest in self.world.site.glob("targets/org.example/hello/*/*.json"):
            return self.world.site / table / (json.loads(manifest.read_text())[table]["packed_sha256"] + ".zst")

    def fails(self, code, *words, says):
        answer = self.world.qpkg(*words)
        self.assertEqual(answer.code, code, answer.err)
        self.assertIn(says, answer.err)

    def test_they_come_with_an_app_and_say_which_packages_it_has(self):
        self.assertEqual(self.json_of("info", "hello")["packages"], 1)
        self.assertEqual(self.kept(), [])
        self.install()

        (file,) = self.kept()
        self.assertEqual(hashlib.sha256(file.read_bytes()).hexdigest(), file.name)
        self.assertTrue(file.read_text().startswith("qpkg-details\t1\npackage\thello\t1.0\tamd64\t"))
        self.assertEqual(self.json_of("why", "hello")["reasons"][0]["package"], "hello")
        self.assertIn("details", {row["kind"] for row in self.json_of("verify")["checked"]})

    def test_they_go_with_the_last_record_that_names_them(self):
        self.install()
        self.world.must("remove", "hello", "--from", "work", "--yes")
        self.world.must("gc", "--keep", "1", "--yes")
        self.assertEqual(len(self.kept()), 1)

        self.world.must("gc", "--keep", "0", "--yes")

        self.assertEqual(self.kept(), [])

    def test_damage_is_found_and_mended(self):
        self.install()
        (file,) = self.kept()
        whole = file.read_bytes()
        for damaged in (whole.replace(b"hello", b"jello"), b"", None):
            file.unlink()
            if damaged is not None:
                file.write_bytes(damaged)
            self.fails(6, "verify", says="")
            self.fails(3 if damaged is None else 6, "diff", "work", says="hint: get them")
            self.assertIn("its packages are not known", self.world.qpkg("why", "nothing-at-all").err)

            self.world.must("restore", "--yes")

            self.assertEqual(file.read_bytes(), whole)
            self.world.must("verify")

    def test_what_cannot_be_had_again_keeps_nothing_else_from_being_made(self):
        self.install()
        (file,) = self.kept()
        file.unlink()
        for volume in (self.world.root / "volumes").glob("*"):
            volume.unlink()
        self.served().unlink()

        self.fails(10, "restore", "--yes", says="details")

        self.assertEqual(self.world.must("run", "work", "--", "hello").out, "hello 1.0\n")

    def test_what_is_not_as_signed_stops_an_install_before_it_changes_anything(self):
        packed = self.served()
        whole = packed.read_bytes()
        for changed, code in ((whole[:-1] + bytes([whole[-1] ^ 1]), 6), (whole[:-1], 6), (whole + b"x", 7), (None, 3)):
            packed.unlink()
            if changed is not None:
                packed.write_bytes(changed)

            self.fails(code, "install", "hello", "--into", "work", "--yes", says="details")

            self.assertEqual(self.json_of("list")["apps"], [])
            self.assertEqual(self.kept(), [])
            packed.write_bytes(whole)
        self.install()

    def test_a_bundle_has_them_raw(self):
        bundle = self.world.folder / "all.bundle"
        self.world.must("bundle", "create", "hello", "--repo", self.world.site, "--out", bundle)
        other = self.world.folder / "other"
        self.world.must("base", "import", self.world.base_archive(), "--id", "debian-12", root=other)
        fingerprint = self.json_of("repo", "list")["repositories"][0]["fingerprint"]
        self.world.must("repo", "add", "demo", bundle, "--fingerprint", fingerprint, "--yes", root=other)

        self.world.must("import", bundle, root=other)

        (file,) = self.kept(other)
        self.assertIn(file.read_bytes(), bundle.read_bytes())
        self.assertIn("details", self.world.must("bundle", "inspect", bundle).out)
        file.unlink()
        self.assertIn("org.example.hello", self.world.must("import", bundle, root=other).out)
        self.assertEqual(self.kept(other), [file])

    def test_a_mirror_hands_them_on_and_says_when_it_cannot(self):
        mirror = self.world.folder / "mirror"
        self.world.must("mirror", "sync", self.world.site, "--to", mirror)
        for table in ("details", "owners"):
            copy = mirror / self.served(table).relative_to(self.world.site)
            self.assertEqual(copy.read_bytes(), self.served(table).read_bytes())
            copy.write_bytes(b"x")
            self.fails(6, "mirror", "verify", mirror, says="")
            self.world.must("mirror", "sync", self.world.site, "--to", mirror)
            self.world.must("mirror", "verify", mirror)
        self.served("owners").write_bytes(b"x")
        self.fails(6, "mirror", "sync", self.world.site, "--to", self.world.folder / "fresh", says="owners/")

    def test_a_module_whose_tables_were_changed_is_not_published(self):
        for table in ("details.zst", "owners.zst"):
            module = self.world.make_module("org.example.hello", "2.0")
            (module / table).write_bytes(b"x")

            self.fails(6, "publish", module, "--repo", self.world.site, "--keys", self.world.keys, says=table)


if __name__ == "__main__":
    unittest.main()

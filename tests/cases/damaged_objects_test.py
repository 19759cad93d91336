#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What changed on the disk never gets into a volume that is bound, and comes back; junk is neither kept nor handed on."""

import json
import pathlib
import shutil
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))
from world_case import WorldCase  # noqa: E402

OTHER = b"other" * 5000
JUNK = b"JUNKJUNK" * 100


CATS = {"usr/bin/other": "#!/bin/sh\ncat /usr/share/other/data\n"}


class DamagedObjects(WorldCase):
    @classmethod
    def make_world(cls, world):
        world.make_base()
        world.make_keys()
        world.publish(world.make_module("org.example.hello", "1.0"),
                      world.make_module("org.example.other", "1.0", CATS))
        world.add_repository()
        world.must("qube", "create", "work", "--base", "debian-12")
        world.must("qube", "create", "personal", "--base", "debian-12")

    def setUp(self):
        super().setUp()
        self.trust_own_copy()

    def object_of(self, content):
        return next(path for path in (self.world.root / "objects/objects").rglob("*.file")
                    if path.read_bytes() == content)

    def damage(self, path, at=100):
        data = bytearray(path.read_bytes())
        data[at] ^= 0xFF
        path.write_bytes(bytes(data))

    def data_in(self, qube):
        return self.world.must("run", qube, "--", "other").out.encode()

    def other_with_damaged_object(self):
        """1.0 is installed, 2.0 shares an object with it, and that one has changed on the disk."""
        self.world.must("install", "other", "--into", "personal", "--yes")
        self.world.publish(self.world.make_module("org.example.other", "2.0", {**CATS, "usr/share/other/news": "2.0"}))
        place = self.object_of(OTHER)
        self.damage(place)
        return place

    def test_an_upgrade_fetches_a_damaged_object_again(self):
        place = self.other_with_damaged_object()
        answer = self.world.must("upgrade", "--yes")
        self.assertIn("fetched again", answer.err)
        self.assertEqual(self.data_in("personal"), OTHER)
        self.assertEqual(place.read_bytes(), OTHER)
        self.world.must("verify")

    def test_without_its_repository_an_upgrade_binds_no_wrong_bytes(self):
        """The new release comes in a bundle without the object that is here; the repository itself is gone."""
        self.other_with_damaged_object()
        inventory, bundle = self.world.folder / "i.json", self.world.folder / "b.qpkgb"
        self.world.must("inventory", "export", "--out", inventory)
        self.world.must("bundle", "create", "--repo", self.world.site, "--for", inventory, "--out", bundle)
        self.world.must("import", bundle)
        shutil.rmtree(self.world.site)
        answer = self.world.qpkg("upgrade", "--yes", "--offline")
        self.assertEqual(answer.code, 6, answer.err)
        self.assertEqual(self.world.must("list", "--json").json["apps"][0]["version"], "1.0")
        self.assertEqual(self.data_in("personal"), OTHER)
        self.assertEqual(len(list((self.world.root / "volumes").glob("*.erofs"))), 2)  # the base and 1.0

    def test_restore_brings_a_damaged_object_and_a_damaged_volume_again(self):
        self.world.must("install", "other", "--into", "personal", "--yes")
        self.damage(self.object_of(OTHER))
        volume = self.world.must("list", "--json").json["apps"][0]["volume"]
        self.damage(self.world.root / "volumes" / f"{volume}.erofs", 5000)
        self.assertEqual(self.world.qpkg("verify").code, 6)
        dry = self.json_of("restore", "--dry-run")
        self.assertEqual((dry["damaged_commits"], dry["damaged_volumes"]), (1, 1))
        self.assertEqual(self.world.qpkg("verify").code, 6)
        self.world.must("restore", "--yes")
        self.world.must("verify")
        self.assertEqual(self.data_in("personal"), OTHER)

    def test_restore_goes_on_where_one_thing_cannot_be_had_again(self):
        self.world.must("install", "other", "hello", "--into", "personal", "--yes")
        lost, hello = self.object_of(OTHER), self.object_of(b"#!/bin/sh\necho hello 1.0\n")
        for path in lost, hello:
            self.damage(path, 3)
        (self.world.site / "ostree/objects" / lost.parent.name / f"{lost.stem}.filez").unlink()
        apps = self.world.must("list", "--json").json["apps"]
        volume = next(app["volume"] for app in apps if app["app"] == "org.example.other")
        (self.world.root / f"volumes/{volume}.erofs").unlink()  # the last copy of its files
        answer = self.world.qpkg("restore", "--yes")
        self.assertEqual(answer.code, 10, answer.out)
        self.assertIn("other 1.0", answer.err)
        self.assertEqual(hello.read_bytes(), b"#!/bin/sh\necho hello 1.0\n")
        self.assertFalse(lost.exists())

    def test_a_damaged_directory_heals_at_the_next_install(self):
        self.world.must("install", "other", "--into", "personal", "--yes")
        self.world.publish(self.world.make_module("org.example.other", "2.0", {**CATS, "usr/share/other/news": "2.0"}))
        for tree in (self.world.root / "objects/objects").rglob("*.dirtree"):
            if b"data" in tree.read_bytes():
                self.damage(tree, 3)
        self.world.must("upgrade", "--yes")
        self.assertEqual(self.data_in("personal"), OTHER)

    def test_a_composed_volume_is_not_made_of_damaged_objects(self):
        """Nobody has signed its root, and a small file is part of the metadata that it is computed from."""
        self.world.must("install", "other", "hello", "--into", "personal", "--yes")
        script = b"#!/bin/sh\ncat /usr/share/other/data\n"
        self.damage(self.object_of(script), 3)
        answer = self.world.qpkg("qube", "set", "personal", "--layout", "composed", "--yes")
        self.assertEqual(answer.code, 6, answer.out)
        self.assertEqual(self.data_in("personal"), OTHER)

    def test_a_base_that_is_imported_again_repairs_its_objects(self):
        self.damage(self.object_of((self.world.folder / "base-tree/etc/passwd").read_bytes()), 3)
        volume = next((self.world.root / "volumes").glob("*.erofs"))
        volume.unlink()
        self.world.make_base()
        self.assertTrue(volume.exists())
        self.world.must("verify")

    def test_a_commit_without_what_it_needs_heals_at_the_next_try(self):
        manifest = json.loads(next((self.world.site / "targets/org.example/hello/x86_64").glob("*.json")).read_bytes())
        commit = manifest["ostree"]["commit"]
        place = self.world.root / "objects/objects" / commit[:2]
        place.mkdir(exist_ok=True)
        shutil.copy(self.world.site / "ostree/objects" / commit[:2] / f"{commit[2:]}.commit", place)
        self.world.must("install", "hello", "--into", "work", "--yes")
        self.assertEqual(self.world.must("run", "work", "--", "hello").out, "hello 1.0\n")
        self.world.must("verify")

    def test_a_missing_file_of_a_commit_is_brought_by_restore(self):
        self.world.must("install", "other", "--into", "personal", "--yes")
        self.object_of(OTHER).unlink()
        self.world.must("restore", "--yes")
        self.assertEqual(self.object_of(OTHER).read_bytes(), OTHER)
        self.world.must("verify")


class JunkSignatures(WorldCase):
    """Detached metadata of a commit that holds no signatures of OSTree's."""

    def setUp(self):
        super().setUp()
        self.trust_own_copy()
        manifest = json.loads(next((self.world.site / "targets/org.example/hello/x86_64").glob("*.json")).read_bytes())
        commit = manifest["ostree"]["commit"]
        self.name = f"{commit[:2]}/{commit[2:]}.commitmeta"

    def each_junk(self):
        for junk in (JUNK, b"\0" * 8, b"junk", b"x"):
            (self.world.site / "ostree/objects" / self.name).write_bytes(junk)
            yield junk

    def test_no_bundle_carries_it(self):
        for junk in self.each_junk():
            bundle = self.world.folder / f"{len(junk)}.qpkgb"
            self.world.must("bundle", "create", "--repo", self.world.site, "--out", bundle)
            if len(junk) > 8:
                self.assertNotIn(junk, bundle.read_bytes())
            inspected = self.world.must("bundle", "inspect", bundle, "--json").json
            self.assertTrue(inspected["ok"])

    def test_no_mirror_hands_it_on(self):
        for junk in self.each_junk():
            mirror = self.world.folder / f"mirror{len(junk)}"
            self.world.must("mirror", "sync", self.world.site, "--to", mirror)
            self.assertFalse((mirror / "ostree/objects" / self.name).exists(), junk)

    def test_no_store_keeps_it(self):
        for junk in self.each_junk():
            self.world.must("install", "hello", "--into", "work", "--yes")
            self.assertFalse((self.world.root / "objects/objects" / self.name).exists(), junk)
            self.world.must("remove", "hello", "--from", "work", "--yes")
            self.world.must("gc", "--keep", "0", "--yes")

    def test_signatures_are_kept_and_handed_on(self):
        """What shows that the others look at the right file."""
        mirror = self.world.folder / "mirror"
        self.world.must("mirror", "sync", self.world.site, "--to", mirror)
        self.assertTrue((mirror / "ostree/objects" / self.name).exists())
        self.world.must("install", "hello", "--into", "work", "--yes")
        self.assertTrue((self.world.root / "objects/objects" / self.name).exists())


if __name__ == "__main__":
    unittest.main()

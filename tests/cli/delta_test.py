#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Static deltas from publishing to upgrading, from outside."""

import hashlib
import json
import os
import pathlib
import random
import shutil
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))
from small_world import SmallWorld  # noqa: E402
from world_case import PROGRAMS, WorldCase, check_schema  # noqa: E402

HELLO = "org.example.hello"


def noise(seed, size):
    return random.Random(seed).randbytes(size // 2).hex()


def library(version):
    """A large file of which a new version changes little, and one that is new."""
    text = noise(1, 400_000)
    return {"usr/lib/large": text[:200_000] + version + text[200_000:], "usr/share/changed/new": f"only in {version}\n"}


class Deltas(WorldCase):
    copied = ("root", "keys", "site")

    @classmethod
    def make_world(cls, world):
        world.make_base()
        world.make_keys()
        cls.modules = [world.make_module(HELLO, version, library(version), out=world.folder / version)
                       for version in ["1.0", "1.1", "1.2", "1.3"]]
        world.publish(cls.modules[0])
        shutil.copytree(world.site, world.folder / "first-site")
        cls.first_objects = {path.name for path in (world.site / "ostree/objects").rglob("*.*")}
        world.add_repository()
        world.must("qube", "create", "work", "--base", "debian-12")
        world.must("install", "hello", "--into", "work", "--yes")
        world.publish(cls.modules[1])

    def setUp(self):
        """A copy of a world with 1.0 installed and 1.1 published."""
        super().setUp()
        self.trust_own_copy()

    def manifest(self, sequence):
        path, = self.world.site.glob(f"targets/org.example/hello/*/*.stable-{sequence}.json")
        return json.loads(path.read_text())

    def delta_files(self):
        return [path for path in (self.world.site / "ostree/deltas").rglob("*") if path.is_file()]

    def upgrade(self, *words, code=0):
        answer = self.world.qpkg("upgrade", "--in", "work", "--yes", "--json", *words)
        self.assertEqual(answer.code, code, answer.err)
        return check_schema(answer.json), answer.err

    def lose_objects(self):
        """From now on the repository can serve deltas only."""
        for path in (self.world.site / "ostree/objects").rglob("*.*"):
            path.unlink()

    def test_the_manifest_pins_the_delta_and_says_what_it_saves(self):
        rows = self.manifest(2)["deltas"]
        self.assertEqual(len(rows), 1)
        start, superblock, size, objects, content = rows[0]
        self.assertEqual(start, self.manifest(1)["ostree"]["commit"])
        pinned = next(path for path in self.delta_files() if path.name == "superblock")
        self.assertEqual(hashlib.sha256(pinned.read_bytes()).hexdigest(), superblock)
        self.assertEqual(sum(path.stat().st_size for path in self.delta_files()), size)
        self.assertLess(size, objects / 10)
        self.assertGreater(content, 400_000)

    def fetched_size(self):
        """The delta makes the objects, the details come beside it."""
        manifest = self.manifest(2)
        return manifest["deltas"][0][2] + manifest["details"]["packed_size"]

    def test_an_upgrade_takes_the_delta_alone_and_its_plan_said_the_size(self):
        planned, _ = self.upgrade("--dry-run")
        self.lose_objects()
        done, _ = self.upgrade()
        size = self.fetched_size()
        self.assertEqual([(row["download"], row["download_exact"]) for row in planned["changes"]], [(size, True)])
        self.assertEqual(done["fetched_bytes"], size)
        self.world.must("verify")
        self.assertEqual(list((self.world.root / "fetch").iterdir()), [])

    def test_a_mirror_hands_deltas_and_inputs_on(self):
        mirror = self.world.folder / "mirror"
        self.world.must("mirror", "sync", self.world.site, "--to", mirror)
        for folder in ["ostree/deltas", "inputs"]:
            files = [path.relative_to(self.world.site) for path in (self.world.site / folder).rglob("*") if path.is_file()]
            self.assertNotEqual(files, [])
            for file in files:
                self.assertEqual((mirror / file).read_bytes(), (self.world.site / file).read_bytes())
                self.assertEqual((mirror / file).stat().st_mode & 0o444, 0o444, "to be served")
        shutil.rmtree(self.world.site)
        mirror.rename(self.world.site)
        self.lose_objects()
        done, _ = self.upgrade()
        self.assertEqual(done["fetched_bytes"], self.fetched_size())

    def test_a_mirror_takes_the_delta_instead_of_the_objects_and_has_the_same_files(self):
        def files(site):
            return {path.relative_to(site): path.read_bytes() for path in site.rglob("*")
                    if path.is_file() and path.relative_to(site).parts[0] not in (".publish",)}

        mirror = self.world.folder / "mirror"
        whole = files(self.world.site)
        for path in (self.world.site / "ostree/objects").rglob("*.*"):
            if path.name not in self.first_objects and path.suffix != ".commitmeta":
                path.unlink()  # 1.1 can be had by its delta only
        answer = self.world.must("mirror", "sync", self.world.site, "--to", mirror, "--json")
        self.assertNotIn("one by one", answer.err)
        self.assertLess(answer.json["fetched_bytes"], self.objects_size(self.first_objects) + 60_000)
        made = files(mirror)
        for path, content in whole.items():
            if path.parts[:2] in (("ostree", "objects"), ("ostree", "deltas")):
                self.assertEqual(made[path], content, path)
        self.world.must("mirror", "verify", mirror)
        self.assertEqual([path.name for path in (mirror / "ostree/tmp").iterdir() if path.name.startswith("apply-")], [])

    def objects_size(self, names):
        return sum(path.stat().st_size for path in (self.world.site / "ostree/objects").rglob("*.*") if path.name in names)

    def test_a_mirror_takes_objects_where_it_cannot_apply_the_delta(self):
        mirror = self.world.folder / "mirror"
        self.world.must("mirror", "sync", self.common.folder / "first-site", "--to", mirror)
        for path in (mirror / "ostree/objects").rglob("*.filez"):
            path.write_bytes(b"damage")
        answer = self.world.must("mirror", "sync", self.world.site, "--to", mirror, "--json")
        self.assertIn("one by one", answer.err)
        self.assertGreater(answer.json["fetched_bytes"], 200_000)

    def test_a_mirror_does_not_take_a_damaged_delta_or_input(self):
        superblock = next(path for path in self.delta_files() if path.name == "superblock")
        lock = next(path for path in (self.world.site / "inputs").iterdir())
        for file in [superblock, lock]:
            with self.subTest(file=file):
                good = file.read_bytes()
                file.write_bytes(good + b"x")
                answer = self.world.qpkg("mirror", "sync", self.world.site, "--to", self.world.folder / "mirror")
                self.assertIn(answer.code, (6, 7), answer.err)
                self.assertFalse((self.world.folder / "mirror/tuf/timestamp.json").exists())
                file.write_bytes(good)

    def test_a_first_install_takes_objects(self):
        self.world.must("remove", "hello", "--from", "work", "--yes")
        self.world.must("gc", "--keep", "0", "--yes")
        answer = self.world.must("install", "hello", "--into", "work", "--yes", "--json")
        self.assertFalse(answer.json["changes"][0]["download_exact"])
        self.assertGreater(answer.json["fetched_bytes"], 200_000)

    def test_a_damaged_delta_costs_a_warning_and_the_objects_are_fetched(self):
        def flip(path):
            path.write_bytes(path.read_bytes()[:-1] + bytes([path.read_bytes()[-1] ^ 1]))

        for damage in [flip, pathlib.Path.unlink]:
            for name in ["superblock", "0"]:
                with self.subTest(name=name):
                    shutil.rmtree(self.world.root)
                    shutil.rmtree(self.world.site)
                    self.setUp()
                    for path in self.delta_files():
                        if path.name == name:
                            damage(path)
                    done, said = self.upgrade()
                    self.assertIn("one by one", said)
                    self.assertTrue(done["changed"])
                    self.world.must("verify")

    def test_each_of_the_last_releases_gets_a_delta(self):
        self.world.publish(self.modules[2])
        self.assertEqual([row[0] for row in self.manifest(3)["deltas"]],
                         sorted(self.manifest(sequence)["ostree"]["commit"] for sequence in (1, 2)))

    def test_as_many_deltas_are_made_as_asked_for(self):
        publish = ["publish", "--repo", self.world.site, "--keys", self.world.keys]
        self.world.must(*publish, self.modules[2], "--deltas", "0")
        self.assertNotIn("deltas", self.manifest(3))
        self.world.must(*publish, self.modules[3], "--deltas", "1")
        self.assertEqual([row[0] for row in self.manifest(4)["deltas"]], [self.manifest(3)["ostree"]["commit"]])

    def test_the_same_releases_give_the_same_delta(self):
        again = SmallWorld(self.world.folder / "again", PROGRAMS)
        shutil.copytree(self.world.keys, again.keys)
        again.publish(self.modules[0])
        again.publish(self.modules[1])
        for path in self.delta_files():
            other = again.site / path.relative_to(self.world.site)
            self.assertEqual(other.read_bytes(), path.read_bytes(), path.name)


if __name__ == "__main__":
    os.environ.setdefault("LC_ALL", "C.UTF-8")
    unittest.main()

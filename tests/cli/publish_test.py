#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Keys and publishing from outside."""

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
from world_case import WorldCase, check_schema  # noqa: E402

SCHEMAS = HERE.parent.parent / "schemas"


def obeys(path, schema):
    document = json.loads(path.read_text())
    rules = json.loads((SCHEMAS / f"{schema}.schema.json").read_text())
    jsonschema.Draft202012Validator(rules).validate(document)


class Publishing(WorldCase):
    """Each test has keys of its own and modules that were built once."""

    copied = ("keys",)

    @classmethod
    def make_world(cls, world):
        world.make_base()
        world.make_keys()
        cls.hello = world.make_module("org.example.hello", "1.0")
        cls.newer = world.make_module("org.example.hello", "2.0", out=world.folder / "newer")
        cls.other = world.make_module("net.elsewhere.other", "1.0")

    def setUp(self):
        super().setUp()
        self.world.root = self.common.root

    def json_of(self, *words, code=0):
        answer = self.world.qpkg(*words, "--json")
        self.assertEqual(answer.code, code, answer.err)
        return check_schema(answer.json)

    def publish_json(self, *modules, code=0):
        return self.json_of("publish", *modules, "--repo", self.world.site, "--keys", self.world.keys, code=code)

    def fails(self, code, *words, says, hint=""):
        answer = self.world.qpkg(*words)
        self.assertEqual(answer.code, code, answer.err + answer.out)
        self.assertIn(says, answer.err)
        self.assertIn(hint, answer.err)
        self.json_of(*words, code=code)

    def test_who_adds_a_repository_hears_that_its_keys_have_no_passphrase(self):
        passphrase = self.world.folder / "passphrase"
        passphrase.write_text("secret\n")
        kept = self.world.folder / "kept"
        self.world.must("key", "new", "--out", kept, "--passphrase-file", passphrase)
        for keys, is_open, words in [(self.world.keys, True, []), (kept, False, ["--passphrase-file", passphrase])]:
            site = self.world.folder / f"site-{is_open}"
            self.world.must("publish", self.hello, "--repo", site, "--keys", keys, *words)
            told = self.json_of("repo", "add", "told", site, "--dry-run")
            self.assertEqual(told["open_keys"], is_open)
            self.assertEqual("without a passphrase" in self.world.must("repo", "add", "told", site, "--dry-run").out, is_open)

    def publish_fails(self, code, *modules, says, hint=""):
        self.fails(code, "publish", *modules, "--repo", self.world.site, "--keys", self.world.keys, says=says, hint=hint)

    def timestamp(self):
        return (self.world.site / "tuf/timestamp.json").read_bytes()

    # Keys

    def test_new_keys_are_private_complete_and_never_overwritten(self):
        keys = self.world.folder / "more"
        document = self.json_of("key", "new", "--out", keys, "--no-passphrase")
        self.assertEqual(len(document["keys"]), 10)
        self.assertEqual({path.stat().st_mode & 0o777 for path in keys.iterdir()}, {0o600})
        self.fails(4, "key", "new", "--out", keys, "--no-passphrase", says="not empty")
        self.assertEqual(self.json_of("key", "show", keys)["fingerprint"], document["fingerprint"])

    def test_a_passphrase_is_asked_for_or_read_and_never_guessed(self):
        keys = self.world.folder / "sealed"
        self.fails(2, "key", "new", "--out", keys, says="not a terminal", hint="--no-passphrase")
        self.assertFalse(keys.exists())
        passphrase = self.world.folder / "passphrase"
        passphrase.write_text("correct horse\n")
        self.world.must("key", "new", "--out", keys, "--passphrase-file", passphrase)
        words = ["publish", self.hello, "--repo", self.world.site, "--keys", keys, "--passphrase-file"]
        wrong = self.world.folder / "wrong"
        wrong.write_text("wrong horse\n")
        self.fails(5, *words, wrong, says="wrong passphrase")
        self.fails(3, *words, self.world.folder / "nowhere", says="no such file")
        self.assertEqual(self.json_of(*words, passphrase)["version"], 1)

    def test_a_key_that_others_may_read_is_refused(self):
        (self.world.keys / "publisher.key").chmod(0o644)
        self.publish_fails(5, self.hello, says="others may read or change it", hint="chmod 600")
        self.assertFalse(self.world.site.exists())

    def test_no_secret_is_ever_printed(self):
        seeds = [json.loads(path.read_text())["secret"]["seed"] for path in self.world.keys.iterdir()]
        for words in [("key", "show", self.world.keys), ("--verbose", "publish", self.hello, "--repo", self.world.site,
                                                         "--keys", self.world.keys)]:
            answer = self.world.must(*words)
            for seed in seeds:
                self.assertNotIn(seed, answer.out + answer.err)

    # Publishing

    def test_a_repository_obeys_the_schemas(self):
        self.world.publish(self.hello, self.other)
        for path in (self.world.site / "tuf").iterdir():
            obeys(path, "metadata")
        manifests = list((self.world.site / "targets").glob("*/*/*/*.json"))
        self.assertEqual(len(manifests), 2)
        for path in manifests:
            obeys(path, "manifest")

    def test_publishing_tells_what_is_new_and_what_is_not(self):
        first = self.publish_json(self.hello)
        self.assertTrue(first["created"])
        self.assertEqual([row["new"] for row in first["releases"]], [True])
        before = self.timestamp()
        again = self.publish_json(self.hello)
        self.assertFalse(again["changed"])
        self.assertEqual(self.timestamp(), before)
        answer = self.world.qpkg("publish", self.hello, "--repo", self.world.site, "--keys", self.world.keys,
                                 "--unchanged-exit-77")
        self.assertEqual(answer.code, 77)
        self.assertIn("nothing to change", answer.out)
        newer = self.publish_json(self.newer, self.other)
        self.assertEqual([(row["app"], row["sequence"]) for row in newer["releases"]],
                         [("org.example.hello", 2), ("net.elsewhere.other", 1)])
        self.assertEqual(newer["new_namespaces"], ["net.elsewhere"])

    def test_publishing_nothing_signs_again(self):
        self.world.publish(self.hello)
        self.assertEqual(self.publish_json()["version"], 2)

    def test_a_withdrawn_release_is_not_offered_any_more(self):
        self.world.publish(self.hello)
        self.world.publish(self.newer)
        self.world.must("publish", "--withdraw", "org.example.hello=2.0", "--repo", self.world.site, "--keys",
                        self.world.keys)
        root = self.world.folder / "user"
        self.world.must("repo", "add", "demo", self.world.site, "--yes", root=root)
        apps = self.world.must("search", "--json", root=root).json["apps"]
        self.assertEqual([app["version"] for app in apps], ["1.0"])
        self.fails(3, "publish", "--withdraw", "org.example.hello=9", "--repo", self.world.site, "--keys",
                   self.world.keys, says="lists no such release")

    def test_two_publishers_of_one_namespace_are_refused(self):
        self.world.publish(self.hello)
        before = self.timestamp()
        self.world.must("key", "new", "--out", self.world.folder / "more", "--no-passphrase")
        shutil.copy(self.world.folder / "more/publisher.key", self.world.keys / "publisher.key")
        self.publish_fails(4, self.newer, says="namespace org.example belongs to publisher publisher")
        self.assertEqual(self.timestamp(), before)

    def test_what_cannot_be_published_changes_nothing(self):
        self.publish_fails(3, self.world.folder, says="there is no manifest.json")
        self.publish_fails(4, self.hello, self.newer, says="hold it")
        self.assertFalse(self.world.site.exists())
        self.world.publish(self.hello)
        before = self.timestamp()
        (self.world.keys / "timestamp.key").unlink()
        self.publish_fails(5, self.newer, says="for timestamp, 1 needed")
        self.assertEqual(self.timestamp(), before)

    def damage(self, path):
        """In a file of its own: what is served may be a hard link to what was built."""
        content = bytearray(path.read_bytes())
        content[len(content) // 2] ^= 0xFF
        path.unlink()
        path.write_bytes(content)

    def objects(self, archive, kind):
        return sorted((archive / "ostree/objects").rglob(f"*.{kind}"))

    def test_a_module_that_was_damaged_after_its_build_is_not_published(self):
        self.world.publish(self.other)
        before = self.timestamp()
        served = {path.name for path in self.objects(self.world.site, "*")}
        for kind in ("filez", "dirtree", "commit"):
            for place, built in enumerate(self.objects(self.hello, kind)):
                if built.name in served:  # taken from there: both modules have as many files of one time
                    continue
                with self.subTest(f"{kind} {place}"):
                    module = self.world.folder / f"{kind}-{place}/org.example.hello"
                    shutil.copytree(self.hello, module)
                    self.damage(self.objects(module, kind)[place])
                    self.publish_fails(6, module, says="org.example.hello", hint="qpkg build")
                    self.assertEqual(self.timestamp(), before)
                    self.assertEqual({path.name for path in self.objects(self.world.site, "*")}, served)

    def test_what_was_damaged_in_the_repository_is_published_anew(self):
        self.world.publish(self.hello)
        shared = {path.name for path in self.objects(self.newer, "filez")}
        found = [path for path in self.objects(self.world.site, "filez") if path.name in shared]
        self.assertNotEqual(found, [])
        for path in found:
            self.damage(path)
        self.assertEqual(self.world.qpkg("mirror", "verify", self.world.site).code, 6)
        self.world.publish(self.newer)
        self.world.must("mirror", "verify", self.world.site)

    def test_stock_ostree_accepts_the_archive(self):
        self.world.publish(self.hello, self.other)
        done = subprocess.run(["ostree", "fsck", f"--repo={self.world.site / 'ostree'}"], check=False,
                              capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_the_timestamp_is_the_last_step_and_comes_after_the_check_as_a_client(self):
        trace = self.world.folder / "trace"
        self.world.must("publish", self.hello, "--repo", self.world.site, "--keys", self.world.keys,
                        QPKG_FAULT_TRACE=str(trace))
        points = trace.read_text().split()
        steps = [point for point in points if point.startswith("publish.")]
        self.assertEqual(steps, ["publish.objects", "publish.input", "publish.input", "publish.details",
                                 "publish.owners", "publish.manifest", "publish.root", "publish.publisher",
                                 "publish.targets", "publish.snapshot", "publish.timestamp"])
        self.assertEqual(points[-1], "publish.timestamp")
        self.assertLess(points.index("publish.snapshot"), points.index("trust.accept"))


if __name__ == "__main__":
    os.environ.setdefault("LC_ALL", "C.UTF-8")
    unittest.main()

#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""qpkg itself accepts what python3-tuf signed when it is spelled canonically and keeps to the profile, and nothing else."""

import json
import tempfile
import unittest

import python_tuf
from python_tuf_site import Site, now
from securesystemslib.formats import encode_canonical
from small_world import SmallWorld

PATH = "org.example/hello/x86_64/stable-3.json"
CUSTOM = {"base": "debian-12", "channel": "stable", "sequence": 3, "summary": "Says hello", "version": "2.0"}


class QpkgSite(Site):
    """A site in the shape of repo-format/repo/repository.md, made with python3-tuf's API alone."""

    def __init__(self, canonical=True, terminating=True, paths=("org.example/*/*/*",), hashes=True, **options):
        self.canonical = canonical
        super().__init__(hashes=hashes, **options)
        self.delegate("targets", "demo", paths, terminating)
        self.add_target(PATH, b"{}", "demo")
        self.demo.targets[PATH].unrecognized_fields["custom"] = CUSTOM
        self.timestamp.unrecognized_fields["qpkg_issued"] = now().strftime("%Y-%m-%dT%H:%M:%SZ")
        self.publish_all("demo")

    def serve(self, role, content):
        if self.canonical:
            content = self.spell(json.loads(content))
        super().serve(role, content)

    @staticmethod
    def spell(file):
        """Signatures in order of their key ids, then the very bytes that were signed."""
        file["signatures"].sort(key=lambda signature: signature["keyid"])
        return encode_canonical(file).encode()

    def write(self, folder):
        for path, content in self.served.items():
            place = folder / path.replace("metadata/", "tuf/", 1)
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content)


class Strict(unittest.TestCase):
    def add(self, site):
        folder = tempfile.TemporaryDirectory(prefix="qpkg-outside-")
        self.addCleanup(folder.cleanup)
        self.world = SmallWorld(folder.name, python_tuf.PROGRAMS)
        site.write(self.world.site)
        return self.world.qpkg("repo", "add", "demo", self.world.site, "--yes")

    def refuse(self, site, code, *words):
        answer = self.add(site)
        self.assertEqual(answer.code, code, answer.err)
        for word in words:
            self.assertIn(word, answer.err)
        self.assertEqual(self.world.must("repo", "list", "--json").json["repositories"], [])

    def test_canonical_files_within_the_profile_are_accepted(self):
        answer = self.add(QpkgSite())

        self.assertEqual(answer.code, 0, answer.err)
        found = self.world.must("search", "hello", "--json").out
        self.assertIn("org.example.hello", found)
        self.assertIn("2.0", found)

    def test_newer_versions_and_rotated_keys_are_followed(self):
        site = QpkgSite()
        self.assertEqual(self.add(site).code, 0)
        site.rotate("timestamp", "snapshot", "targets")
        site.demo.targets[PATH].unrecognized_fields["custom"] = dict(CUSTOM, version="2.1")
        site.publish("root")
        site.publish_all("demo")
        site.write(self.world.site)

        self.assertIn("2.1", self.world.must("search", "hello", "--json").out)

    def test_as_python_tuf_spells_it(self):
        self.refuse(QpkgSite(canonical=False), 6, "not canonical")

    def test_without_hashes(self):
        self.refuse(QpkgSite(hashes=False), 6, "length: missing")

    def test_without_consistent_snapshots(self):
        self.refuse(QpkgSite(consistent=False), 6, "consistent_snapshot")

    def test_delegation_that_is_not_terminating(self):
        self.refuse(QpkgSite(terminating=False), 6, "terminating")

    def test_delegation_of_everything(self):
        self.refuse(QpkgSite(paths=["*"]), 6, "expected <namespace>/*/*/*")

    def test_keys_of_another_kind(self):
        self.refuse(QpkgSite(scheme="ecdsa-sha2-nistp256"), 6, "not canonical")

    def test_no_time_of_signing(self):
        site = QpkgSite()
        del site.timestamp.unrecognized_fields["qpkg_issued"]
        site.publish("timestamp")
        self.refuse(site, 6, "qpkg_issued: missing")

    def test_key_id_that_is_not_the_hash_of_its_key(self):
        site = QpkgSite()
        key_id = site.root.roles["timestamp"].keyids[0]
        site.root.keys[key_id].unrecognized_fields["note"] = "an id of its own"
        site.root.version = 0
        site.publish("root")
        self.refuse(site, 6, "is not the hash of its key")

    def test_role_that_two_roles_delegate(self):
        site = QpkgSite()
        site.delegate("targets", "other", ["net.example/*/*/*"], True)
        site.delegate("demo", "shared", ["org.example/*/*/*"], True)
        site.delegate("other", "shared", ["net.example/*/*/*"], True)
        site.publish("shared", "demo", "other")
        site.publish_all()
        answer = self.add(site)
        self.assertEqual(answer.code, 0, answer.err)
        self.assertIn("publisher shared: it is delegated by two roles; the second delegation is not used", answer.err)


if __name__ == "__main__":
    unittest.main()

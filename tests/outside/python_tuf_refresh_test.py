#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""qpkg-tuf-client takes repositories of python3-tuf as the TUF specification says: roots, signatures, expiry. It asks for no
file that it need not ask for."""

import json
import unittest

import python_tuf  # noqa: F401
from python_tuf_site import MAKERS, Server, Site, WithSite, days, now
from securesystemslib.signer import SSlibKey


class Refreshing(WithSite):
    def test_first_refresh_asks_for_each_role_once_and_keeps_bytes_as_served(self):
        site, client = self.begin()

        self.accept(client.refresh())

        self.assertEqual(site.asked, ["2.root", "timestamp", "1.snapshot", "1.targets"])
        self.assertEqual(client.versions(), {"root": 1, "timestamp": 1, "snapshot": 1, "targets": 1})
        for role, content in site.files.items():
            self.assertEqual(client.bytes_of(role), content)

    def test_second_refresh_asks_for_root_and_timestamp_only(self):
        site, client = self.begin()
        self.accept(client.refresh())
        site.asked.clear()

        self.accept(client.refresh())

        self.assertEqual(site.asked, ["2.root", "timestamp"])

    def test_every_kind_of_key(self):
        for scheme in MAKERS:
            for hashes in [False, True]:
                with self.subTest(scheme=scheme, hashes=hashes):
                    site, client = self.begin(scheme=scheme, hashes=hashes)
                    site.add_target("a/file", b"content")
                    site.publish_all()
                    self.accept(client.download("a/file"))
                    self.assertEqual(client.downloaded(), [b"content"])

    def test_signature_of_every_kind_is_checked(self):
        for scheme in MAKERS:
            with self.subTest(scheme=scheme):
                site, client = self.begin(scheme=scheme)
                site.publish("timestamp")
                good = json.loads(site.served["metadata/timestamp.json"])
                good["signed"]["version"] = 3
                site.served["metadata/timestamp.json"] = json.dumps(good).encode()
                self.refuse(client.refresh(), "timestamp.json: 0 of 1 valid signatures")

    def test_without_consistent_snapshots(self):
        site, client = self.begin(consistent=False)
        site.delegate("targets", "role", ["d/*"])
        site.add_target("d/file", b"content", "role")
        site.publish_all("role")

        self.accept(client.download("d/file"))

        self.assertEqual(site.asked, ["2.root", "timestamp", "snapshot", "targets", "role"])
        self.assertEqual(site.artifacts, ["d/file"])

    def test_unknown_members_are_part_of_what_is_signed(self):
        site, client = self.begin()
        self.accept(client.refresh())
        site.root.unrecognized_fields["custom-field"] = {"umlaut": "ü \"quoted\" \\ \n", "none": None, "less": -3}
        key = site.root.roles["root"].keyids[0]
        site.root.keys[key].unrecognized_fields["extra-field"] = {"a": 1, "b": [1, 2]}
        site.publish("root")

        self.accept(client.refresh())

        self.assertEqual(client.versions()["root"], 2)

    def test_missing_file_keeps_what_was_verified_before(self):
        site, client = self.begin()
        content = site.served.pop("metadata/1.snapshot.json")

        self.refuse(client.refresh(), "snapshot.json: not there")
        self.assertEqual(client.versions(), {"root": 1, "timestamp": 1})
        site.served["metadata/1.snapshot.json"] = content
        self.accept(client.refresh())

    def test_other_hashes_than_named(self):
        site, client = self.begin(hashes=True)
        self.accept(client.refresh())
        site.publish("targets")
        site.snapshot.meta["targets.json"].hashes["sha256"] = "46" * 32
        site.publish("snapshot", "timestamp")

        self.refuse(client.refresh(), "targets.json: the bytes are not those that signed metadata names")
        self.assertEqual(client.versions(), {"root": 1, "timestamp": 2, "snapshot": 2, "targets": 1})

    def test_unlisted_newer_targets_are_not_asked_for(self):
        site, client = self.begin()
        self.accept(client.refresh())
        site.publish("targets")

        self.accept(client.refresh())

        self.assertEqual(site.asked[-1], "timestamp")
        self.assertEqual(client.versions()["targets"], 1)

    def test_another_timestamp_of_one_version_is_not_taken(self):
        site, client = self.begin()
        self.accept(client.refresh())
        site.timestamp.snapshot_meta.version = 100
        site.publish("timestamp", bump=False)

        self.accept(client.refresh())

        self.assertEqual(site.asked[-1], "timestamp")
        kept = json.loads(client.bytes_of("timestamp"))["signed"]
        self.assertEqual(kept["meta"]["snapshot.json"]["version"], 1)


class Roots(WithSite):
    def test_first_root_that_is_not_whole_is_never_used(self):
        site = Site()
        server = Server(site)
        self.addCleanup(server.stop)
        good = json.loads(site.files["root"])
        unsigned = dict(good, signatures=[dict(good["signatures"][0], sig="30" * 64)])
        without_version = dict(good, signed={k: v for k, v in good["signed"].items() if k != "version"})
        for name, root in {"unsigned": unsigned, "no version": without_version, "cut": good}.items():
            with self.subTest(name):
                content = json.dumps(root).encode()
                client = self.new_client(server.url)
                self.assertEqual(client.init(content[:-10] if name == "cut" else content), 1)
                self.assertEqual(client.refresh(), 1)
        self.assertEqual(site.asked, [])

    def test_init_again_keeps_what_is_trusted(self):
        site, client = self.begin()
        self.accept(client.refresh())

        self.accept(client.init(site.files["root"]))

        self.assertEqual(set(client.versions()), {"root", "timestamp", "snapshot", "targets"})

    def rotations(self, versions):
        """Each version: keys, threshold, keys that sign it, whether it is accepted."""
        site, _ = self.begin()
        signers = [site.new_signer() for _ in range(10)]
        for number, (keys, threshold, signing, _) in enumerate(versions):
            role = site.root.roles["root"]
            role.keyids.clear()
            role.threshold = threshold
            for key in keys:
                site.root.add_key(signers[key].public_key, "root")
            site.signers["root"] = [signers[key] for key in signing]
            if number == 0:
                site.root.version = 0
                site.served.pop("metadata/1.root.json")
            site.publish("root")
            if number == 0:
                first = site.files["root"]
        client = self.new_client(self.client.url)
        self.accept(client.init(first))
        done = client.refresh()
        accepted = [version for *_, version in versions].count(True)
        self.assertEqual(done, 0 if accepted == len(versions) else 1, client.said)
        self.assertEqual(client.bytes_of("root"), site.served[f"metadata/{accepted}.root.json"])

    def test_rotations(self):
        cases = {
            "one key": [([1], 1, [1], True), ([2], 1, [2, 1], True), ([2], 1, [2], True)],
            "unused signatures": [([1], 1, [3, 1, 4], True), ([2], 1, [3, 2, 1, 4], True), ([2], 1, [3, 2, 4], True)],
            "three of five": [([0, 1, 2, 3, 4], 3, [0, 2, 4], True), ([0, 1, 2, 3, 4], 3, [0, 4, 1], True),
                              ([0, 1, 3, 4, 5], 3, [0, 4, 1], True), ([0, 1, 3, 4, 5], 3, [0, 4, 5], True)],
            "all of five": [([0, 1, 2, 3, 4], 3, [0, 2, 4], True), ([5, 6, 7, 8, 9], 3, [0, 2, 4, 5, 6, 7], True),
                            ([5, 6, 7, 8, 9], 3, [5, 6, 7], True)],
            "threshold up": [([1, 2, 3], 1, [1], True), ([1, 2, 3], 2, [1, 2], True)],
            "threshold down": [([1, 2], 2, [1, 2], True), ([1, 2], 1, [1, 2], True), ([1, 2], 1, [1], True)],
            "not the old key": [([1], 1, [1], True), ([2], 1, [2, 3, 4], False)],
            "not the new key": [([1], 1, [1], True), ([2], 1, [1, 3, 4], False)],
            "too few new": [([0, 1, 2, 3, 4], 3, [0, 2, 4], True), ([0, 1, 3, 4, 5], 3, [0, 2, 4], False)],
            "too few old": [([0, 1, 2, 3, 4], 3, [0, 2, 4], True), ([0, 1, 3, 4, 5], 3, [0, 4, 5], False)],
            "new threshold missed": [([1, 2, 3], 1, [1], True), ([1, 2, 3], 2, [2], False)],
            "old threshold missed": [([1, 2], 2, [1, 2], True), ([1, 2], 1, [1], False)],
        }
        for name, versions in cases.items():
            with self.subTest(name):
                self.rotations(versions)

    def test_other_roles_need_the_keys_of_the_newest_root(self):
        cases = {
            "rotated": ([2], 1, [2], True), "unused signatures": ([1], 1, [3, 1, 4], True),
            "former key only": ([2], 1, [1, 3, 4], False), "one key of three wrong": ([0, 1, 3, 4, 5], 3, [0, 2, 4], False),
            "two of three": ([0, 1, 3, 4, 5], 3, [0, 4], False), "three of five": ([0, 1, 2, 3, 4], 3, [2, 3, 4], True),
        }
        for role in ["timestamp", "snapshot", "targets"]:
            for name, (keys, threshold, signing, accepted) in cases.items():
                with self.subTest(role=role, case=name):
                    site, client = self.begin()
                    self.accept(client.refresh())
                    signers = [site.new_signer() for _ in range(6)]
                    site.root.roles[role].keyids.clear()
                    site.root.roles[role].threshold = threshold
                    for key in keys:
                        site.root.add_key(signers[key].public_key, role)
                    site.signers[role] = [signers[key] for key in signing]
                    site.publish("root")
                    site.publish_all()
                    done = client.refresh()
                    self.assertEqual(done, 0 if accepted else 1, client.said)
                    self.assertEqual(client.bytes_of(role) == site.files[role], accepted)

    def test_threshold_that_cannot_be_met_stops_the_role_and_not_the_root(self):
        site, client = self.begin()
        self.accept(client.refresh())
        site.add_key("snapshot")
        site.root.roles["snapshot"].threshold = 3
        site.publish("root", "snapshot", "timestamp")

        self.refuse(client.refresh(), "snapshot.json: 2 of 3 valid signatures")
        self.assertEqual(client.versions(), {"root": 2, "timestamp": 2, "snapshot": 1, "targets": 1})

    def test_one_key_under_nine_ids_counts_once(self):
        site, client = self.begin(scheme="ecdsa-sha2-nistp256")
        self.accept(client.refresh())
        signer = site.new_signer()
        public, role = signer.public_key.to_dict(), site.root.roles["snapshot"]
        site.signers["snapshot"] = [signer]
        role.threshold = 6
        site.publish("snapshot", "timestamp")
        files = json.loads(site.files["snapshot"])
        files["signatures"] = [dict(files["signatures"][0], keyid=f"{number:064x}") for number in range(9)]
        site.serve("snapshot", json.dumps(files).encode())
        role.keyids.clear()
        for number in range(9):
            site.root.add_key(SSlibKey.from_dict(f"{number:064x}", dict(public)), "snapshot")
        site.publish("root", "timestamp")

        self.refuse(client.refresh(), "snapshot.json: 1 of 6 valid signatures")
        self.assertEqual(client.versions()["snapshot"], 1)

    def test_unknown_hash_algorithms_of_a_key_do_not_matter(self):
        site, client = self.begin()
        key = site.root.roles["snapshot"].keyids[0]
        site.root.keys[key].unrecognized_fields["keyid_hash_algorithms"] = ["md5"]
        site.publish("root", "snapshot", "timestamp")

        self.accept(client.refresh())

        self.assertEqual(client.versions()["snapshot"], 2)


class Expiry(WithSite):
    def test_expired_roles_are_not_stored_except_the_root(self):
        expected = {
            "root": {"root": 2, "timestamp": 1, "snapshot": 1, "targets": 1},
            "timestamp": {"root": 1, "timestamp": 1, "snapshot": 1, "targets": 1},
            "snapshot": {"root": 1, "timestamp": 2, "snapshot": 1, "targets": 1},
            "targets": {"root": 1, "timestamp": 2, "snapshot": 2, "targets": 1},
        }
        for role, versions in expected.items():
            with self.subTest(role):
                site, client = self.begin()
                self.accept(client.refresh())
                site.metadata[role].signed.expires = now() - days(5)
                site.publish(*(["root"] if role == "root" else []))
                site.publish_all()
                self.refuse(client.refresh(), f"{role}.json: version 2 expired on")
                self.assertEqual(client.versions(), versions)

    def test_expired_files_here_help_to_newer_ones(self):
        site, client = self.begin()
        site.timestamp.expires = now() + days(7)
        site.publish("timestamp")
        self.accept(client.refresh())
        site.timestamp.expires = now() + days(21)
        site.publish_all()

        self.accept(client.refresh(at=now() + days(18)))

        self.assertEqual(client.versions(), {"root": 1, "timestamp": 3, "snapshot": 2, "targets": 2})

    def test_expired_timestamp_that_is_still_served_is_refused(self):
        site, client = self.begin()
        site.timestamp.expires = now() + days(7)
        site.publish("timestamp")
        self.accept(client.refresh())

        self.refuse(client.refresh(at=now() + days(18)), "timestamp.json: version 2 expired on")

    def test_delegated_role_that_expired_lists_nothing(self):
        site, client = self.begin()
        site.delegate("targets", "role", ["d/*"])
        site.role.expires = now() + days(7)
        site.add_target("d/first", b"first", "role")
        site.add_target("d/second", b"second", "role")
        site.publish_all("role")
        self.accept(client.download("d/first"))

        self.refuse(client.download("d/second", at=now() + days(18)), "role.json: version 1 expired on")
        self.assertEqual(client.downloaded(), [b"first"])
        site.role.expires = now() + days(21)
        site.publish("role", "snapshot", "timestamp")
        self.accept(client.download("d/second", at=now() + days(18)))
        self.assertEqual(client.versions()["role"], 2)

    def test_delegated_role_that_was_expired_from_the_first_is_not_stored(self):
        site, client = self.begin()
        site.delegate("targets", "role", ["d/*"])
        site.role.expires = now() - days(1)
        site.add_target("d/first", b"first", "role")
        site.publish_all("role")

        self.accept(client.refresh())
        self.refuse(client.download("d/first"), "expired")
        self.assertEqual(set(client.versions()), {"root", "timestamp", "snapshot", "targets"})


if __name__ == "__main__":
    unittest.main()

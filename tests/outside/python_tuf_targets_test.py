#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""qpkg-tuf-client takes repositories of python3-tuf as the TUF specification says: rollback, delegations, downloads, and
JSON that readers could understand differently."""

import unittest

import python_tuf  # noqa: F401
from python_tuf_site import WithSite


class Rollback(WithSite):
    def test_older_timestamp(self):
        site, client = self.begin()
        old = site.files["timestamp"]
        site.publish("timestamp")
        self.accept(client.refresh())
        site.served["metadata/timestamp.json"] = old

        self.refuse(client.refresh(), "version 1 is older than version 2")
        self.assertEqual(client.versions()["timestamp"], 2)

    def test_older_snapshot(self):
        for hashes in [False, True]:
            with self.subTest(hashes=hashes):
                site, client = self.begin(hashes=hashes)
                site.publish("snapshot", "timestamp")
                self.accept(client.refresh())
                site.snapshot.version = 1
                site.publish("snapshot", bump=False)
                site.publish("timestamp")
                self.refuse(client.refresh(), "snapshot: version 1 is older than version 2")
                self.assertEqual(client.versions()["timestamp"], 2)
                self.assertEqual(site.asked[-1], "timestamp")

    def test_older_targets(self):
        for hashes in [False, True]:
            with self.subTest(hashes=hashes):
                site, client = self.begin(hashes=hashes)
                site.publish_all()
                self.accept(client.refresh())
                site.targets.version = 1
                site.publish("targets", bump=False)
                site.publish("snapshot", "timestamp")
                self.refuse(client.refresh(), "role targets: version 1 is older than version 2")
                self.assertEqual(client.versions(), {"root": 1, "timestamp": 3, "snapshot": 2, "targets": 2})

    def test_role_that_vanished(self):
        site, client = self.begin()
        site.delegate("targets", "role")
        site.publish_all("role")
        self.accept(client.refresh())
        del site.snapshot.meta["role.json"]
        site.publish("snapshot", "timestamp")

        self.refuse(client.refresh(), "role role has vanished")

    def test_snapshot_of_another_version_than_named(self):
        site, client = self.begin()
        site.snapshot.version = 7
        content = site.metadata["snapshot"]
        content.signatures.clear()
        content.sign(site.signers["snapshot"][0])
        site.served["metadata/1.snapshot.json"] = content.to_bytes(site.serializer)

        self.refuse(client.refresh(), "snapshot.json: is version 7, timestamp.json names version 1")
        self.assertEqual(client.versions(), {"root": 1, "timestamp": 1})

    def test_rotated_keys_undo_what_ran_ahead(self):
        for roles in [["timestamp"], ["snapshot"], ["timestamp", "snapshot"]]:
            with self.subTest(roles=roles):
                site, client = self.begin()
                for role in roles:
                    site.metadata[role].signed.version = 9999
                site.publish("snapshot", "timestamp", bump=False)
                if roles == ["snapshot"]:
                    site.targets.version = 99
                    site.publish_all()
                self.accept(client.refresh())
                site.rotate(*dict.fromkeys(["timestamp", *roles]))
                site.publish("root")
                for role in ["targets", "snapshot", "timestamp"]:
                    site.metadata[role].signed.version = 2
                    site.publish(role, bump=False)
                self.accept(client.refresh())
                self.assertEqual(client.versions()["timestamp"], 2)


class Targets(WithSite):
    def graph(self, *edges):
        """Edges: from, to, paths, terminating."""
        site, client = self.begin()
        for parent, child, paths, terminating in edges:
            site.delegate(parent, child, paths, terminating)
        roles = list(dict.fromkeys(child for _, child, _, _ in edges))
        site.publish(*roles)
        site.publish_all()
        self.refuse(client.download("missing"), "target missing: no role lists it")
        return [asked.partition(".")[2] for asked in site.asked if asked.partition(".")[2] in roles]

    def test_order_of_the_search(self):
        all_, py = ["*"], ["*.py"]
        cases = {
            "A": [("targets", "A", all_, False)],
            "A B C": [("targets", "A", all_, False), ("targets", "B", all_, False), ("B", "C", all_, False)],
            "A C D B": [("targets", "A", all_, False), ("targets", "B", all_, False), ("A", "C", all_, False),
                        ("A", "D", all_, False)],
            "A C": [("targets", "A", all_, False), ("targets", "B", all_, False), ("A", "C", all_, True),
                    ("A", "D", all_, False)],
            "A C D": [("targets", "A", all_, False), ("targets", "B", all_, False), ("A", "C", all_, True),
                      ("C", "D", all_, False)],
            "B": [("targets", "A", py, False), ("targets", "B", all_, False), ("A", "C", all_, False)],
            "A B": [("targets", "A", all_, False), ("targets", "B", all_, False), ("A", "C", py, False),
                    ("C", "D", all_, False)],
            "A B C D": [("targets", "A", all_, False), ("targets", "B", all_, False), ("B", "C", all_, False),
                        ("C", "D", all_, False), ("D", "B", all_, False)],
            "A C B": [("targets", "A", all_, False), ("targets", "B", all_, False), ("B", "C", all_, False),
                      ("A", "C", all_, False)],
        }
        for expected, edges in cases.items():
            with self.subTest(expected):
                self.assertEqual(self.graph(*edges), expected.split())

    def test_delegations_by_pattern(self):
        site, client = self.begin()
        site.delegate("targets", "docs", ["*.md", "*.doc"])
        site.delegate("targets", "releases", ["releases/*/*"])
        site.delegate("releases", "x", ["releases/x/*"])
        site.delegate("releases", "y", ["releases/y/*.zip"])
        site.add_target("top", b"top")
        site.add_target("README.md", b"docs", "docs")
        site.add_target("releases/x/v1", b"x", "x")
        site.add_target("releases/y/v1.zip", b"y", "y")
        site.add_target("releases/z/v1.zip", b"z", "y")
        site.publish("docs", "x", "y", "releases")
        site.publish_all()

        self.accept(client.download("top", "README.md", "releases/x/v1", "releases/y/v1.zip"))
        self.assertEqual(client.downloaded(), [b"docs", b"top", b"x", b"y"])
        self.refuse(client.download("releases/z/v1.zip"), "no role lists it")
        self.refuse(client.download("a/README.md"), "no role lists it")

    def test_delegations_by_hash_prefix(self):
        site, client = self.begin()
        site.delegate("targets", "low", path_hash_prefixes=[f"{digit:x}" for digit in range(8)])
        site.delegate("targets", "high", path_hash_prefixes=[f"{digit:x}" for digit in range(8, 16)])
        for name in ["a", "b", "c", "d", "e", "f"]:
            site.add_target(name, name.encode(), "low")
            site.add_target(name, name.encode(), "high")
        site.publish_all("low", "high")

        self.accept(client.download(*"abcdef"))
        self.assertEqual(client.downloaded(), [b"a", b"b", b"c", b"d", b"e", b"f"])

    def test_unusual_names_of_roles(self):
        for name, quoted in {"?": "%3F", "#": "%23", "/role": "%2Frole", "../role": "..%2Frole", "..": "..",
                             "a role": "a%20role", "rôle": "r%C3%B4le"}.items():
            with self.subTest(name):
                site, client = self.begin()
                site.delegate("targets", name)
                site.publish_all(name)
                self.refuse(client.download("missing"))
                self.assertEqual(site.asked[-1], "1." + quoted)
                self.assertEqual(set(client.versions()), {"root", "timestamp", "snapshot", "targets", name})

    def test_delegation_to_a_top_level_name_is_refused(self):
        site, client = self.begin()
        site.delegate("targets", "helper")
        site.publish_all("helper")
        site.targets.delegations.roles["helper"].name = "root"
        site.publish("targets", "snapshot", "timestamp")

        self.refuse(client.refresh(), "cannot be the name of a delegated role")

    def test_too_many_roles_end_the_search(self):
        site, client = self.begin()
        for number in range(40):
            site.delegate("targets", f"role{number}")
            site.publish(f"role{number}")
        site.publish_all()

        self.refuse(client.download("missing"), "more than 32 roles")

    def test_delegated_role_with_a_bad_signature_ends_the_search(self):
        site, client = self.begin()
        site.delegate("targets", "A")
        site.delegate("targets", "B")
        site.add_target("file", b"file", "B")
        site.signers["A"] = [site.new_signer()]
        site.publish_all("A", "B")

        self.refuse(client.download("file"), "A.json: 0 of 1 valid signatures")
        self.assertEqual(site.asked[-1], "1.A")

    def test_what_is_here_already_is_not_brought_again(self):
        site, client = self.begin()
        site.add_target("path/to/file", b"content")
        site.publish_all()
        self.accept(client.download("path/to/file"))
        site.asked.clear()
        site.artifacts.clear()

        self.accept(client.download("path/to/file"))

        self.assertEqual((site.asked, site.artifacts), (["2.root", "timestamp"], []))

    def test_other_bytes_than_listed(self):
        site, client = self.begin()
        site.add_target("one", b"one")
        site.add_target("two", b"two", serve=b"too")
        site.add_target("long", b"long", serve=b"much longer than that")
        site.publish_all()
        self.accept(client.download("one"))

        self.refuse(client.download("two"), "the bytes are not those that targets lists")
        self.refuse(client.download("long"), "larger than the 4 bytes allowed")
        self.assertEqual(client.downloaded(), [b"one"])

    def test_a_changed_target_takes_the_place_of_the_old_one(self):
        site, client = self.begin()
        for content in [b"one", b"two", b"three"]:
            site.add_target("file", content)
            site.publish_all()
            self.accept(client.download("file"))
            self.assertEqual(client.downloaded(), [content])

    def test_one_missing_target_fails_all_and_the_others_are_brought(self):
        site, client = self.begin()
        site.add_target("here", b"here")
        site.publish_all()

        self.refuse(client.download("gone", "here"), "target gone: no role lists it")
        self.assertEqual(client.downloaded(), [b"here"])
        self.assertEqual(len(site.artifacts), 1)


class Json(WithSite):
    def test_json_that_two_readers_understand_differently_is_refused(self):
        cases = {
            "there twice": lambda text: text.replace('"version": 2', '"version": 99, "version": 2'),
            "no integer": lambda text: text.replace('"version": 2', '"version": 2.0'),
            "nested deeper": lambda text: text.replace('"version": 2', '"a": ' + "[" * 7000 + "]" * 7000 + ', "version": 2'),
            "no JSON": lambda text: text[:-1],
        }
        for message, bend in cases.items():
            with self.subTest(message):
                site, client = self.begin()
                self.accept(client.refresh())
                site.publish("timestamp")
                bent = bend(site.files["timestamp"].decode())
                self.assertNotEqual(bent, site.files["timestamp"].decode())
                site.served["metadata/timestamp.json"] = bent.encode()
                self.refuse(client.refresh(), "timestamp.json: not TUF metadata: ", message)
                self.assertEqual(client.versions()["timestamp"], 1)


if __name__ == "__main__":
    unittest.main()

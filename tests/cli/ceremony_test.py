#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Keys on several machines, from outside: first roots, rotation, signing somewhere else."""

import base64
import hashlib
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))
from world_case import WorldCase  # noqa: E402


class Ceremonies(WorldCase):
    """A repository that began on one machine, and a user who trusts it."""

    copied = ("keys", "site", "root")

    @classmethod
    def make_world(cls, world):
        world.make_base()
        world.make_keys()
        cls.hello = world.make_module("org.example.hello", "1.0")
        cls.newer = world.make_module("org.example.hello", "2.0", out=world.folder / "newer")
        world.publish(cls.hello)

    def setUp(self):
        super().setUp()
        self.world.add_repository()
        self.tbs = self.world.folder / "tbs"

    def fails(self, code, *words, says):
        before = self.published()
        answer = self.world.qpkg(*words)
        self.assertEqual(answer.code, code, answer.err + answer.out)
        self.assertIn(says, answer.err)
        self.assertEqual(self.published(), before, "a refusal must change nothing that is published")

    def published(self):
        tuf = self.world.site / "tuf"
        return {file.name: file.read_bytes() for file in tuf.iterdir()} if tuf.exists() else {}

    def at(self, *more):
        return ["--repo", self.world.site, "--keys", self.world.keys, *more]

    def rotate(self, role, *words, code=0):
        return self.json_of("key", "rotate", role, *self.at(*words), code=code)

    def new_key(self, name, folder=None):
        self.world.must("key", "new", "--out", folder or self.world.keys, "--name", name, "--no-passphrase")
        return (folder or self.world.keys) / f"{name}.key"

    def key_id(self, name, folder=None):
        keys = self.world.must("key", "show", folder or self.world.keys, "--json").json["keys"]
        return next(key for key in keys if key["name"] == name)["id"]

    def take_away(self, *patterns):
        """Key files go to another machine: a directory of its own."""
        elsewhere = pathlib.Path(tempfile.mkdtemp(dir=self.world.folder))
        for pattern in patterns:
            for file in list(self.world.keys.glob(pattern)):
                file.rename(elsewhere / file.name)
        return elsewhere

    def offered(self):
        """Versions of hello that the user's machine would install."""
        found = self.world.must("search", "hello", "--json").json
        return [row["version"] for row in found["apps"]]

    # Rotation

    def test_every_online_key_can_be_replaced_and_users_follow(self):
        for role in ["timestamp", "snapshot", "publisher"]:
            with self.subTest(role):
                old = self.key_id(role)
                new = self.new_key(f"{role}-2")
                self.rotate(role, "--add", new, "--remove", old)
                (self.world.keys / f"{role}.key").unlink()
                self.assertEqual(self.offered(), ["1.0"])
        self.world.must("publish", self.newer, *self.at())
        self.assertEqual(self.offered(), ["2.0"])

    def test_offline_keys_can_be_replaced_and_users_follow(self):
        for role in ["root", "targets"]:
            with self.subTest(role):
                new = self.new_key(f"{role}-4")
                self.rotate(role, "--add", new, "--remove", self.key_id(f"{role}-1")[:8])
                (self.world.keys / f"{role}-1.key").unlink()
                self.assertEqual(self.offered(), ["1.0"])
        fingerprint = self.json_of("root", "rotate", *self.at("--threshold", "3"))
        self.assertEqual(fingerprint["root_version"], 4)
        self.assertEqual(len(fingerprint["fingerprint_words"].split()), 16)
        self.assertEqual(self.offered(), ["1.0"])

    def test_a_key_that_was_removed_signs_in_vain(self):
        stolen = self.world.folder / "stolen"
        shutil.copytree(self.world.keys, stolen)
        self.rotate("publisher", "--add", self.new_key("publisher-2"), "--remove", self.key_id("publisher"))
        for file in stolen.glob("targets-*"):
            file.unlink()

        self.fails(4, "publish", self.newer, "--repo", self.world.site, "--keys", stolen, says="belongs to publisher")

    def test_a_change_of_keys_that_was_killed_between_root_and_timestamp_is_finished_by_the_next_publication(self):
        words = ["key", "rotate", "timestamp", *self.at("--add", self.new_key("timestamp-2"), "--remove",
                                                        self.key_id("timestamp"))]
        trace = self.world.folder / "trace"
        copy = self.world.folder / "copy"
        shutil.copytree(self.world.site, copy)
        self.world.must(*[copy if word == self.world.site else word for word in words], QPKG_FAULT_TRACE=str(trace))
        points = [line.split()[-1] for line in trace.read_text().splitlines()]
        self.assertEqual(points[-2:], ["publish.root", "publish.timestamp"])

        # A second that has passed meanwhile is a point more; killed before the root, nothing has changed.
        for number in range(len(points) - 2, len(points) + 3):
            killed = self.world.qpkg(*words, QPKG_FAULT_KILL=str(number))
            self.assertEqual(killed.code, -9, killed.err)
            if (self.world.site / "tuf/2.root.json").exists():
                break
        self.assertTrue((self.world.site / "tuf/2.root.json").exists())
        self.world.must("publish", *self.at())

        self.assertEqual(self.offered(), ["1.0"])

    def test_changes_of_keys_that_cannot_be_are_refused(self):
        new = self.new_key("more")
        changes = [(["timestamp", "--remove", self.key_id("timestamp")], 2, "0 keys is not possible"),
                   (["timestamp", "--threshold", "2"], 2, "2 of 1 keys"), (["root", "--threshold", "0"], 2, "0 of 3"),
                   (["nobody", "--add", new], 3, "no role nobody"), (["snapshot", "--remove", "00000000"], 3, "no key"),
                   (["snapshot", "--remove", "0"], 2, "at least 8 digits"), (["snapshot"], 2, "nothing to change"),
                   (["snapshot", "--add", self.world.keys / "snapshot.key"], 4, "already")]
        for words, code, says in changes:
            with self.subTest(says):
                self.fails(code, "key", "rotate", *words, *self.at(), says=says)

    # Several machines

    def test_a_repository_of_one_machine_is_split_without_starting_again(self):
        offline = self.take_away("root-*", "targets-*")
        self.world.must("publish", self.newer, *self.at())
        self.assertEqual(self.offered(), ["2.0"])

        document = self.rotate("timestamp", "--add", self.new_key("timestamp-2"), "--remove", self.key_id("timestamp"),
                               "--prepare", self.tbs)
        self.assertEqual(document["prepared"], ["2.root.json"])
        self.assertFalse((self.world.site / "tuf/2.root.json").exists())
        made = self.json_of("sign", "--tbs", self.tbs, "--keys", offline, "--yes")
        self.assertEqual(len(made["signatures"]), 3)
        self.json_of("publish", "--attach", self.tbs, *self.at())

        self.assertEqual(self.offered(), ["2.0"])

    def test_a_publisher_whose_key_is_elsewhere_prepares_and_attaches(self):
        vault = self.take_away("root-*", "targets-*", "publisher*")
        document = self.json_of("publish", self.newer, *self.at("--prepare", self.tbs))
        self.assertEqual(document["prepared"], ["2.publisher.json"])
        self.assertEqual(self.offered(), ["1.0"])
        self.fails(5, "publish", "--attach", self.tbs, *self.at(), says="nobody has signed it")

        out = self.world.folder / "signatures"
        self.world.must("sign", "--tbs", self.tbs, "--out", out, "--keys", vault, "--yes")
        for file in out.iterdir():
            shutil.copy(file, self.tbs)
        self.world.must("publish", "--attach", self.tbs, *self.at())

        self.assertEqual(self.offered(), ["2.0"])
        self.fails(4, "publish", "--attach", self.tbs, *self.at(), says="the repository has version 2")

    def test_root_keys_in_three_hands_make_a_repository(self):
        hands = []
        for number in range(3):
            hand = self.world.folder / f"hand-{number}"
            self.new_key("mine", hand)
            hands.append(hand)
        shutil.rmtree(self.world.site)
        for name in ["root-*", "targets-*"]:
            self.take_away(name)
        public = [self.world.must("key", "show", hand, "--json").json["keys"][0]["public"] for hand in hands]
        root_keys = [word for key in public for word in ("--root-key", key)]
        first = self.json_of("root", "init", "--out", self.tbs, *root_keys, "--targets-key", public[0],
                              "--targets-threshold", "1", "--snapshot-key", self.world.keys / "snapshot.key",
                              "--timestamp-key", self.world.keys / "timestamp.key")
        self.json_of("root", "add-sig", self.tbs, "--keys", hands[0], "--yes")
        self.fails(5, "publish", "--attach", self.tbs, *self.at(), says="1 of 2 valid signatures")
        self.json_of("root", "add-sig", self.tbs, "--keys", hands[2], "--yes")
        self.json_of("publish", "--attach", self.tbs, *self.at())

        again = self.world.folder / "again"
        self.json_of("publish", self.hello, *self.at("--prepare", again))
        self.json_of("sign", "--tbs", again, "--keys", hands[0], "--yes")
        self.json_of("sign", "--tbs", again, "--keys", self.world.keys, "--yes")
        self.json_of("publish", "--attach", again, *self.at())

        self.world.must("repo", "remove", "demo")
        self.world.must("repo", "add", "new", self.world.site, "--fingerprint", first["fingerprint"])
        self.assertEqual(self.offered(), ["1.0"])

    def test_a_key_in_the_ssh_agent_signs_as_a_key_file_does(self):
        socket, file = self.world.folder / "agent", self.world.folder / "ssh-key"
        agent = subprocess.Popen(["ssh-agent", "-D", "-a", socket], stdout=subprocess.DEVNULL)
        self.addCleanup(agent.wait)
        self.addCleanup(agent.kill)
        for kind in ["rsa", "ed25519"]:
            subprocess.run(["ssh-keygen", "-q", "-t", kind, "-N", "", "-f", f"{file}-{kind}"], check=True)
            subprocess.run(["ssh-add", "-q", f"{file}-{kind}"], check=True, env=dict(os.environ, SSH_AUTH_SOCK=str(socket)))
        public = base64.b64decode(pathlib.Path(f"{file}-ed25519.pub").read_text().split()[1])[-32:].hex()
        here = {"SSH_AUTH_SOCK": str(socket)}

        self.world.must("key", "rotate", "timestamp", *self.at("--ssh-agent", "--add", public, "--remove",
                                                               self.key_id("timestamp")), **here)
        self.world.must("publish", self.newer, *self.at("--ssh-agent"), **here)

        self.assertEqual(self.offered(), ["2.0"])
        self.fails(5, "publish", *self.at(), says="too few keys that the repository lists for timestamp")
        answer = self.world.qpkg("publish", *self.at("--ssh-agent"), SSH_AUTH_SOCK="")
        self.assertEqual(answer.code, 3, answer.err)

    # What goes wrong on the way

    def prepared(self):
        self.json_of("publish", self.newer, *self.at("--prepare", self.tbs))
        return self.tbs / "2.publisher.json"

    def sign(self):
        return self.world.qpkg("sign", "--tbs", self.tbs, "--keys", self.world.keys, "--yes")

    def test_bad_input_68_a_file_that_was_exchanged_after_the_signature_is_refused(self):
        payload = self.prepared()
        self.assertEqual(self.sign().code, 0)
        good = payload.read_text()
        payload.write_text(good.replace("2.0", "6.6"))

        self.fails(6, "publish", "--attach", self.tbs, *self.at(), says="is not the file that request.json names")
        request = json.loads((self.tbs / "request.json").read_text())
        request["files"][0]["sha256"] = hashlib.sha256(payload.read_bytes()).hexdigest()
        (self.tbs / "request.json").write_text(json.dumps(request, separators=(",", ":"), sort_keys=True))
        self.fails(5, "publish", "--attach", self.tbs, *self.at(), says="0 of 1 valid signatures")
        self.assertEqual(self.offered(), ["1.0"])

    def test_bad_input_67_a_payload_that_is_not_what_its_name_says_is_not_signed(self):
        payload = self.prepared()
        good = payload.read_bytes()
        for content, code, says in [(good + b"\n", 6, "is not the file"), (b"x" * 3_000_000, 7, "")]:
            payload.write_bytes(content)
            answer = self.sign()
            self.assertEqual(answer.code, code, answer.err)
            self.assertIn(says, answer.err)
        self.assertEqual(list(self.tbs.glob("*.sig")), [])

    def test_a_signer_who_says_no_signs_nothing(self):
        self.prepared()

        answer = self.world.qpkg("sign", "--tbs", self.tbs, "--keys", self.world.keys)

        self.assertEqual(answer.code, 2)
        self.assertIn("org.example/hello/x86_64/stable-2.json", answer.err + answer.out)
        self.assertEqual(list(self.tbs.glob("*.sig")), [])

    def test_keys_that_are_not_asked_for_sign_nothing(self):
        self.prepared()
        stranger = self.world.folder / "stranger"
        self.new_key("mine", stranger)

        self.fails(5, "sign", "--tbs", self.tbs, "--keys", stranger, "--yes", says="is asked for")

    def test_what_was_prepared_before_another_publication_is_refused(self):
        self.prepared()
        self.assertEqual(self.sign().code, 0)
        self.world.must("publish", self.newer, *self.at())

        self.fails(4, "publish", "--attach", self.tbs, *self.at(), says="the repository has version 2")

    def test_nothing_is_prepared_when_nothing_needs_it(self):
        document = self.json_of("publish", *self.at("--prepare", self.tbs))
        self.assertFalse(document["changed"])
        self.assertFalse(self.tbs.exists())


if __name__ == "__main__":
    unittest.main()

#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A vault from outside: what it signs, what it refuses (bad input 67), and that its owner has the last word."""

import datetime
import hashlib
import json
import pathlib
import shutil
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))
from world_case import PROGRAMS, WorldCase, check_schema  # noqa: E402

POLICY = """
ask = ["{ask}"]

[[role]]
name = "publisher"
namespaces = ["org.example"]
longest_days = {days}
"""


class Vaults(WorldCase):
    """A repository whose publisher key lies in a vault; the vault has signed nothing yet."""

    @classmethod
    def make_world(cls, world):
        world.make_base()
        world.make_keys()
        world.publish(world.make_module("org.example.hello", "1.0"))
        for version in ["2.0", "3.0"]:
            world.make_module("org.example.hello", version, out=world.folder / version)

    def setUp(self):
        super().setUp()
        self.world.add_repository()
        self.vault = self.world.folder / "vault"
        (self.vault / "keys").mkdir(parents=True)
        (self.world.keys / "publisher.key").rename(self.vault / "keys/publisher.key")
        self.shown = self.world.folder / "shown"
        self.ask = self.world.folder / "ask"
        self.owner_says("exit 0")
        self.write_policy()
        # What qrexec does, without Qubes: a program of the other side, joined by its standard input and output.
        self.command = self.world.folder / "reach-vault"
        self.command.write_text(f"#!/bin/sh\nexec {PROGRAMS}/qpkg vault serve --vault {self.vault}\n")
        self.command.chmod(0o755)
        self.prepare("2.0")

    def owner_says(self, end):
        self.ask.write_text(f"#!/bin/sh\ncat >{self.shown}\n{end}\n")
        self.ask.chmod(0o755)

    def write_policy(self, days=190):
        (self.vault / "policy.toml").write_text(POLICY.format(ask=self.ask, days=days))

    def prepare(self, version):
        self.tbs = self.world.folder / f"tbs-{version}"
        self.world.must("publish", self.world.folder / version / "org.example.hello", *self.at(),
                        "--prepare", self.tbs)

    def at(self):
        return ["--repo", self.world.site, "--keys", self.world.keys]

    def sign(self, tbs=None, command=None):
        return self.world.qpkg("sign", "--tbs", tbs or self.tbs, "--vault", command or self.command)

    def log(self):
        document = check_schema(self.world.must("vault", "log", "--vault", self.vault, "--json").json)
        return [event["what"] for event in document["events"]]

    def refused(self, *says, tbs=None):
        """Nothing is signed; both sides learn why."""
        answer = self.sign(tbs)
        self.assertEqual(answer.code, 5, answer.err)
        for words in says:
            self.assertIn(words, answer.err)
            self.assertIn(words, self.log()[-1])
        self.assertEqual(list((tbs or self.tbs).glob("*.sig")), [])

    def change(self, **members):
        """What somebody on the publishing machine might ask for instead."""
        payload = next(self.tbs.glob("*.publisher.json"))
        role = json.loads(payload.read_text())
        for name, value in members.items():
            role[name] = value(role[name]) if callable(value) else value
        request = json.loads((self.tbs / "request.json").read_text())
        payload.unlink()
        request["files"][0]["version"] = role["version"]
        payload = self.tbs / f"{role['version']}.publisher.json"
        payload.write_text(json.dumps(role, separators=(",", ":"), sort_keys=True))
        request["files"][0]["sha256"] = hashlib.sha256(payload.read_bytes()).hexdigest()
        (self.tbs / "request.json").write_text(json.dumps(request, separators=(",", ":"), sort_keys=True))

    def offered(self):
        return [row["version"] for row in self.world.must("search", "hello", "--json").json["apps"]]

    def test_what_policy_and_owner_agree_to_is_signed_and_published(self):
        answer = self.sign()
        self.assertEqual(answer.code, 0, answer.err)
        shown = self.shown.read_text()
        self.assertRegex(shown, r"\+ org.example/hello/x86_64/stable-2.json: .*custom version 2.0")
        self.assertRegex(shown, r"\+ qpkg_ostree_key: [0-9a-f]{64}")
        self.world.must("publish", "--attach", self.tbs, *self.at())
        self.assertEqual(self.offered(), ["2.0"])
        self.assertEqual(self.log(), ["signed 2.publisher.json"])

        self.prepare("3.0")
        self.assertEqual(self.sign().code, 0)
        shown = self.shown.read_text()
        self.assertIn("stable-3.json", shown)
        self.assertNotIn("stable-2.json", shown, "only the difference is shown")

    def test_an_answer_that_was_lost_can_be_asked_for_again(self):
        self.assertEqual(self.sign().code, 0)
        signature = next(self.tbs.glob("*.sig"))
        first = signature.read_text()
        signature.unlink()
        self.assertEqual(self.sign().code, 0)
        self.assertEqual(signature.read_text(), first)

    def test_bad_input_67_an_older_version_or_other_bytes_of_the_same(self):
        self.assertEqual(self.sign().code, 0)
        next(self.tbs.glob("*.sig")).unlink()
        self.change(expires="2026-12-30T00:00:00Z")
        self.refused("is version 2 with other bytes, last was signed version 2")
        self.change(version=1)
        self.refused("is version 1, last was signed version 2")
        self.change(version=9)
        self.refused("is version 9, last was signed version 2")

    def test_bad_input_67_another_namespace(self):
        self.change(targets=lambda all: {path.replace("org.example", "org.other"): target
                                         for path, target in all.items()})
        self.refused("namespace org.other is not among those of policy.toml")

    def test_bad_input_67_expiry_beyond_the_policy(self):
        self.write_policy(days=30)
        self.refused("expires 20", "policy.toml allows until 20")
        later = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=29)
        self.change(expires=later.strftime("%Y-%m-%dT%H:%M:%SZ"))
        self.assertEqual(self.sign().code, 0)

    def test_bad_input_67_a_role_without_a_rule(self):
        (self.vault / "policy.toml").write_text((self.vault / "policy.toml").read_text().replace(
            'name = "publisher"', 'name = "somebody"'))
        self.refused("policy.toml has no rule for role publisher")

    def test_bad_input_67_a_commit_that_disagrees_with_its_manifest(self):
        """The manifest says 2.0 of hello; the commit that it names is of another version."""
        evidence = self.tbs / "evidence"
        manifest = next(file for file in evidence.iterdir() if file.read_bytes().startswith(b"{"))
        first = next((self.world.site / "targets/org.example/hello/x86_64").glob("*.stable-1.json"))
        other = json.loads(first.read_text())["ostree"]
        document = json.loads(manifest.read_text())
        document["ostree"].update(commit=other["commit"])
        text = json.dumps(document, separators=(",", ":"), sort_keys=True).encode()
        digest = hashlib.sha256(text).hexdigest()
        (evidence / digest).write_bytes(text)
        commit = other["commit"]
        shutil.copy(self.world.site / "ostree/objects" / commit[:2] / f"{commit[2:]}.commit", evidence / commit)

        def lie(targets):
            target = targets["org.example/hello/x86_64/stable-2.json"]
            target["hashes"]["sha256"], target["length"] = digest, len(text)
            return targets

        self.change(targets=lie)
        self.refused("its commit's qpkg.version is 1.0, expected 2.0")

    def test_bad_input_67_a_new_release_without_its_manifest(self):
        self.assertEqual(self.sign().code, 0)
        self.world.must("publish", "--attach", self.tbs, *self.at())
        self.prepare("3.0")
        shutil.rmtree(self.tbs / "evidence")
        self.refused("the manifest was not sent along")

    def test_bad_input_67_too_much_and_trailing_bytes(self):
        for script, says in [("head -c 100M /dev/zero | {0}", "allowed are"),
                             ("{{ cat; echo more; }} | {0}", "something follows its end")]:
            command = self.world.folder / "bad-way"
            command.write_text("#!/bin/sh\n" + script.format(self.command) + "\n")
            command.chmod(0o755)
            answer = self.sign(command=command)
            self.assertEqual(answer.code, 5, answer.err)
            self.assertIn("refused: ", self.log()[-1])
            self.assertEqual(list(self.tbs.glob("*.sig")), [])

    def test_an_owner_who_says_no_has_the_last_word(self):
        self.owner_says("exit 1")
        self.refused("the owner of the keys said no")
        self.owner_says("exit 0")
        self.assertEqual(self.sign().code, 0)

    def test_a_vault_that_talks_nonsense_is_not_believed(self):
        signature = "0" * 128
        key = "a" * 64
        for text, says in [("hello", "begins with something else"),
                           (f"qpkg-signed 1\n2.publisher.json {key} {signature}\nend\n", "was not asked for"),
                           ("qpkg-signed 1\n", "ends early")]:
            command = self.world.folder / "liar"
            command.write_text(f"#!/bin/sh\ncat >/dev/null\nprintf '{text}'\n")
            command.chmod(0o755)
            answer = self.sign(command=command)
            self.assertEqual(answer.code, 6, answer.err)
            self.assertIn(says, answer.err)
        self.assertEqual(list(self.tbs.glob("*.sig")), [])


if __name__ == "__main__":
    unittest.main()

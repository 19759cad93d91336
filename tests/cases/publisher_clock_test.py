#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Clocks that are wrong on one side: one publication in 2040 must not make a repository look fresh until 2040."""

import datetime
import json
import pathlib
import subprocess
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))
from faked_time import qpkg_at  # noqa: E402
from key_thief import KeyThief  # noqa: E402
from world_case import WorldCase, check_schema  # noqa: E402

FAR = "2040-01-01 00:00:00"


class PublisherClock(WorldCase):
    copied = ("root", "keys", "site", "2", "3")

    @classmethod
    def make_world(cls, world):
        world.make_all()
        world.must("install", "hello", "--into", "work", "--yes")
        for number in "2", "3":
            world.make_module("org.example.hello", number + ".0", out=world.folder / number)

    def setUp(self):
        super().setUp()
        self.trust_own_copy()
        self.thief = KeyThief(self.world)

    def at(self, time, *words):
        return qpkg_at(self.world, time, *words)

    def publish(self, number):
        return ["publish", self.world.folder / number / "org.example.hello", "--repo", self.world.site, "--keys",
                self.world.keys]

    def test_a_clock_in_2040_publishes_nothing_and_says_why(self):
        before = (self.world.site / "tuf/timestamp.json").read_bytes()
        answer = self.at(FAR, *self.publish("2"))
        self.assertEqual(answer.code, 1, answer.err)
        self.assertIn("the clock of this machine says 2040-01-01", answer.err)
        self.assertEqual((self.world.site / "tuf/timestamp.json").read_bytes(), before)

    def test_a_clock_in_1970_publishes_nothing_and_says_why(self):
        answer = self.at("1970-01-02 00:00:00", *self.publish("2"))
        self.assertEqual(answer.code, 1, answer.err)
        self.assertIn("the clock of this machine says 1970-01-02", answer.err)

    def test_the_right_clock_publishes_as_if_nothing_had_been(self):
        self.at(FAR, *self.publish("2"))
        self.world.must(*self.publish("3"))
        expires = datetime.datetime.fromisoformat(self.thief.timestamp()["expires"][:-1])
        self.assertLess((expires - datetime.datetime.utcnow()).days, 60)
        self.world.must("upgrade", "--yes")
        frozen = self.at("+365d", "status")
        self.assertNotRegex(frozen.out, "demo +fresh")

    def test_a_client_refuses_signatures_from_2040_and_recovers(self):
        self.thief.sign_timestamp(qpkg_issued="2040-01-01T00:00:00Z", expires="2040-01-15T00:00:00Z")
        answer = self.world.qpkg("upgrade", "--yes")
        self.assertEqual(answer.code, 5, answer.err)
        self.assertIn("says it was signed on 2040-01-01", answer.err)
        self.assertIn("clock was wrong", answer.err)
        now = datetime.datetime.utcnow().replace(microsecond=0)
        self.thief.sign_timestamp(qpkg_issued=now.isoformat() + "Z",
                                  expires=(now + datetime.timedelta(days=14)).isoformat() + "Z")
        self.assertNotIn("2040", self.world.qpkg("upgrade", "--yes").err)

    def test_a_client_refuses_what_is_valid_until_2040(self):
        self.thief.sign_timestamp(expires="2040-01-01T00:00:00Z")
        answer = self.world.qpkg("upgrade", "--yes")
        self.assertEqual(answer.code, 5, answer.err)
        self.assertIn("expires on 2040-01-01", answer.err)

    def test_a_publication_two_years_ahead_is_told_and_new_keys_lead_out_of_it(self):
        self.assertEqual(self.at("+700d", *self.publish("2")).code, 0)
        for words in (["upgrade", "--yes"], ["status"]):
            answer = self.world.qpkg(*words)
            self.assertRegex(answer.out + answer.err, "demo was signed on 20[0-9-]+, in its future")
        refused = self.world.qpkg(*self.publish("3"))
        self.assertEqual(refused.code, 1, refused.err)
        self.assertIn("in the future", refused.err)
        self.assertIn("qpkg key rotate timestamp", refused.err)

        self.world.must("key", "new", "--out", self.world.keys, "--name", "timestamp-2", "--no-passphrase")
        keys = self.world.must("key", "show", self.world.keys, "--json").json["keys"]
        old = next(key["id"] for key in keys if key["name"] == "timestamp")
        self.world.must("key", "rotate", "timestamp", "--add", self.world.keys / "timestamp-2.key", "--remove", old,
                        "--repo", self.world.site, "--keys", self.world.keys)
        self.world.must(*self.publish("3"))
        self.world.must("upgrade", "--yes")
        self.assertNotIn("in its future", self.world.must("status").out)
        expires = datetime.datetime.fromisoformat(self.thief.newest("publisher")["expires"][:-1])
        self.assertLess((expires - datetime.datetime.utcnow()).days, 200, "what was valid for too long is signed anew")

    def test_a_clock_that_is_plainly_wrong_is_told_by_install_status_and_doctor(self):
        for time, says in (("1970-01-02 00:00:00", "this qpkg was made on"), (FAR, "more than three years after")):
            for words in (["install", "hello", "--into", "personal", "--dry-run", "--accept-stale"], ["status"],
                          ["doctor"]):
                with self.subTest(time=time, command=words[0]):
                    answer = self.at(time, *words)
                    self.assertIn(says, answer.out + answer.err)
        self.assertEqual(self.at(FAR, "doctor").code, 1)

    def test_a_repository_that_is_added_again_from_an_old_copy_is_told_loudly(self):
        old = self.world.folder / "old-site"
        subprocess.run(["cp", "-a", self.world.site, old], check=True)
        self.world.must(*self.publish("2"))
        self.world.must("upgrade", "--yes")
        self.world.must("repo", "remove", "demo")
        added = self.world.must("repo", "add", "demo", old, "--yes")
        self.assertIn("OLDER than what it served before", added.out + added.err)
        self.assertIn("OLDER than what it served before", self.world.must("status").out)
        check_schema(self.world.must("status", "--json").json)

    def test_numbers_that_a_thief_burnt_do_not_end_an_app(self):
        """With the keys of a day he lists a release with the last number there is."""
        line, last = "org.example/hello/x86_64/stable", 2**53 - 1

        def burn(role):
            target = json.loads(json.dumps(role["targets"][f"{line}-1.json"]))
            target["custom"].update(sequence=last, version="6.6")
            role["targets"][f"{line}-{last}.json"] = target

        self.thief.list_instead(burn)
        said = self.world.must("upgrade", "--yes")
        self.assertIn(f"{line}-{last}.json is skipped: its number is too far above", said.out + said.err)
        self.assertEqual(self.world.must("run", "work", "--", "hello").out.strip(), "hello 1.0")

        refused = self.world.qpkg(*self.publish("2"))
        self.assertEqual(refused.code, 5, refused.err)
        self.assertIn("qpkg publish --withdraw org.example.hello=VERSION", refused.err)
        self.world.must("publish", "--withdraw", "org.example.hello=6.6", "--repo", self.world.site, "--keys",
                        self.world.keys)
        self.world.must(*self.publish("2"))
        self.assertIn(f"{line}-2.json", self.thief.newest("publisher")["targets"])
        self.world.must("upgrade", "--yes")
        self.assertEqual(self.world.must("run", "work", "--", "hello").out.strip(), "hello 2.0")

    def test_a_withdrawal_that_a_thief_invented_does_not_end_an_app(self):
        line = "org.example/hello/x86_64/stable"
        self.thief.list_instead(lambda role: role.update(qpkg_withdrawn={line: 2**53 - 1}))
        self.world.must(*self.publish("2"))
        self.assertIn(f"{line}-2.json", self.thief.newest("publisher")["targets"])

    def test_a_release_that_was_withdrawn_is_no_sign_of_an_old_copy(self):
        self.world.must(*self.publish("2"))
        self.world.must("upgrade", "--yes")
        self.world.must("publish", "--withdraw", "org.example.hello=2.0", "--repo", self.world.site, "--keys",
                        self.world.keys)
        said = self.world.must("upgrade", "--yes")
        self.assertIn("which was withdrawn; to take what is offered: qpkg install org.example.hello --into work",
                      said.out + said.err)
        self.world.must("install", "hello", "--into", "work", "--yes")
        self.assertEqual(self.world.must("run", "work", "--", "hello").out.strip(), "hello 1.0")


if __name__ == "__main__":
    unittest.main()

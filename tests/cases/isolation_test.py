#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""One fault stays where it is: what is wrong with one repository, publisher, delegation or entry disables only itself."""

import json
import pathlib
import shutil
import sqlite3
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))
from craft import CraftedSite, Key, canonical, envelope  # noqa: E402
from small_world import SmallWorld  # noqa: E402
from world_case import PROGRAMS, WorldCase, check_schema  # noqa: E402

HELLO = "org.example/hello/x86_64/stable-1.json"


def entry(**changes):
    custom = {"base": "debian-12", "channel": "stable", "sequence": 2, "summary": "x", "version": "2"}
    return {"custom": custom, "hashes": {"sha256": "ab" * 32}, "length": 10, **changes}


def delegation(name, key, namespace):
    return {"keyids": [key.id], "name": name, "paths": [f"{namespace}/*/*/*"], "terminating": True, "threshold": 1}


def delegations(site, *roles):
    keys = [site.keys["publisher"], Key.named("somebody")]
    return {"keys": {key.id: key.object for key in keys}, "roles": list(roles)}


def gone(site):
    shutil.move(site.site, str(site.site) + ".gone")


def junk_timestamp(site):
    site.file("timestamp").write_bytes(b"<html>")


def dropped_role(site):
    site.edit("snapshot", lambda signed: signed["meta"].pop("publisher.json"))


def missing_list(site):
    site.edit("publisher", lambda signed: None)
    site.file("publisher").unlink()


def list_of_a_stranger(site):
    site.edit("publisher", lambda signed: None, signers=[Key.named("stranger")])


def other_sequence(site):
    site.edit("publisher", lambda signed: signed["targets"][HELLO]["custom"].__setitem__("sequence", 9))


def no_custom(site):
    site.edit("publisher", lambda signed: signed["targets"][HELLO].pop("custom"))


def path_that_leads_up(site):
    site.add_target("org.example/../x86_64/stable-2.json", entry())


def entry_without_hash(site):
    site.add_target("org.example/hello/x86_64/stable-2.json", entry(hashes={}))


def path_without_end(site):
    site.add_target(f"org.example/{'x' * 500}/x86_64/stable-2.json", entry())


def publisher_of_itself(site):
    roles = delegations(site, delegation("publisher", site.keys["publisher"], "org.example"))
    site.edit("publisher", lambda signed: signed.__setitem__("delegations", roles))


def second_delegation_of_a_name(site):
    second = delegation("publisher", site.keys["publisher"], "org.example")
    site.edit("targets", lambda signed: signed["delegations"]["roles"].append(second))


def second_delegation_of_a_namespace(site):
    second = delegation("somebody", site.keys["publisher"], "org.example")
    site.edit("targets", lambda signed: signed["delegations"]["roles"].append(second))


def delegation_that_goes_on(site):
    site.edit("targets", lambda signed: signed["delegations"]["roles"][0].__setitem__("terminating", False))


def mend(site):
    """The first list, signed again as the newest."""
    signed = json.loads((site.tuf / "1.publisher.json").read_bytes())["signed"]
    signed["version"] = site.version["publisher"] + 1
    site.write("publisher", envelope(canonical(signed), site.signers["publisher"]), signed["version"])


# Fault of demo → its exit code, in `repo check`.
FAULTS = {gone: 3, junk_timestamp: 6, dropped_role: 5, missing_list: 1, list_of_a_stranger: 5, other_sequence: 6,
          no_custom: 6, path_that_leads_up: 6, entry_without_hash: 6, path_without_end: 6, publisher_of_itself: 4,
          second_delegation_of_a_name: 4, second_delegation_of_a_namespace: 4}


class Isolation(WorldCase):
    @classmethod
    def make_world(cls, world):
        world.make_all()
        other = cls.second(world)
        other.folder.mkdir()
        other.make_keys()
        other.publish(other.make_module("org.second.tool", "1.0"))

    @staticmethod
    def second(world):
        """Another repository, known to the same machine."""
        other = SmallWorld(world.folder / "second", PROGRAMS)
        other.root = world.root
        return other

    def setUp(self):
        super().setUp()
        self.trust_own_copy()
        self.world.must("repo", "add", "second", self.second(self.world).site, "--yes")
        self.site = CraftedSite(self.world)

    def install(self, app, code=0):
        answer = self.world.qpkg("install", app, "--into", "work", "--yes")
        self.assertEqual(answer.code, code, answer.err + answer.out)
        return answer

    def problems(self):
        return [problem for problem in self.json_of("status")["problems"] if problem["repository"] == "demo"]

    def check(self, *words, code):
        answer = self.world.qpkg("repo", "check", *words, "--json")
        self.assertEqual(answer.code, code, answer.err + answer.out)
        return check_schema(answer.json)

    def test_a_fault_of_one_repository_hinders_no_other(self):
        for fault, code in FAULTS.items():
            with self.subTest(fault.__name__):
                self.setUp()
                fault(self.site)
                self.install("tool")
                found = self.world.must("search").out
                self.assertIn("org.second.tool", found)
                self.assertEqual({problem["code"] for problem in self.problems()}, {code})
                checked = self.check(code=code)
                self.assertEqual({row["name"]: row["fine"] for row in checked["repositories"]},
                                 {"demo": False, "second": True})
                self.assertTrue(all(problem["advice"] for problem in checked["problems"]))
                self.check("second", code=0)
                self.world.must("repo", "remove", "demo", "--yes")

    def test_what_was_verified_before_is_still_listed(self):
        for fault in [gone, junk_timestamp, dropped_role, missing_list, list_of_a_stranger]:
            with self.subTest(fault.__name__):
                self.setUp()
                fault(self.site)
                self.assertIn("org.example.hello", self.world.must("search").out)
                self.assertIn("org.example.hello", self.world.must("search", "--offline").out)

    def test_a_new_release_is_not_taken_from_a_list_that_is_behind(self):
        missing_list(self.site)
        self.assertIn("not there, expected version", self.install("hello", code=1).err)

    def test_one_wrong_entry_takes_no_other_of_its_list_away(self):
        for fault in [other_sequence, no_custom, path_that_leads_up, entry_without_hash, path_without_end]:
            with self.subTest(fault.__name__):
                self.setUp()
                fault(self.site)
                self.install("other")

    def test_an_app_whose_only_entry_is_wrong_is_not_said_to_be_missing(self):
        no_custom(self.site)
        answer = self.install("hello", code=6)
        self.assertIn(HELLO, answer.err)
        self.assertIn("org.example.hello cannot be installed", answer.err)

    def test_what_is_installed_and_cannot_be_read_any_more_is_not_said_to_be_withdrawn(self):
        self.install("hello")
        no_custom(self.site)
        self.world.must("search")
        self.assertEqual(self.json_of("status")["withdrawn"], [])

    def test_a_short_name_means_nothing_while_a_list_cannot_be_read(self):
        delegation_that_goes_on(self.site)
        answer = self.install("tool", code=6)
        for word in ['cannot tell which app "tool" means', "demo", "terminating", "org.second.tool"]:
            self.assertIn(word, answer.err)
        self.install("org.second.tool")
        self.assertIn("cannot tell whether there is", self.install("org.example.hello", code=6).err)

    def test_a_root_of_trust_that_is_damaged_here_hinders_no_other(self):
        with sqlite3.connect(self.world.root / "state.db") as database:
            database.execute("update trusted_role set bytes = x'7b7d' where repo = 'demo' and role = 'root'")
        self.install("org.second.tool")
        self.assertEqual(len(self.problems()), 1)

    def test_what_is_mended_is_used_again_and_nothing_is_left_of_the_fault(self):
        for fault in [path_that_leads_up, missing_list, list_of_a_stranger]:
            with self.subTest(fault.__name__):
                self.setUp()
                fault(self.site)
                self.world.must("search")
                self.assertNotEqual(self.problems(), [])
                mend(self.site)
                self.check(code=0)
                self.assertEqual(self.problems(), [])
                self.install("hello")

    def test_a_fault_is_recorded_once(self):
        list_of_a_stranger(self.site)
        for _ in range(3):
            self.world.must("search")
        with sqlite3.connect(self.world.root / "state.db") as database:
            rows = database.execute("select what from event where repo = 'demo' and what like 'refused%'").fetchall()
        self.assertEqual(len(rows), 1, rows)

    def test_the_only_repository_at_fault_is_the_real_cause_and_what_is_installed_goes_on(self):
        self.world.must("repo", "remove", "second", "--yes")
        self.install("hello")
        junk_timestamp(self.site)
        self.assertIn("timestamp.json", self.install("other", code=6).err)
        self.assertIn("timestamp.json", self.world.qpkg("search").err)
        for words in [("list",), ("status",), ("run", "work", "--", "hello"), ("search", "--offline")]:
            self.world.must(*words)
        self.check(code=6)
        gone(self.site)
        self.install("other", code=3)
        self.world.must("install", "hello", "--into", "personal", "--yes", "--offline")


if __name__ == "__main__":
    unittest.main()

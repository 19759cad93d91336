#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A publisher with the keys of every day; root's and targets' are in a safe. When what those signed has expired he must
not be told that he has published, because no client takes it."""

import pathlib
import shutil
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))
from faked_time import qpkg_at  # noqa: E402
from world_case import WorldCase, check_schema  # noqa: E402


class PublishingInVain(WorldCase):
    copied = ("root", "keys", "site", "2", "day")

    @classmethod
    def make_world(cls, world):
        world.make_all()
        world.make_module("org.example.hello", "2.0", out=world.folder / "2")
        (world.folder / "day").mkdir()
        for name in "publisher", "snapshot", "timestamp", "ostree":
            shutil.copy(world.keys / f"{name}.key", world.folder / "day")

    def setUp(self):
        super().setUp()
        self.trust_own_copy()

    def at(self, days, *words):
        return qpkg_at(self.world, f"+{days}d", *words)

    def publish(self, days, *more, keys="day"):
        return self.at(days, "publish", self.world.folder / "2/org.example.hello", "--repo", self.world.site, "--keys",
                       self.world.folder / keys, *more)

    def install(self, days):
        return self.at(days, "install", "hello", "--into", "work", "--yes")

    def test_targets_that_have_expired_are_told_and_the_exit_code_says_so(self):
        answer = self.publish(390)
        self.assertEqual(answer.code, 5, answer.out + answer.err)
        self.assertIn("targets.json has expired on ", answer.out)
        self.assertIn("Failed: clients refuse what is published", answer.out)
        self.assertNotIn("Done:", answer.out)
        self.assertEqual(self.install(390).code, 5, "which is true")

    def test_a_second_call_that_has_nothing_to_do_says_it_again(self):
        self.publish(390)
        answer = self.publish(390)
        self.assertEqual(answer.code, 5, answer.out + answer.err)

    def test_a_root_that_has_expired_is_told(self):
        answer = self.publish(560)
        self.assertEqual(answer.code, 5, answer.out + answer.err)
        self.assertRegex(answer.out, "(root|targets).json has expired on ")

    def test_scripts_read_it_in_json(self):
        document = check_schema(self.publish(390, "--json").json)
        self.assertEqual(len(document["refused"]), 1)

    def test_before_they_expire_there_is_a_warning_with_date_and_command(self):
        answer = self.publish(320)
        self.assertEqual(answer.code, 0, answer.out + answer.err)
        self.assertRegex(answer.out, r"targets\.json expires on 20\d\d-\d\d-\d\d; before that.* qpkg publish --repo ")
        self.assertEqual(self.install(320).code, 0)

    def test_in_the_last_days_it_says_from_when_on_clients_refuse(self):
        answer = self.publish(358)
        self.assertEqual(answer.code, 0, answer.out + answer.err)
        self.assertRegex(answer.out, r"from 20\d\d-\d\d-\d\d on clients install nothing new: targets.json expires")

    def test_what_is_fresh_is_not_talked_about(self):
        answer = self.publish(0)
        self.assertEqual(answer.code, 0, answer.out + answer.err)
        self.assertNotIn("expires on", answer.out)
        self.assertNotIn("clients install nothing", answer.out)

    def test_the_keys_in_the_safe_mend_it_also_from_afar(self):
        self.assertEqual(self.publish(390).code, 5)
        tbs = self.world.folder / "tbs"
        site = ["--repo", self.world.site, "--keys", self.world.folder / "day"]
        prepared = self.at(390, "publish", *site, "--prepare", tbs)
        self.assertEqual(prepared.code, 0, prepared.err)
        signed = self.at(390, "sign", "--tbs", tbs, "--keys", self.world.keys, "--yes")
        self.assertEqual(signed.code, 0, signed.err)
        attached = self.at(390, "publish", "--attach", tbs, *site)
        self.assertEqual(attached.code, 0, attached.out + attached.err)
        self.assertEqual(self.install(390).code, 0)

    def test_another_release_asks_nothing_of_the_keys_in_the_safe(self):
        """They are due for renewal after half their time, and nobody opens a safe for each release."""
        tbs = self.world.folder / "tbs"
        self.assertEqual(self.publish(300, "--prepare", tbs).code, 0)
        self.assertEqual([file.name for file in tbs.glob("*.json") if file.name != "request.json"],
                         ["2.publisher.json"])


if __name__ == "__main__":
    unittest.main()

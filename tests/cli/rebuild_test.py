#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Rebuilders, from outside: bad inputs 70 to 72 and what they stand on."""

import json
import os
import pathlib
import shutil
import sys
import unittest

import jsonschema

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))
from world_case import WorldCase, check_schema  # noqa: E402

HELLO = "org.example.hello"
STATEMENT = json.loads((HERE.parent.parent / "schemas/rebuild.schema.json").read_text())


class Rebuilders(WorldCase):
    copied = ("root", "site")

    @classmethod
    def make_world(cls, world):
        world.make_base()
        world.make_keys()
        world.hello = world.make_module(HELLO, "1.0", {"usr/share/hello/list": "one\n"}, out=world.folder / "first")
        world.make_module(HELLO, "1.0", {"usr/share/hello/list": "two\n"}, out=world.folder / "other")
        world.publish(world.hello)
        world.add_repository()
        world.must("qube", "create", "work", "--base", "debian-12")
        for name in ["alpha", "beta", "gamma"]:
            world.must("key", "new", "--out", world.folder / f"keys-{name}", "--no-passphrase")

    def setUp(self):
        super().setUp()
        self.trust_own_copy()
        self.keys = {}

    def rebuild(self, who, built="first", code=0, *words):
        key = self.common.folder / f"keys-{who}/publisher.key"
        answer = self.world.qpkg("rebuild", "hello", "--built", self.common.folder / built / HELLO, "--without-origin", "--key", key, "--out",
                                 self.world.site, "--json", *words)
        self.assertEqual(answer.code, code, answer.err + answer.out)
        document = check_schema(answer.json)
        if document["public_key"]:
            self.keys[who] = document["public_key"]
        return document

    def test_nothing_is_signed_where_nobody_knows_where_the_packages_came_from(self):
        key = self.common.folder / "keys-alpha/publisher.key"
        answer = self.world.qpkg("rebuild", "hello", "--built", self.common.folder / "first" / HELLO, "--key", key, "--out",
                                 self.world.folder / "statements", "--json")

        self.assertEqual(answer.code, 5, answer.err)
        self.assertIn("origin not proven", check_schema(answer.json)["origin_doubt"])
        self.assertFalse((self.world.folder / "statements").exists())

    def trust(self, *who, require):
        words = [word for name in who for word in ("--rebuilder", f"{name}={self.keys[name]}")]
        return check_schema(self.world.must("repo", "modify", "demo", *words, "--require", require, "--json").json)

    def install(self, *words, code=0):
        answer = self.world.qpkg("install", "hello", "--into", "work", "--yes", "--json", *words)
        self.assertEqual(answer.code, code, answer.err)
        document = check_schema(answer.json)
        if code != 0:
            self.assertEqual(self.world.must("list", "--json").json["apps"], [])
            self.assertNotIn("\n", document["error"]["message"])
        return document

    def statements(self):
        return sorted(path.name for path in (self.world.site / "attest").iterdir())

    def test_a_build_that_came_out_as_published_is_stated_and_signatures_add_up(self):
        document = self.rebuild("alpha")
        self.assertTrue(document["reproduced"])
        self.rebuild("beta")
        self.rebuild("beta")
        name, = self.statements()
        self.assertEqual(name, document["published"] + ".rebuild.json")
        envelope = json.loads((self.world.site / "attest" / name).read_text())
        self.assertEqual(len(envelope["signatures"]), 2)
        jsonschema.Draft202012Validator(STATEMENT).validate(envelope["signed"])

    def test_the_first_difference_is_printed_and_nothing_signed(self):
        document = self.rebuild("gamma", "other", 6)
        self.assertEqual(document["difference"], "usr/share/hello/list: other content")
        self.assertEqual((document["statement"], document["reproduced"]), ("", False))
        self.assertFalse((self.world.site / "attest").exists())

    def test_70_one_of_two_required_organisations_is_too_few(self):
        self.rebuild("alpha")
        self.rebuild("beta", "other", 6, "--sign-dissent")
        (self.world.site / "attest").joinpath(next(n for n in self.statements() if n.count(".") == 3)).unlink()
        self.trust("alpha", "beta", require="2")
        failed = self.install(code=5)
        self.assertIn("reproduced by 1 of 2 organisations (need 2): alpha", failed["error"]["message"])
        self.trust(require="warn")
        done = self.install()
        self.assertIn("org.example.hello 1.0: reproduced by 1 of 2 organisations: alpha", done["warnings"])

    def test_70_enough_organisations_are_enough_and_strangers_count_for_nothing(self):
        self.rebuild("alpha")
        self.rebuild("beta")
        self.rebuild("gamma")
        self.trust("alpha", "gamma", require="2")
        self.assertTrue(self.install()["changed"])
        info = check_schema(self.world.must("info", "hello", "--json").json)
        self.assertEqual(info["reproduced_by"], ["alpha", "gamma"])

    def test_70_a_rebuilder_whose_key_comes_to_sign_for_the_repository_counts_no_more(self):
        self.rebuild("alpha")
        self.trust("alpha", require="1")
        self.world.must("key", "rotate", "timestamp", "--add", self.keys["alpha"], "--repo", self.world.site, "--keys",
                        self.common.keys)
        self.assertIn("(need 1)", self.install(code=5)["error"]["message"])

    def test_71_dissent_is_shown_and_blocks_until_it_is_overruled(self):
        self.rebuild("alpha")
        self.rebuild("gamma", "other", 6, "--sign-dissent")
        self.trust("alpha", "gamma", require="1")
        failed = self.install(code=5)
        self.assertIn("not by gamma", failed["error"]["message"])
        self.assertIn("--despite-dissent", failed["error"]["hint"])
        done = self.install("--despite-dissent")
        self.assertIn("not by gamma", done["warnings"][0])
        self.assertEqual(self.world.must("info", "hello", "--json").json["dissent"], ["gamma"])
        status = check_schema(self.world.must("status", "--json").json)
        self.assertIn("not by gamma", status["dissent"][0])

    def test_71_overruling_dissent_does_not_lower_the_number(self):
        self.rebuild("alpha")
        self.rebuild("gamma", "other", 6, "--sign-dissent")
        self.trust("alpha", "gamma", require="2")
        self.assertIn("(need 2)", self.install("--despite-dissent", code=5)["error"]["message"])

    def test_71_dissent_that_was_seen_is_not_forgotten_when_the_mirror_withholds_it(self):
        self.rebuild("alpha")
        self.rebuild("gamma", "other", 6, "--sign-dissent")
        self.trust("alpha", "gamma", require="1")
        self.install(code=5)
        for name in self.statements():
            if name.count(".") == 3:
                (self.world.site / "attest" / name).unlink()
        self.assertIn("not by gamma", self.install(code=5)["error"]["message"])

    def test_70_statements_travel_in_mirrors_and_bundles(self):
        self.rebuild("alpha")
        self.rebuild("gamma", "other", 6, "--sign-dissent")
        mirror, bundle = self.world.folder / "mirror", self.world.folder / "b.qpkgb"
        self.world.must("mirror", "sync", self.world.site, "--to", mirror)
        self.assertEqual(sorted(path.name for path in (mirror / "attest").iterdir()), self.statements())
        self.world.must("bundle", "create", "--repo", mirror, "--out", bundle)
        self.trust("alpha", "gamma", require="1")
        self.world.site.rename(self.world.folder / "gone")

        self.world.must("import", bundle)

        failed = self.install("--offline", code=5)
        self.assertIn("reproduced by 1 of 2 organisations (need 1): alpha", failed["error"]["message"])
        self.assertIn("not by gamma", failed["error"]["message"])
        self.assertTrue(self.install("--offline", "--despite-dissent")["changed"])

    def test_72_withheld_statements_leave_too_few_and_the_hint_says_so(self):
        self.rebuild("alpha")
        self.trust("alpha", require="1")
        shutil.rmtree(self.world.site / "attest")
        failed = self.install(code=5)
        self.assertIn("reproduced by 0 of 1 organisation (need 1)", failed["error"]["message"])
        self.assertIn("withhold", failed["error"]["hint"])

    def test_72_a_statement_that_was_changed_counts_for_nothing(self):
        self.rebuild("alpha")
        self.trust("alpha", require="1")
        path, = (self.world.site / "attest").iterdir()
        path.write_text(path.read_text().replace('"version":"1.0"', '"version":"1.1"'))
        self.assertIn("reproduced by 0 of 1", self.install(code=5)["error"]["message"])

    def test_a_policy_that_can_never_be_met_is_refused(self):
        self.rebuild("alpha")
        answer = self.world.qpkg("repo", "modify", "demo", "--rebuilder", f"alpha={self.keys['alpha']}", "--require", "2")
        self.assertEqual(answer.code, 2)
        again = self.world.qpkg("repo", "modify", "demo", "--rebuilder", f"alpha={self.keys['alpha']}", "--rebuilder",
                                f"beta={self.keys['alpha']}")
        self.assertEqual(again.code, 4)
        for word in ["0", "17", "two", "alpha"]:
            self.assertEqual(self.world.qpkg("repo", "modify", "demo", "--require", word).code, 2)

    def test_recipe_and_lock_file_are_in_the_repository_under_their_hash(self):
        manifest, = self.world.site.glob("targets/org.example/hello/*/*.json")
        inputs = json.loads(manifest.read_text())["inputs"]
        for name in ["recipe", "lock"]:
            self.assertTrue((self.world.site / "inputs" / inputs[name].removeprefix("sha256:")).is_file())


if __name__ == "__main__":
    os.environ.setdefault("LC_ALL", "C.UTF-8")
    unittest.main()

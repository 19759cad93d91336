#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Bases are released like apps, take nothing back within a level, and are compared with the apps of a repository."""

import json
import pathlib
import shutil
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from small_world import APPLETS, PASSWD  # noqa: E402
from world_case import WorldCase  # noqa: E402

SOURCES = pathlib.Path(__file__).resolve().parents[2]
LIBRARY = (SOURCES / "tests/fuzz/corpus/elf/library").read_bytes()  # gives libhello.so.1
ID = "org.example.tiny"
USER_APPLETS = (*APPLETS, "chown")
SETPRIV = '#!/bin/sh\nwhile test "${1#--}" != "$1"; do shift; done\nexec "$@"\n'  # busybox' own changes no user


def base_files(version="1.0", account=101, library=True, greeting="hello\n"):
    """A base with one package, one account, one library and one file to hide."""
    files = {"etc/passwd": PASSWD + f"old:x:{account}:{account}::/:/bin/false\n",
             "etc/greeting": greeting,
             "var/lib/dpkg/status": f"Package: thing\nStatus: install ok installed\nVersion: {version}\nArchitecture: all\n",
             "usr/bin/setpriv": SETPRIV,
             "var/lib/dpkg/info/thing.list": "/.\n/usr\n/etc/greeting\n"}
    return {**files, "usr/lib/libhello.so.1": LIBRARY} if library else files


def rows(*lines):
    return "qpkg-details\t1\n" + "".join(sorted(line + "\n" for line in lines))


class Bases(WorldCase):
    def import_base(self, *words, base_id=ID, **files):
        archive = self.world.base_archive(USER_APPLETS, files=base_files(**files))
        return self.world.qpkg("base", "import", archive, "--id", base_id, *words)

    def must_import(self, *words, **files):
        answer = self.import_base(*words, **files)
        self.assertEqual(answer.code, 0, answer.err)
        return answer

    def bases(self):
        return {row["base"]: row for row in self.json_of("base", "list")["bases"]}

    def fails(self, answer, code, *says):
        self.assertEqual(answer.code, code, answer.err)
        for words in says:
            self.assertIn(words, answer.err)


class Levels(Bases):
    @classmethod
    def make_world(cls, world):
        world.must("base", "import", world.base_archive(files=base_files("1.5")), "--id", ID)

    def test_a_base_takes_nothing_back_within_its_level(self):
        before = self.bases()
        self.assertEqual(before[ID]["level"], 1)
        for change, says in (({"version": "1.4"}, "package thing 1.4 is older than 1.5"),
                             ({"version": "1.5~rc1"}, "package thing 1.5~rc1 is older than 1.5"),
                             ({"version": "1.5", "account": 102}, "user old has number 102, not 101")):
            self.fails(self.import_base(**change), 4, f"base {ID} would take back what the one here gives", says,
                       "--level 2")
            self.assertEqual(self.bases(), before)
        self.must_import(version="1.10")

    def test_a_level_begins_anew_and_only_rises(self):
        self.must_import("--level", "2", version="1.4", account=102)
        self.assertEqual(self.bases()[ID]["level"], 2)

        self.fails(self.import_base("--level", "1", version="1.4", account=102), 2, f"base {ID} is at level 2 here")
        self.must_import(version="1.6", account=102)
        self.assertEqual(self.bases()[ID]["level"], 2)

    def test_a_base_without_a_namespace_cannot_be_published(self):
        out = self.world.folder / "bases"
        self.fails(self.import_base("--out", out, base_id="tiny"), 2, "base tiny has no namespace", "org.example.tiny")
        self.assertFalse(out.exists())
        self.assertNotIn("tiny", self.bases())


class Released(Bases):
    """A base in a repository, and an app on it that takes something of each kind."""

    @classmethod
    def make_world(cls, world):
        world.must("base", "import", world.base_archive(USER_APPLETS, files=base_files()), "--id", ID, "--out", world.out)
        world.make_keys()
        fitting = rows("takes\tlibhello.so.1\t", "needs\thello\tthing\t=\t1.0",
                       f"shadows\t/etc/greeting\t{cls.object_of_greeting(world)}")
        world.publish(world.out / ID, world.make_module("org.example.hello", "1.0", base=ID, details=fitting),
                      world.make_module("org.example.other", "1.0", base=ID))
        world.add_repository()

    @staticmethod
    def object_of_greeting(world):
        (table,) = (world.root / "objects/qpkg-details").iterdir()
        (row,) = [line for line in table.read_text().splitlines() if line.startswith("file\t/etc/greeting\t")]
        return row.split("\t")[2]

    def setUp(self):
        super().setUp()
        self.trust_own_copy()

    def check(self, *words, code=0):
        return self.json_of("base", "check", self.world.site, *words, code=code)

    def newer(self, **files):
        self.must_import("--out", self.world.out, **files)
        return self.world.out / ID

    def answers(self, document):
        return {row["app"]: row["answer"] for row in document["releases"]}

    def test_its_manifest_says_what_it_is(self):
        manifest = json.loads((self.world.out / ID / "manifest.json").read_text())
        self.assertEqual((manifest["kind"], manifest["base"]), ("base", {"id": ID, "level": 1}))
        self.assertEqual(manifest["inputs"]["base"], manifest["ostree"]["commit"])
        self.assertTrue(manifest["version"].startswith("12+"), manifest["version"])
        app = json.loads((self.world.out / "org.example.hello/manifest.json").read_text())
        self.assertEqual(app["inputs"]["base"], manifest["ostree"]["commit"])

    def test_it_is_offered_mirrored_bundled_and_withdrawn(self):
        self.assertIn(ID, {row["app"] for row in self.json_of("search")["apps"]})
        self.assertEqual(self.json_of("info", ID)["base"], ID)
        self.world.must("repo", "check", "demo")

        mirror = self.world.folder / "mirror"
        self.world.must("mirror", "sync", self.world.site, "--to", mirror)
        self.world.must("mirror", "verify", mirror)
        self.assertEqual(self.answers(self.json_of("base", "check", mirror)), {"org.example.hello": "fits", "org.example.other": "fits"})

        bundle = self.world.folder / "base.bundle"
        self.world.must("bundle", "create", ID, "--repo", self.world.site, "--out", bundle)
        self.assertIn(ID, self.world.must("bundle", "inspect", bundle).out)
        self.world.must("import", bundle)

        self.world.must("publish", "--withdraw", ID, "--repo", self.world.site, "--keys", self.world.keys)
        self.assertNotIn(ID, {row["app"] for row in self.json_of("search")["apps"]})
        document = self.check(code=10)
        self.assertEqual(self.answers(document), {"org.example.hello": "not-checked", "org.example.other": "not-checked"})
        self.assertIn(f"no release of base {ID} is listed", document["releases"][0]["problem"])

    def test_it_is_published_again_only_when_it_changed(self):
        again = self.world.must("publish", self.world.out / ID, "--repo", self.world.site, "--keys", self.world.keys)
        self.assertIn("holds these releases already", again.out)

        self.world.publish(self.newer(version="1.1"))

        self.assertEqual({row["base_sequence"] for row in self.check(code=4)["releases"]}, {2})

    def test_it_is_no_app(self):
        self.world.must("qube", "create", "work", "--base", ID)
        self.fails(self.world.qpkg("install", ID, "--into", "work", "--yes"), 2, "it is a base, which a qube is made from")

    def test_apps_that_no_longer_fit_are_named_with_what_is_needed_and_what_is_there(self):
        self.assertEqual(self.answers(self.check()), {"org.example.hello": "fits", "org.example.other": "fits"})
        directory = self.newer(version="1.1", library=False, greeting="good evening\n")

        document = self.check("--base", directory, code=4)

        self.assertEqual(self.answers(document), {"org.example.hello": "does-not-fit", "org.example.other": "fits"})
        found = {(row["rule"], row["what"], row["needed"], row["there"]) for row in document["misfits"]}
        self.assertEqual(found, {("relation", "thing", "= 1.0 by hello", "1.1"),
                                 ("library", "libhello.so.1", "the library", "nothing"),
                                 ("path", "/etc/greeting", "the file it was built over", "another file")})
        self.assertEqual(self.answers(self.check()), {"org.example.hello": "fits", "org.example.other": "fits"})
        self.world.publish(directory)
        self.assertEqual(self.answers(self.check(code=4))["org.example.hello"], "does-not-fit")
        text = self.world.qpkg("base", "check", self.world.site)
        self.assertIn("Failed: 1 of 2 releases do not fit.", text.out)

    def test_an_app_that_is_known_not_to_fit_comes_into_no_qube(self):
        self.world.must("qube", "create", "old", "--base", ID)
        self.newer(version="1.1", library=False)
        self.world.must("qube", "create", "new", "--base", ID)

        answer = self.world.qpkg("install", "hello", "--into", "new", "--yes")

        self.fails(answer, 4, f"cannot put org.example.hello 1.0 into new: it does not fit base {ID}: "
                   "thing: = 1.0 by hello needed, there is 1.1, and 1 more")
        self.assertEqual(self.json_of("list")["apps"], [])
        self.world.must("install", "other", "--into", "new", "--yes")
        self.world.must("install", "hello", "--into", "old", "--yes")

    def test_of_a_level_nothing_fits_that_was_not_built_on_it(self):
        document = self.check("--base", self.new_level(), code=4)
        self.assertEqual({(row["app"], row["rule"], row["needed"], row["there"]) for row in document["misfits"]},
                         {(f"org.example.{name}", "level", "level 1", "level 2") for name in ("hello", "other")})

    # The recipes' tests

    def with_test(self, name, test):
        return self.world.make_module(f"org.example.{name}", "1.0", base=ID, tests=[test])

    def test_tests_of_recipes_are_run_over_the_base_of_today(self):
        self.world.publish(self.with_test("good", "good && test -s /etc/greeting"),
                           self.with_test("bad", "good || test hello = \"$(cat /etc/greeting)\""))
        self.assertEqual(self.check("--tests")["failures"], [])
        newer = self.newer(version="1.0", greeting="good evening\n")

        document = self.check("--tests", "--base", newer, code=4)

        tests = {row["app"]: (row["answer"], row["tests"]) for row in document["releases"]}
        self.assertEqual(tests, {"org.example.hello": ("does-not-fit", 0), "org.example.other": ("fits", 0),
                                 "org.example.good": ("fits", 1), "org.example.bad": ("fails", 1)})
        ((app, what),) = [(row["app"], row["what"]) for row in document["failures"]]
        self.assertEqual(app, "org.example.bad")
        self.assertIn("ended with 1", what)
        self.assertEqual(list((self.world.root / "build").iterdir()), [])
        self.assertEqual({row["tests"] for row in self.check("--base", newer, code=4)["releases"]}, {0}, "only when asked for")

    def test_where_the_base_is_not_here_tests_are_not_run_and_that_is_said(self):
        self.world.publish(self.with_test("good", "good"))
        far = self.world.folder / "far"
        answer = self.world.qpkg("base", "check", self.world.site, "--tests", "--json", root=far)
        self.assertEqual(answer.code, 10, answer.err)
        problems = {row["app"]: row["problem"] for row in answer.json["releases"]}
        self.assertIn(f"that release of base {ID} is not on this machine", problems["org.example.good"])
        self.assertEqual(problems["org.example.hello"], "")

    def new_level(self):
        self.must_import("--out", self.world.out, "--level", "2", version="1.1")
        return self.world.out / ID

    def test_details_that_are_damaged_are_not_checked_and_hinder_nothing_else(self):
        manifest = json.loads((self.world.out / "org.example.other/manifest.json").read_text())
        (self.world.site / "details" / (manifest["details"]["packed_sha256"] + ".zst")).write_bytes(b"x")
        document = self.check("--base", self.newer(version="1.1"), code=4)
        self.assertEqual(self.answers(document), {"org.example.hello": "does-not-fit", "org.example.other": "not-checked"})

    def test_a_directory_that_is_no_base_is_refused(self):
        self.fails(self.world.qpkg("base", "check", self.world.site, "--base", self.world.out / "org.example.hello"), 2,
                   "holds org.example.hello, which is no base")
        shutil.rmtree(self.world.out / ID)
        self.fails(self.world.qpkg("base", "check", self.world.site, "--base", self.world.out / ID), 3, "no manifest.json")

    def test_a_build_that_was_changed_is_refused(self):
        table = self.world.out / ID / "details.zst"
        table.write_bytes(table.read_bytes()[:-1])
        self.fails(self.world.qpkg("base", "check", self.world.site, "--base", self.world.out / ID), 6, "details.zst")


if __name__ == "__main__":
    unittest.main()

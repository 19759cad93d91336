#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Whose a file is: answered from the owners that the repository has."""

import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from world_case import WorldCase  # noqa: E402


class Owns(WorldCase):
    @classmethod
    def make_world(cls, world):
        world.make_all()
        world.must("install", "hello", "--into", "work", "--yes")

    def setUp(self):
        super().setUp()
        self.trust_own_copy()

    def test_a_file_of_an_installed_app_has_its_package_and_licences(self):
        row = {"path": "/usr/bin/hello", "package": "hello", "app": "org.example.hello", "version": "1.0",
               "licences": ["Expat"]}

        self.assertEqual(self.json_of("owns", "/usr/bin/hello")["owners"], [row])
        self.assertEqual(self.json_of("owns", "/usr/bin/hello", "--app", "hello")["owners"], [row])

    def test_a_file_that_no_package_lists_was_made_by_a_script(self):
        (row,) = self.json_of("owns", "/usr/share/qpkg/org.example.hello/exports")["owners"]

        self.assertEqual((row["package"], row["licences"]), ("", []))
        self.assertIn("(made by a script)", self.world.must("owns", "/usr/share/qpkg/org.example.hello/exports").out)

    def test_an_app_that_is_not_installed_answers_by_name(self):
        answer = self.world.qpkg("owns", "/usr/bin/other")
        self.assertEqual(answer.code, 3)
        self.assertIn("hint: for one that is not installed: --app APP", answer.err)

        self.assertEqual(self.json_of("owns", "/usr/bin/other", "--app", "other")["owners"][0]["package"], "other")

    def test_what_nobody_has_is_not_found(self):
        self.json_of("owns", "/usr/bin/nothing", code=3)
        self.json_of("owns", "/usr/bin/nothing", "--app", "hello", code=3)
        self.json_of("owns", "hello", code=2)

    def test_owners_that_are_not_as_signed_are_not_believed(self):
        for file in (self.world.site / "owners").iterdir():
            file.write_bytes(file.read_bytes()[:-1] + b"x")

        self.json_of("owns", "/usr/bin/hello", code=6)

    def test_only_the_app_that_has_the_path_is_asked(self):
        self.world.must("install", "other", "--into", "work", "--yes")
        for file in (self.world.site / "owners").iterdir():
            file.unlink()

        self.json_of("owns", "/usr/bin/nothing", code=3)
        answer = self.world.qpkg("owns", "/usr/bin/hello")
        self.assertIn("owners of org.example.hello 1.0: the repository lacks owners/", answer.err)


if __name__ == "__main__":
    unittest.main()

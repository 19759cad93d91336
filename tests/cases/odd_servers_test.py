#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Stores that answer 403 for what is not there, and schemes in capital letters."""

import pathlib
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))
import hostile_server as hostile  # noqa: E402
from hostile_server import HostileServer  # noqa: E402
from world_case import WorldCase  # noqa: E402


def hide(handler, path):
    return handler.serve(path) if (handler.server.site / path).is_file() else handler.answer(403, b"no")


class OddServers(WorldCase):
    @classmethod
    def make_world(cls, world):
        world.make_site()
        world.must("qube", "create", "work", "--base", "debian-12")

    def test_what_a_store_hides_is_not_there(self):
        with HostileServer(self.world.site, ("", hide)) as store:
            self.world.must("repo", "add", "demo", store.url, "--yes")
            self.world.must("install", "hello", "--into", "work", "--yes")
            self.world.must("repo", "modify", "demo", "--rebuilder", "lab=" + "0" * 64, "--require", "warn")
            self.world.must("install", "other", "--into", "work", "--yes")
            self.world.must("mirror", "sync", store.url, "--to", self.world.folder / "mirror")

    def test_what_must_be_there_and_is_hidden_is_an_error_that_says_so(self):
        for pattern in [r"timestamp.json$", r"snapshot.json$", r"publisher.json$", r"targets/.*hello", r"\.filez$"]:
            with self.subTest(pattern), HostileServer(self.world.site, (pattern, hostile.status(403)), ("", hide)) as store:
                added = self.world.qpkg("repo", "add", "demo", store.url, "--yes")
                answer = added if added.code else self.world.qpkg("install", "hello", "--into", "work", "--yes")
                self.assertNotEqual(answer.code, 0)
                self.assertIn("answered 403", answer.err)
                self.world.qpkg("repo", "remove", "demo")

    def test_a_scheme_may_be_in_capital_letters(self):
        with HostileServer(self.world.site) as server:
            self.world.must("repo", "add", "demo", server.url.replace("http", "HTTP"), "--yes")
            self.assertEqual(self.json_of("repo", "list")["repositories"][0]["location"], server.url)
            self.world.must("install", "hello", "--into", "work", "--yes")
            self.world.must("mirror", "sync", server.url.replace("http", "Http"), "--to", self.world.folder / "mirror")
        self.world.must("repo", "remove", "demo")
        self.world.must("repo", "add", "demo", f"FILE://{self.world.site}", "--yes")
        self.world.must("install", "other", "--into", "work", "--yes")


if __name__ == "__main__":
    unittest.main()

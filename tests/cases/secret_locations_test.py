#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Passwords and tokens in locations are for the server they are meant for, and for nobody else."""

import base64
import os
import pathlib
import stat
import sys
import unittest
import urllib.parse

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))
import hostile_server as hostile  # noqa: E402
from hostile_server import HostileServer  # noqa: E402
from world_case import WorldCase  # noqa: E402

PASSWORD = "hush-7c1@%"
TYPED = urllib.parse.quote(PASSWORD, safe="")
TOKEN = "sig=t0ken-55"
SECRETS = (PASSWORD, TYPED, "t0ken-55", "hush-7c1")


def wants_password(handler, path):
    wanted = "Basic " + base64.b64encode(f"bob:{PASSWORD}".encode()).decode()
    if handler.headers.get("Authorization") != wanted:
        return handler.answer(401, b"who are you?")
    return handler.serve(path)


def wants_token(handler, path):
    path, _, query = path.partition("?")
    return handler.serve(path) if query == TOKEN else handler.answer(401, b"no token")


class SecretLocations(WorldCase):
    @classmethod
    def make_world(cls, world):
        world.make_site()
        world.must("qube", "create", "work", "--base", "debian-12")

    def setUp(self):
        super().setUp()
        self.server = HostileServer(self.world.site, (r"\?", wants_token), ("", wants_password))
        self.server.__enter__()
        self.addCleanup(self.server.__exit__)
        self.with_password = self.server.url.replace("//", f"//bob:{TYPED}@")
        self.with_token = self.server.url + "?" + TOKEN

    def said(self, *words, code=0, **environment):
        """What a command printed, without a secret, wherever it went."""
        answer = self.world.qpkg(*words, **environment)
        self.assertEqual(answer.code, code, answer.err)
        for secret in SECRETS:
            self.assertNotIn(secret, answer.out + answer.err)
        return answer.out + answer.err

    def readable(self, folder):
        for path in folder.rglob("*"):
            if path.is_file() and not path.is_symlink() and path.stat().st_mode & 0o077:
                yield path

    def assert_kept_apart(self, folder):
        for path in self.readable(folder):
            data = path.read_bytes()
            for secret in SECRETS:
                self.assertNotIn(secret.encode(), data, path)

    def test_a_repository_behind_a_password_can_be_used_and_its_password_is_for_root_alone(self):
        self.said("repo", "add", "demo", self.with_password, "--yes")
        self.said("install", "hello", "--into", "work", "--yes", "-v")
        self.assert_kept_apart(self.world.root)
        folder = self.world.root / "secrets"
        self.assertEqual(stat.S_IMODE(folder.stat().st_mode), 0o700)
        self.assertEqual([stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()], [0o600])
        shown = self.server.url.replace("//", "//bob:***@")
        for words in [("repo", "list"), ("repo", "list", "--json"), ("repo", "check"), ("repo", "check", "--json")]:
            self.assertIn(shown, self.said(*words))
        for words in [("status",), ("status", "--json"), ("history", "work"), ("inventory", "export", "--out", self.world.folder / "i")]:
            self.said(*words)
        self.assert_kept_apart(self.world.folder / "root")

    def test_a_token_in_the_query_goes_with_every_file(self):
        self.said("repo", "add", "demo", self.with_token, "--yes")
        self.said("install", "hello", "--into", "work", "--yes")
        self.assertTrue(all(path.endswith("?" + TOKEN) for path in self.server.asked))
        self.assertIn(self.server.url + "?***", self.said("repo", "list"))
        self.assert_kept_apart(self.world.root)

    def test_a_password_goes_with_its_repository(self):
        self.said("repo", "add", "demo", self.with_password, "--yes")
        self.said("repo", "remove", "demo")
        self.assertEqual(list((self.world.root / "secrets").iterdir()), [])

    def test_failures_do_not_tell(self):
        self.said("repo", "add", "demo", self.with_password, "--yes")
        for secret in (self.world.root / "secrets").iterdir():
            secret.unlink()
        self.assertIn("its password or token is not here", self.said("install", "hello", "--into", "work", "--yes", code=1))
        self.world.must("repo", "remove", "demo")
        wrong = self.with_password.replace(TYPED, "t0ken-55")
        self.assertIn("answered 401", self.said("repo", "add", "demo", wrong, "--yes", code=1))
        closed = self.with_password.replace(str(self.server.server.server_port), "1")
        self.said("repo", "add", "demo", closed, "--yes", code=1)
        self.said("repo", "add", "demo", self.with_password + " and", "--yes", code=2)
        self.said("repo", "add", "demo", self.with_password + "#t0ken-55", "--yes", code=2)
        self.said("repo", "add", "demo", self.with_password, self.with_token, "--yes", code=2)
        self.said("repo", "add", "demo", "ftp://bob:hush-7c1@host/", "--yes", code=2)
        self.said("repo", "add", "demo", "http://bob:hush-7c1/t0ken-55@host:x/", "--yes", code=2)

    def test_redirects_with_tokens_do_not_tell(self):
        with HostileServer(self.world.site, ("snapshot.json$", hostile.redirect("http://elsewhere.invalid/x?" + TOKEN))) as server:
            self.assertIn("another place", self.said("repo", "add", "demo", server.url, "--yes", code=1))

    def test_a_mirror_passes_no_password_on(self):
        mirror = self.world.folder / "mirror"
        proxy = ("--proxy", "bob:hush-7c1@127.0.0.1:1")
        self.said("mirror", "sync", self.with_password, "--to", mirror, *proxy, code=1)
        self.said("mirror", "sync", self.with_password, "--to", mirror, "--proxy", "http://bob:hush-7c1@x:y/", code=1)
        self.assertIn("bob:***@", self.said("mirror", "sync", self.with_password, "--to", mirror))
        self.assert_kept_apart(mirror)

    def test_proxies_of_the_environment_do_not_tell(self):
        for proxy in ["http://bob:hush-7c1@127.0.0.1:1", "bob:hush-7c1@127.0.0.1:none", "junk://bob:hush-7c1@x"]:
            self.said("repo", "add", "demo", "http://nowhere.invalid", "--yes", code=1, http_proxy=proxy)

    def test_the_recorded_command_line_has_none(self):
        self.said("repo", "add", "demo", self.with_password, "--yes")
        # A slip of the hand: an address where an app belongs.
        config = self.world.folder / "http:" / "bob:hush-7c1@x"
        config.parent.mkdir()
        config.write_text("")
        self.said("install", "hello", "--into", "work", "--yes", "--config", f"{self.world.folder}/http://bob:hush-7c1@x")
        self.assertIn("http://bob:***@x", self.said("history", "work"))
        self.said("install", self.with_password, "--into", "work", "--yes", code=3)
        self.assertNotIn(b"hush", b"".join(file.read_bytes() for file in self.world.root.glob("state.db*")))


if __name__ == "__main__":
    os.environ.setdefault("LC_ALL", "C.UTF-8")
    unittest.main()

#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Small traps: a bundle that lies where bundles are received, a mirror inside what it reads, names that steer a
terminal, keys on a stick without modes, a publisher as his own rebuilder, an agent that hangs."""

import pathlib
import shutil
import socket
import subprocess
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))
from world_case import WorldCase  # noqa: E402


class SmallTraps(WorldCase):
    copied = ("root", "keys", "site")

    def setUp(self):
        super().setUp()
        self.trust_own_copy()

    def fails(self, code, *words, says, stdin=None):
        answer = self.world.qpkg(*words, stdin=stdin)
        self.assertEqual(answer.code, code, answer.out + answer.err)
        self.assertIn(says, answer.err)
        return answer

    def test_import_does_not_delete_its_source(self):
        place = self.world.root / "quarantine-mine"
        self.world.must("bundle", "create", "--repo", self.world.site, "--out", place)
        before = place.read_bytes()
        self.world.must("import", place)
        self.assertEqual(place.read_bytes(), before)

    def test_what_a_killed_import_left_is_still_cleared_away(self):
        place = self.world.root / "quarantine-left"
        place.write_text("half a bundle")
        bundle = self.world.folder / "b.qpkgb"
        self.world.must("bundle", "create", "--repo", self.world.site, "--out", bundle)
        self.world.must("import", bundle)
        self.assertFalse(place.exists())

    def test_a_mirror_does_not_lie_in_its_source_nor_in_the_state_nor_around_them(self):
        for to in (self.world.site, self.world.site / "mirror", self.world.root, self.world.root / "mirror",
                   self.world.folder, self.world.site / "../site/deep/mirror"):
            with self.subTest(to):
                self.fails(2, "mirror", "sync", self.world.site, "--to", to, says="lie in one another")
                self.fails(2, "mirror", "sync", f"file://{self.world.site}", "--to", to, says="lie in one another")
        self.assertFalse((self.world.site / "mirror").exists())
        self.assertFalse((self.world.root / ".publish").exists())
        beside = self.world.folder / "site-mirror"
        self.world.must("mirror", "sync", self.world.site, "--to", beside)

    def test_a_mirror_reached_by_a_link_is_where_the_link_leads(self):
        link = self.world.folder / "link"
        link.symlink_to(self.world.site)
        self.fails(2, "mirror", "sync", self.world.site, "--to", link / "mirror", says="lie in one another")

    def test_a_location_that_steers_the_terminal_is_not_stored(self):
        place = self.world.folder / "si\x1b[31mte"
        shutil.copytree(self.world.site, place)
        answer = self.fails(2, "repo", "add", "evil", place, "--yes", says="holds control characters")
        self.assertNotIn("\x1b", answer.err)
        listed = self.world.must("repo", "list")
        self.assertNotIn("\x1b", listed.out)

    def test_no_failure_prints_what_steers_a_terminal(self):
        for words in (["mirror", "sync", "/no\x1b[2J", "--to", self.world.folder / "m"], ["import", "/no\x1b[2J"],
                      ["publish", "/no\x1b[2J", "--repo", self.world.folder / "s", "--keys", self.world.keys],
                      ["info", "no\x1b[2J"], ["repo", "add", "x\x1b[2J", self.world.site]):
            with self.subTest(words[0]):
                answer = self.world.qpkg(*words)
                self.assertNotEqual(answer.code, 0)
                self.assertNotIn("\x1b", answer.err + answer.out)

    def test_a_failure_names_its_repository_once(self):
        self.world.must("install", "hello", "--into", "work", "--yes")
        timestamp = self.world.site / "tuf/timestamp.json"
        timestamp.write_bytes(timestamp.read_bytes()[:-9])
        answer = self.world.qpkg("upgrade", "--yes")
        self.assertIn("repository demo: ", answer.err)
        self.assertNotIn("repository demo: repository demo:", answer.err)
        timestamp.unlink()
        self.assertNotIn("repository demo: repository demo:", self.world.qpkg("upgrade", "--yes").err)

    def test_keys_are_not_written_where_everybody_could_read_them(self):
        under, share = self.world.folder / "under", self.world.folder / "share"
        under.mkdir()
        share.mkdir()
        subprocess.run(["bindfs", "-p", "a+rw", "--chmod-ignore", under, share], check=True)
        self.addCleanup(subprocess.run, ["umount", share], check=False)
        for words in (["--no-passphrase"], ["--name", "one", "--no-passphrase"]):
            answer = self.fails(9, "key", "new", "--out", share / "keys", *words, says="keeps no modes")
            self.assertIn("fmask=177", answer.err)
            self.assertEqual(list(under.rglob("*.key")), [])

    def test_a_key_of_the_repository_is_no_rebuilder(self):
        keys = self.world.must("key", "show", self.world.keys, "--json").json["keys"]
        for name in ("publisher", "ostree", "root-1", "targets-3", "timestamp"):
            with self.subTest(name):
                public = next(key["public"] for key in keys if key["name"] == name)
                self.fails(4, "repo", "modify", "demo", "--rebuilder", f"alpha={public}",
                           says="signs for repository demo")
        self.world.must("repo", "modify", "demo", "--rebuilder", f"alpha={'ab' * 32}")

    def test_an_agent_that_takes_nobody_is_given_up(self):
        path = self.world.folder / "agent"
        with socket.socket(socket.AF_UNIX) as listening:
            listening.bind(str(path))
            listening.listen(0)
            waiting = []
            for _ in range(2):
                one = socket.socket(socket.AF_UNIX)
                one.setblocking(False)
                try:
                    one.connect(str(path))
                except BlockingIOError:
                    pass
                waiting.append(one)
            answer = self.world.qpkg("publish", "--repo", self.world.site, "--keys", self.world.keys, "--ssh-agent",
                                     SSH_AUTH_SOCK=str(path))
            for one in waiting:
                one.close()
        self.assertEqual(answer.code, 1, answer.err)
        self.assertIn("reach the ssh-agent", answer.err)


if __name__ == "__main__":
    unittest.main()

#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What went off a list stayed in the repository and its mirrors for ever. It goes when nobody is expected to hold a list that
named it any more, and not before."""

import pathlib
import shutil
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from faked_time import qpkg_at, require_faketime  # noqa: E402
from world_case import WorldCase  # noqa: E402


class Pruning(WorldCase):
    copied = ("keys", "site")

    @classmethod
    def make_world(cls, world):
        world.make_site()
        cls.newer = world.make_module("org.example.hello", "2.0", out=world.folder / "newer")
        cls.far = world.make_module("net.example.far", "1.0")

    def setUp(self):
        super().setUp()
        require_faketime()
        self.mirror = self.world.folder / "mirror"

    def at(self, days, *words):
        answer = qpkg_at(self.world, f"+{days}d", *words)
        self.assertEqual(answer.code, 0, answer.err)
        return answer

    def sign_and_sync(self, days):
        self.at(days, "publish", "--repo", self.world.site, "--keys", self.world.keys)
        self.at(days, "mirror", "sync", self.world.site, "--to", self.mirror)

    def manifests(self):
        return sorted(path.name.split(".", 1)[1] for path in self.mirror.glob("targets/org.example/hello/**/*.json"))

    def files(self):
        return {path for path in self.mirror.rglob("*") if path.is_file()}

    def test_what_nobody_holds_a_list_of_goes_from_a_mirror_and_the_rest_stays_whole(self):
        self.sign_and_sync(0)
        first = self.files()
        self.world.publish(self.newer)
        self.world.must("publish", "--withdraw", "org.example.hello=1.0", "--repo", self.world.site, "--keys", self.world.keys)
        for days in (0, 20):
            self.sign_and_sync(days)
            self.assertEqual(self.manifests(), ["stable-1.json", "stable-2.json"], days)
            self.assertLessEqual({path for path in first if "ostree/objects" in str(path)}, self.files())

        self.sign_and_sync(60)

        self.assertEqual(self.manifests(), ["stable-2.json"])
        gone = {path.relative_to(self.mirror).parts[0] for path in first - self.files()}
        self.assertLessEqual({"targets", "details", "ostree", "tuf"}, gone)
        self.at(60, "mirror", "verify", self.mirror)
        now = self.files()
        self.at(61, "mirror", "sync", self.world.site, "--to", self.mirror)
        self.assertEqual(self.files(), now)

    def test_where_a_list_does_not_verify_that_somebody_may_hold_nothing_goes(self):
        """Of one of two publishers, whose key was changed meanwhile."""
        theirs = self.world.folder / "theirs"
        shutil.copytree(self.world.keys, theirs)
        for name in ("publisher", "publisher-2"):
            more = self.world.folder / name
            self.world.must("key", "new", "--out", more, "--no-passphrase")
            shutil.move(more / "publisher.key", theirs / f"{name}.key")
        them = ["--repo", self.world.site, "--keys", theirs]
        second = (theirs / "publisher-2.key").rename(self.world.folder / "second.key")
        self.world.must("publish", self.far, *them, "--publisher", "them")
        self.sign_and_sync(0)
        self.world.publish(self.newer)
        self.world.must("publish", "--withdraw", "org.example.hello=1.0", "--repo", self.world.site, "--keys", self.world.keys)
        old = next(key["id"] for key in self.json_of("key", "show", theirs)["keys"] if key["name"] == "publisher")
        second.rename(theirs / "publisher-2.key")
        self.at(45, "publish", "--withdraw", "net.example.far", *them)
        self.at(50, "key", "rotate", "them", *them, "--add", theirs / "publisher-2.key", "--remove", old)
        self.sign_and_sync(60)
        self.assertEqual(len(list(self.mirror.glob("targets/net.example/**/*.json"))), 1)
        self.assertEqual(self.manifests(), ["stable-1.json", "stable-2.json"])

    def test_as_long_as_every_list_names_the_same_nothing_goes_but_old_lists(self):
        self.sign_and_sync(0)
        self.sign_and_sync(120)
        before = {path for path in self.files() if "tuf" not in path.parts}
        self.sign_and_sync(240)
        self.assertEqual({path for path in self.files() if "tuf" not in path.parts}, before)
        self.assertEqual(len(list(self.mirror.glob("tuf/*.publisher.json"))), 2)


if __name__ == "__main__":
    unittest.main()

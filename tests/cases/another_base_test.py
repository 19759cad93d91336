#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Qubes move to another base by a word of their owner: one first, which goes back by itself when it does not work."""

import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import base_levels_test  # noqa: E402

ID, OTHER = base_levels_test.ID, "org.example.other-tiny"
LOOK = "#!/bin/sh\ncat /usr/share/which-base\n"


class Rebase(base_levels_test.Bases):
    @classmethod
    def make_world(cls, world):
        for base in (ID, OTHER):
            files = {**base_levels_test.base_files(), "usr/share/which-base": base + "\n"}
            world.must("base", "import", world.base_archive(files=files), "--id", base, "--out", world.out)
        world.make_keys()
        world.publish(world.out / ID, world.out / OTHER, cls.app(world, "one", ID, "1.0"))
        world.add_repository()
        for qube in ("first", "second"):
            world.must("qube", "create", qube, "--base", ID)
            world.must("install", "one", "--into", qube, "--yes")

    @staticmethod
    def app(world, name, base, version, text=LOOK):
        return world.make_module(f"org.example.{name}", version, {f"usr/bin/{name}": text}, base=base,
                                 out=world.folder / f"out-{version}")

    def setUp(self):
        super().setUp()
        self.trust_own_copy()

    def says(self, qube):
        return self.world.must("run", qube, "--", "one").out.strip()

    def bases(self):
        return {row["name"]: row["base"] for row in self.json_of("status")["qubes"]}

    def test_one_qube_goes_first_and_the_others_follow(self):
        self.world.publish(self.app(self.world, "one", OTHER, "2.0"))
        self.world.must("run", "first", "--", "touch", "/home/user/kept")
        told = self.json_of("rebase", "--to", OTHER, "--canary", "first", "--check", "test -e ~/kept", "--yes")
        self.assertEqual({(row["qube"], row["change"]) for row in told["bases"]}, {("first", "upgrade"), ("second", "upgrade")})
        self.assertEqual(self.bases(), {"first": OTHER, "second": OTHER})
        self.assertEqual((self.says("first"), self.says("second")), (OTHER, OTHER))
        self.assertEqual(self.world.qpkg("rebase", "--to", OTHER, "--yes", "--unchanged-exit-77").code, 77)
        self.world.must("rollback", "second", "--yes")
        self.world.must("qube", "stop", "second")
        self.assertEqual((self.says("first"), self.says("second")), (OTHER, ID))
        self.world.must("verify")

    def test_what_does_not_work_goes_back_by_itself_and_no_other_qube_moves(self):
        self.world.publish(self.app(self.world, "one", OTHER, "2.0"))
        self.assertEqual(self.says("first"), ID)
        before = self.bases()
        for check in ("exit 3", "one | grep -q tiny-nowhere"):
            self.fails(self.world.qpkg("rebase", "--to", OTHER, "--canary", "first", "--check", check, "--yes"), 1,
                       "first does not work on")
            self.assertEqual(self.bases(), before)
            self.assertEqual((self.says("first"), self.says("second")), (ID, ID))

    def test_an_app_without_a_release_for_it_stops_all(self):
        before = self.json_of("history", "first")
        self.fails(self.world.qpkg("rebase", "--to", OTHER, "--yes"), 4, "org.example.one (first, second)")
        self.fails(self.world.qpkg("rebase", "--to", "nothing", "--yes"), 3, "nothing")
        self.world.publish(self.app(self.world, "one", OTHER, "2.0"))
        self.fails(self.world.qpkg("rebase", "second", "--to", OTHER, "--canary", "first", "--yes"), 2, "none of those that move")
        self.assertEqual(self.json_of("history", "first"), before)
        self.world.must("rebase", "second", "--to", "other-tiny", "--yes")
        self.assertEqual(self.bases(), {"first": ID, "second": OTHER})


if __name__ == "__main__":
    unittest.main()

#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""An app that nobody offers, on Qubes: dom0 asks, disposables build twice, a qube without a network compares and signs. What
hostile disposables answer is refused, and changes nothing."""

import os
import pathlib
import subprocess
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))
from far_machine import FarMachine  # noqa: E402
from world_case import PROGRAMS, WorldCase  # noqa: E402

FILES = HERE.parent.parent / "packaging/qubes"
SUPPORT = HERE.parent / "support"
APP = "org.debian.greeter"
UNIT = "[Service]\nExecStart=/usr/bin/greeter\n"


class Making(WorldCase):
    """A far machine stands for dom0: it trusts the machine's own repository, and has no other way to it."""

    @classmethod
    def make_world(cls, world):
        world.make_base()
        world.make_base("debian-13")
        world.make_keys()
        world.publish(world.make_module("org.debian.first", "1.0"))
        world.must("bundle", "create", "--repo", world.site, "--out", world.folder / "first.qpkgb", "--metadata-only")
        FarMachine(world).trust(world.folder / "first.qpkgb")
        cls.good = cls.packed(world, "good")

    @classmethod
    def packed(cls, world, name, app=APP, version="1.0", **options):
        module = world.make_module(app, version, out=world.folder / f"built-{name}", **options)
        tar = world.folder / f"{name}.tar"
        subprocess.run(["tar", "-C", module, "--numeric-owner", "-cf", tar, "."], check=True)
        return tar.read_bytes()

    def setUp(self):
        super().setUp()
        self.far = FarMachine.in_copy(self.world)
        self.place = self.world.folder / "publisher"
        self.place.mkdir()
        (self.place / "site").symlink_to(self.world.site)
        (self.place / "keys").symlink_to(self.world.keys)
        self.builds = self.world.folder / "builds"
        self.builds.mkdir()

    def make(self, *words, builds=(), **more):
        for number, build in enumerate(builds or (self.good, self.good), 1):
            (self.builds / str(number)).write_bytes(build)
        if (self.builds / "came").exists():
            (self.builds / "came").rmdir()
        environment = dict(
            os.environ, PATH=f"{PROGRAMS}:{os.environ['PATH']}", QPKG_ROOT=str(self.far.root), QPKG_PUBLISHER=str(self.place),
            QPKG_QREXEC_CLIENT=str(SUPPORT / "fake_make_qubes.sh"), QPKG_FAKE_BUILDS=str(self.builds),
            QPKG_FAKE_SERVICE=str(FILES / "qpkg.Make"), **more)
        return subprocess.run([FILES / "qpkg-make", "greeter", "--base", "debian-12", *words], env=environment, text=True,
                              capture_output=True, check=False, stdin=subprocess.DEVNULL, errors="replace")

    def site(self):
        return {path: path.read_bytes() for path in self.world.site.rglob("*.json")}

    def test_an_app_is_built_twice_signed_elsewhere_and_installed(self):
        done = self.make()
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual((self.builds / "asked").read_text(), "deb:greeter debian-12\n" * 2)
        self.far.qpkg("install", "greeter", "--into", "q", "--yes", "--offline")
        self.assertEqual(self.far.qpkg("run", "q", "--", "greeter").out.strip(), "greeter 1.0")

    def test_what_was_granted_is_no_more_than_what_was_said(self):
        two = self.packed(self.world, "two", files={"usr/bin/another": "#!/bin/sh\n"})
        refused = self.make(builds=(two, two))
        self.assertNotEqual(refused.returncode, 0)
        self.assertIn("asks for the name another first, which nobody granted", refused.stderr)
        done = self.make("--first", "greeter", "--first", "another", builds=(two, two))
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_hostile_answers_are_refused_and_change_nothing(self):
        world = self.world
        other_base = self.packed(world, "base", base="debian-13")
        answers = {
            "another app": ((self.packed(world, "id", app="org.debian.first", version="2.0"),) * 2, "asked for was org.debian.greeter"),
            "another base": ((other_base,) * 2, "asked for was debian-12"),
            "an extension": ((self.packed(world, "ext", extends="org.debian.first,1", files={"usr/share/x/y": "z"}),) * 2, "it extends"),
            "a service": ((self.packed(world, "unit", files={"usr/lib/systemd/system/greeter.service": UNIT}),) * 2,
                          "the service greeter.service, which nobody asked for"),
            "a name": ((self.packed(world, "name", files={"usr/bin/sudo": "#!/bin/sh\n"}),) * 2, "the name sudo first"),
            "two that differ": ((self.good, self.packed(world, "differs", files={"usr/share/greeter/more": "x"})), "two builds differ"),
            "nothing": ((b"", b""), "nothing was sent"),
            "nothing the second time": ((self.good, b""), "nothing was sent"),
            "garbage": ((os.urandom(100_000),) * 2, ""),
            "half of it": ((self.good[:len(self.good) // 2],) * 2, ""),
        }
        before, site = self.far.state(), self.site()
        for name, (builds, words) in answers.items():
            with self.subTest(name):
                done = self.make(builds=builds)
                self.assertNotEqual(done.returncode, 0)
                self.assertIn(words, done.stderr)
                self.assertEqual((self.far.state(), self.site()), (before, site))

    def test_a_builder_that_never_ends_is_cut_off(self):
        (self.builds / "endless").touch()
        before = self.far.state()
        done = self.make(QPKG_MAKE_BYTES="20000000")
        self.assertNotEqual(done.returncode, 0)
        self.assertEqual(self.far.state(), before)

    def test_the_services_refuse_words_that_are_none(self):
        for words in (["--base", "../x"], ["--base", "debian-12", "--first", "a b"], ["--base", "debian-12", "--first", "$(id)"]):
            with self.subTest(words):
                self.assertNotEqual(self.make(*words).returncode, 0)
        self.assertFalse((self.builds / "asked").exists())
        for line in ("deb:x", "deb:x debian-12 more", "deb:-o debian-12", "deb:x ../x", "x debian-12", ""):
            with self.subTest(line):
                done = subprocess.run([FILES / "qpkg.Build"], input=line + "\n", text=True, capture_output=True, check=False,
                                      env=dict(os.environ, PATH=f"{PROGRAMS}:{os.environ['PATH']}", QPKG_BUILD_ROOT="/nowhere"))
                self.assertEqual((done.returncode, done.stdout), (2, ""))


if __name__ == "__main__":
    unittest.main()

# SPDX-License-Identifier: LGPL-2.1-or-later
"""A state directory with the base debian-12, made once for all tests of a run that want Debian's own packages."""

import os
import pathlib
import shutil
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from world_case import WorldCase  # noqa: E402


class DebianCase(WorldCase):
    """All tests of a class share its world, which has the base. QPKG_BASE_ROOT names a state directory that has it
    already, and is copied."""

    @classmethod
    def make_world(cls, world):
        there = os.environ.get("QPKG_BASE_ROOT")
        if there:
            shutil.copytree(there, world.root, symlinks=True)
        else:
            world.must("base", "build", "debian-12", "--id", "debian-12")

    def setUp(self):
        self.world = self.common

    @classmethod
    def base_commit(cls, world):
        bases = world.must("base", "list", "--json").json["bases"]
        return next(base["commit"] for base in bases if base["base"] == "debian-12")

    @classmethod
    def cached_package(cls, world, name, postinst, files=None, version="1.0"):
        """A package of our own, locked and in the cache already, as after a download. Returns recipe and lock file."""
        tree = world.folder / f"deb-{name}"
        cache = world.root / "cache/debian-12/apt/archives"
        (tree / "DEBIAN").mkdir(parents=True)
        (tree / "usr/bin").mkdir(parents=True)
        cache.mkdir(parents=True, exist_ok=True)
        (tree / "DEBIAN/control").write_text(f"Package: {name}\nVersion: {version}\nArchitecture: all\n"
                                             "Maintainer: x <x@example.org>\nDescription: x\n")
        (tree / "DEBIAN/postinst").write_text("#!/bin/sh\nset -e\n" + postinst)
        (tree / "DEBIAN/postinst").chmod(0o755)
        (tree / "usr/bin" / name).write_text("#!/bin/sh\n")
        (tree / "usr/bin" / name).chmod(0o755)
        for path, text in (files or {}).items():
            (tree / path).parent.mkdir(parents=True, exist_ok=True)
            (tree / path).write_text(text)
        deb = cache / f"{name}_{version}_all.deb"
        subprocess.run(["dpkg-deb", "--root-owner-group", "-Zgzip", "-b", tree, deb], check=True, capture_output=True)
        digest = subprocess.run(["sha256sum", deb], check=True, capture_output=True, text=True).stdout.split()[0]
        lock, recipe = world.folder / f"{name}.lock", world.folder / f"{name}.toml"
        lock.write_text(f"qpkg-lock 1\nbase debian-12 {cls.base_commit(world)}\nepoch 1767225600\n"
                        f"package {name} {version} all {digest} {deb.stat().st_size} http://deb.example/x.deb\n")
        recipe.write_text(f'[app]\nid = "org.debian.{name}"\nbase = "debian-12"\n'
                          f'[source]\ntype = "packages"\npackages = ["{name}"]\n')
        return pathlib.Path(recipe), pathlib.Path(lock)

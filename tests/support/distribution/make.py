#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A distribution to try package managers on: Debian's own packages as RPMs and as pacman's, signed, in two states.

usage: make.py FOLDER NAME... [--renew NAME...]

Below FOLDER, which is made: key.asc, who signs; base, the names of what a root begins with, one a line; old and new with rpm
and pacman each, of which new has newer versions of the renewed packages; `now`, a link to old. Debian's packages come from the
archive that this machine's apt knows, and nothing else wants the network.
"""

import argparse
import concurrent.futures
import os
import pathlib
import shutil
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import pacman_repository  # noqa: E402
import rpm_repository  # noqa: E402
from debian_package import DebianPackage  # noqa: E402
from debian_packages import DebianPackages  # noqa: E402
from key import Key  # noqa: E402
from pacman_package import PacmanPackage  # noqa: E402
from rpm_package import RpmPackage  # noqa: E402

OLD, NEW = "old", "new"
DAY = 86400  # seconds
KINDS = {"rpm": rpm_repository, "pacman": pacman_repository}


class Distribution:
    def __init__(self, folder, names, renewed=()):
        self.folder = pathlib.Path(folder).resolve()
        self.folder.mkdir(parents=True)
        self.renewed = frozenset(renewed)
        self.debian = DebianPackages(self.folder, names)
        (self.folder / "base").write_text("".join(f"{name}\n" for name in sorted(self.debian.base)))
        packages = [DebianPackage(file) for file in self.debian.files]
        self.known = {package.name for package in packages} | {one.name for package in packages for one in package.provided()}
        unknown = self.renewed - {package.name for package in packages}
        if unknown:
            raise SystemExit(f"make.py: not there to be renewed: {' '.join(sorted(unknown))}")
        key = Key(self.folder)
        try:
            self.make_repositories(key)
            pacman_repository.make_key_ring(self.folder / "pacman-keys", key)
        finally:
            key.close()
        self.move(OLD)

    def make_repositories(self, key):
        self.convert(OLD, self.debian.files)
        self.convert(NEW, [file for file in self.debian.files if file.name.split("_")[0] in self.renewed])
        for kind, repository in KINDS.items():
            for state in (OLD, NEW):
                repository.sign_packages(self.folder / state / kind, key)
            self.take_over_what_stays(kind)
            for state in (OLD, NEW):
                repository.index(self.folder / state / kind, key)
        self.age(self.folder / OLD)

    @staticmethod
    def age(state):
        """By a day: pacman takes a list, or its signature, of the same second for the one that it has."""
        for file in state.glob("*/*.db*"):
            made = file.stat().st_mtime
            os.utime(file, (made - DAY, made - DAY))

    def convert(self, state, files):
        for kind in KINDS:
            (self.folder / state / kind).mkdir(parents=True)
        with concurrent.futures.ProcessPoolExecutor(os.cpu_count()) as workers:
            list(workers.map(self.convert_one, [state] * len(files), files))

    def convert_one(self, state, file):
        package = DebianPackage(file, self.renewed if state == NEW else ())
        work = self.folder / "work" / state
        RpmPackage(package, self.debian.base, work / "rpm").build(self.folder / state / "rpm")
        PacmanPackage(package, self.debian.base, self.known, work / "pacman").build(self.folder / state / "pacman")

    def take_over_what_stays(self, kind):
        """The new state has the same files of what was not renewed."""
        for file in (self.folder / OLD / kind).iterdir():
            if name_of(file.name) not in self.renewed:
                os.link(file, self.folder / NEW / kind / file.name)

    def move(self, state):
        """`now` shows it from one moment to the next."""
        link = self.folder / "next"
        link.symlink_to(state)
        link.rename(self.folder / "now")


def name_of(file):
    """Of NAME-VERSION-RELEASE.ARCH.rpm, NAME-VERSION-RELEASE-ARCH.pkg.tar.zst and its .sig."""
    return file.rsplit("-", 2)[0] if file.endswith(".rpm") else file.rsplit("-", 3)[0]


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("folder")
    parser.add_argument("names", nargs="+", metavar="NAME")
    parser.add_argument("--renew", nargs="+", default=[], metavar="NAME")
    options = parser.parse_args()
    made = Distribution(options.folder, options.names, options.renew)
    shutil.rmtree(made.folder / "work")
    print(f"{len(made.debian.files)} packages in {made.folder}, {len(made.renewed)} of them renewed")


if __name__ == "__main__":
    main()

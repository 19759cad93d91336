#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A hundred kills at random moments, one after the other on the same state: publish, import, install, upgrade, remove, gc.

usage: random_kills.py BIN [COUNT [SEED]]    SEED repeats a run
"""

import os
import pathlib
import random
import signal
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))
from far_machine import FarMachine  # noqa: E402
from small_world import SmallWorld  # noqa: E402


class Story:
    """A publisher and a machine that hears of it by bundles only; both are killed again and again."""

    def __init__(self, folder, programs, chance):
        self.chance = chance
        self.world = SmallWorld(folder, programs)
        self.world.make_base()
        self.world.make_keys()
        self.modules = [self.world.make_module("org.example.hello", f"{number}.0", out=self.world.folder / str(number))
                        for number in range(1, 5)]
        self.world.publish(self.modules[0])
        self.bundle = self.world.folder / "b.qpkgb"
        self.bundles = []
        self.make_bundle()
        self.far = FarMachine(self.world)
        self.far.trust(self.bundles[0])
        self.killed = self.finished = 0
        self.usual = {}  # seconds that each command took when it was let run last

    def make_bundle(self):
        bundle = self.world.folder / f"{len(self.bundles)}.qpkgb"
        self.world.must("bundle", "create", "--repo", self.world.site, "--out", bundle)
        self.bundles.append(bundle)

    def operations(self):
        here = ["--repo", self.world.site, "--keys", self.world.keys]
        return [(self.world.root, ["publish", self.chance.choice(self.modules), *here]),
                (self.far.root, ["import", self.chance.choice(self.bundles)]),
                (self.far.root, ["install", "hello", "--into", "q", "--yes"]),
                (self.far.root, ["upgrade", "--yes"]),
                (self.far.root, ["remove", "hello", "--from", "q", "--yes"]),
                (self.far.root, ["gc", "--keep", "0", "--yes"])]

    def kill_one(self):
        root, words = self.chance.choice(self.operations())
        process = subprocess.Popen([str(self.world.programs / "qpkg"), *map(str, words)], stdin=subprocess.DEVNULL,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
                                   env=dict(os.environ, QPKG_ROOT=str(root)))
        began = time.monotonic()
        try:
            process.wait(self.chance.uniform(0, 1.2 * self.usual.get(words[0], 0.1)))
            self.usual[words[0]] = time.monotonic() - began
            self.finished += 1
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            self.killed += 1
        return words[0]

    def check(self):
        """What is there is whole; what is installed runs and says its own version; the repository can be read."""
        self.far.qpkg("verify")
        for row in self.far.qpkg("list", "--json").json["apps"]:
            said = self.far.qpkg("run", "q", "--", "hello").out.strip()
            if said != f"hello {row['version']}":
                raise AssertionError(f"{row['version']} is installed, and it says: {said}")
        if self.chance.random() < 0.2:
            self.make_bundle()

    def end(self):
        """Nothing that happened keeps anything from working."""
        self.world.publish(self.modules[-1])
        self.make_bundle()
        self.far.qpkg("import", self.bundles[-1])
        self.far.qpkg("install", "hello", "--into", "q", "--yes")
        self.far.qpkg("upgrade", "--yes")
        self.check()


def main(programs, count=100, seed=None):
    seed = int(seed) if seed else random.SystemRandom().randrange(1 << 32)
    print(f"seed {seed}", flush=True)
    with tempfile.TemporaryDirectory(prefix="qpkg-kills-") as folder:
        story = Story(folder, programs, random.Random(seed))
        while story.killed < int(count):
            word = story.kill_one()
            try:
                story.check()
            except AssertionError as error:
                sys.exit(f"after kill {story.killed}, of {word}: {error}")
        story.end()
    print(f"{story.killed} kills, and {story.finished} commands that were faster: consistent each time")


if __name__ == "__main__":
    main(*sys.argv[1:])

# SPDX-License-Identifier: LGPL-2.1-or-later
"""full_disk.py BIN: bad input 60. An import, then an install, on a disk that is full at every step in turn.

The room that is left grows from almost nothing (SQLite needs 32 KiB even to read) until both succeed. Whenever one fails it says so with exit code 7, the app that
was installed before runs, its own checks find nothing, what the failed command took is given back, and with room enough
the same commands succeed. The program is told that there is plenty of room (plenty.cpp), or its own check, which is
tested as well, would stop it before the first byte.
"""

import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))
from far_machine import FarMachine  # noqa: E402
from small_world import SmallWorld  # noqa: E402

IMAGE_SIZE = 48 << 20
STEP = 32 << 10
SLACK = 192 << 10  # what the database takes for metadata that was accepted before, and directories


class Broken(Exception):
    """An invariant does not hold."""


def require(claim, what):
    if not claim:
        raise Broken(what)


class SmallDisk:
    """An ext4 of its own: `state` can be filled up to what is asked."""

    def __init__(self, folder):
        self.image = folder / "image"
        self.mounted = folder / "mounted"
        self.ballast = self.mounted / "ballast"

    def __enter__(self):
        self.mounted.mkdir()
        with open(self.image, "wb") as image:
            image.truncate(IMAGE_SIZE)
        # Blocks as large as pages: with smaller ones SQLite's shared memory has holes, and a full disk is a SIGBUS.
        subprocess.run(["mkfs.ext4", "-q", "-m", "0", "-b", "4096", self.image], check=True)
        subprocess.run(["mount", "-o", "loop", self.image, self.mounted], check=True)
        return self

    def __exit__(self, *_):
        subprocess.run(["umount", self.mounted], check=True)

    def free(self):
        os.sync()
        room = os.statvfs(self.mounted)
        return room.f_bavail * room.f_bsize

    def leave(self, room):
        self.ballast.unlink(missing_ok=True)
        size = self.free() - room
        with open(self.ballast, "wb") as ballast:
            while size > 0:
                try:
                    os.posix_fallocate(ballast.fileno(), 0, size)
                    return
                except OSError:
                    size -= 4096  # the map of a large file takes room too


class Trial:
    def __init__(self, programs, folder, disk):
        self.disk = disk
        self.plenty = programs.parent / "lib" / "libplenty.so"
        require(self.plenty.exists(), f"{self.plenty} is not built")
        self.world = SmallWorld(folder / "world", programs)
        self.world.folder.mkdir()
        self.world.make_all()
        files = {f"usr/share/big/{i}": f"{i} " * 20000 for i in range(12)}
        self.world.publish(self.world.make_module("org.example.big", "1.0", files))
        self.bundle = self.world.folder / "all.qpkgb"
        self.world.must("bundle", "create", "--repo", self.world.site, "--out", self.bundle)
        first = self.world.folder / "first.qpkgb"
        self.world.must("bundle", "create", "hello", "--repo", self.world.site, "--out", first)
        self.pristine = FarMachine(self.world, "pristine")
        self.pristine.trust(first)
        self.pristine.qpkg("import", first)
        self.pristine.qpkg("install", "hello", "--into", "q", "--yes")
        self.far = object.__new__(FarMachine)
        self.far.world, self.far.root = self.world, disk.mounted / "root"

    def reset(self):
        self.disk.ballast.unlink(missing_ok=True)
        shutil.rmtree(self.far.root, ignore_errors=True)
        shutil.copytree(self.pristine.root, self.far.root, symlinks=True)

    def run(self, *words):
        return self.far.try_qpkg(*words, LD_PRELOAD=str(self.plenty))

    def attempt(self, room):
        """True when import and install went through with this much room."""
        self.reset()
        self.disk.leave(room)
        before = self.disk.free()
        for words in (("import", self.bundle), ("install", "big", "--into", "q", "--yes", "--offline")):
            answer = self.run(*words)
            if answer.code != 0:
                self.judge_failure(words, answer, before)
                return False
        return True

    def judge_failure(self, words, answer, before):
        require(answer.code == 7, f"{words[0]}: exit {answer.code}: {answer.err}")
        require("space" in answer.err, answer.err)
        if words[0] == "import":
            lost = before - self.disk.free()
            require(lost <= SLACK, f"{lost} bytes were not given back")
            require(not list(self.far.root.glob("quarantine*")), "the quarantine is still there")
        require(self.far.qpkg("run", "q", "--", "hello").out.strip() == "hello 1.0", "hello does not run any more")
        self.disk.ballast.unlink()
        self.far.qpkg("verify")
        self.far.qpkg("import", self.bundle)
        self.far.qpkg("install", "big", "--into", "q", "--yes", "--offline")
        require(self.far.qpkg("run", "q", "--", "big").out.strip() == "big 1.0", "big does not run")

    def told_before(self):
        """Without the lie the import is refused before the first byte, and says how much is missing."""
        self.reset()
        self.disk.leave(256 << 10)
        answer = self.far.try_qpkg("import", self.bundle)
        require(answer.code == 7, f"exit {answer.code}: {answer.err}")
        require("needed" in answer.err and "free " in answer.err, answer.err)


def main():
    programs = pathlib.Path(sys.argv[1]).resolve()
    with tempfile.TemporaryDirectory(prefix="qpkg-full-") as folder, SmallDisk(pathlib.Path(folder)) as disk:
        trial = Trial(programs, pathlib.Path(folder), disk)
        trial.told_before()
        room, failures = 4 * STEP, 0
        while not trial.attempt(room):
            failures += 1
            room += STEP
            require(room < IMAGE_SIZE, "it fails with any room")
        print(f"{failures} times full, then enough with {room >> 10} KiB")
        require(failures > 20, "too few steps to prove anything")


if __name__ == "__main__":
    try:
        main()
    except Broken as broken:
        sys.exit(f"full disk: {broken}")

#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a program's start costs in a local qube, by the number of its apps: the first one, which makes the qube's place,
and the next ones, which find it. Beside it a start in fresh namespaces without any app: unshare(1)."""

import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))
from small_world import SmallWorld  # noqa: E402

NUMBERS = (0, 10, 50, 200)
TIMES = 7


def seconds(step):
    began = time.monotonic()
    step()
    return time.monotonic() - began


def median(step, before=lambda: None):
    taken = []
    for _ in range(TIMES):
        before()
        taken.append(seconds(step))
    return statistics.median(taken)


def main():
    programs = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "build/bin").resolve()
    with tempfile.TemporaryDirectory(prefix="qpkg-bench-") as folder:
        world = SmallWorld(folder, programs)
        world.make_base()
        world.make_keys()
        modules = [world.make_module(f"org.example.app{i}", "1.0", {f"usr/share/app{i}/data": str(i)})
                   for i in range(max(NUMBERS))]
        world.publish(*modules)
        world.add_repository()
        bare = median(lambda: subprocess.run(["unshare", "-mpfiu", "true"], check=True))
        print(f"{'APPS':>6}  {'FIRST START':>12}  {'NEXT START':>12}  {'FIRST/NEXT':>10}  {'NEXT/UNSHARE':>12}")
        for number in NUMBERS:
            qube = f"with-{number}"
            world.must("qube", "create", qube, "--base", "debian-12")
            if number:
                world.must("install", *(f"app{i}" for i in range(number)), "--into", qube, "--yes")
            start = lambda qube=qube: world.must("run", qube, "--", "true")  # noqa: E731
            first = median(start)
            world.must("qube", "start", qube)
            following = median(start)
            world.must("qube", "stop", qube)
            print(f"{number:>6}  {first * 1000:>9.0f} ms  {following * 1000:>9.0f} ms  {first / following:>10.1f}  "
                  f"{following / bare:>12.1f}")


if __name__ == "__main__":
    main()

# SPDX-License-Identifier: LGPL-2.1-or-later
"""exposure.py BIN APPS QUBES: asks for a package that half of the apps have, in qubes that have all of them.

Beside it what a user would do who has no qpkg: a list of packages for each app in each qube, and grep over all of them.
Warm cache, the median of several rounds.
"""

import hashlib
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))
from small_world import SmallWorld, write_files  # noqa: E402

PACKAGES = 300  # of an app, as many as a desktop application has
FIXES = 500  # that its changelogs name
ROUNDS = 7
WORD = "libssl3"


def packages_of(number):
    names = [f"libpart{number % 7}-{i}" for i in range(PACKAGES - 1)]
    return [*names, WORD if number % 2 else "libother3"]


def row(name, source):
    return f"package\t{name}\t1.0-1\tamd64\t{hashlib.sha256(name.encode()).hexdigest()}\t{source}\t1.0-1\n"


def table(number):
    """What a module of that many packages says of itself."""
    rows = [row(name, "openssl" if name == WORD else f"part{i // 3}") for i, name in enumerate(packages_of(number))]
    rows += [f"gives\t{name}.so.{i % 9}\t\n" for i, name in enumerate(packages_of(number))]
    rows += [f"fix\tCVE-20{i % 30:02}-{1000 + i}\tpart{i % 100}\n" for i in range(FIXES)]
    return "qpkg-details\t1\n" + "".join(sorted(set(rows)))


def make_module(world, number):
    app = f"org.example.app{number}"
    tree = world.folder / "module-tree"
    shutil.rmtree(tree, ignore_errors=True)
    write_files(tree, {f"usr/bin/app{number}": "#!/bin/sh\n"})
    for folder, _, _ in os.walk(tree):
        os.chmod(folder, 0o755)
    subprocess.run([world.programs / "make-module", world.root, "debian-12", app, "1.0", tree, world.out,
                    f"details={table(number)}"], check=True)
    return world.out / app


def seconds(*command):
    begun = time.monotonic()
    subprocess.run(list(map(str, command)), stdout=subprocess.DEVNULL, check=True)
    return time.monotonic() - begun


def main():
    programs, apps, qubes = pathlib.Path(sys.argv[1]).resolve(), int(sys.argv[2]), int(sys.argv[3])
    with tempfile.TemporaryDirectory(prefix="qpkg-bench-", dir=os.environ.get("QPKG_TEST_DIR", "/var/tmp")) as folder:
        world = SmallWorld(folder, programs)
        world.make_base()
        world.make_keys()
        world.publish(*(make_module(world, number) for number in range(apps)))
        world.add_repository()
        names = [f"qube{number}" for number in range(qubes)]
        for name in names:
            world.must("qube", "create", name, "--base", "debian-12", "--yes")
        world.must("install", *(f"org.example.app{number}" for number in range(apps)),
                   *(word for name in names for word in ("--into", name)), "--yes")
        lists = world.folder / "lists"
        for name in names:
            for number in range(apps):
                place = lists / name / f"app{number}"
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_text("".join(f"{package} 1.0-1\n" for package in packages_of(number)))
        found = world.must("exposure", WORD, "--json").json["exposed"]
        assert len(found) == apps // 2 * qubes, len(found)
        measured = {
            f"qpkg exposure {WORD} --json": [seconds(programs / "qpkg", "--root", world.root, "exposure", WORD, "--json")
                                             for _ in range(ROUNDS)],
            "qpkg version": [seconds(programs / "qpkg", "version") for _ in range(ROUNDS)],
            f"grep -rl {WORD} over all lists": [seconds("grep", "-rlF", WORD, lists) for _ in range(ROUNDS)]}
        print(f"{apps} apps of {PACKAGES} packages in each of {qubes} qubes; {len(found)} answers")
        grep = statistics.median(list(measured.values())[-1])
        for name, times in measured.items():
            print(f"  {name:<34} {statistics.median(times) * 1000:7.0f} ms  {statistics.median(times) / grep:5.2f} x grep")


if __name__ == "__main__":
    main()

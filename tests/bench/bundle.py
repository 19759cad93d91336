# SPDX-License-Identifier: LGPL-2.1-or-later
"""bundle.py BIN ROUNDS: imports a bundle of one release with 10 000 files and compares with hashing the bundle.

Warm cache, the median of several rounds. The import makes everything durable (objects are renamed into their places after
a sync), the hashing programs only read.
"""

import os
import pathlib
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))
from far_machine import FarMachine  # noqa: E402
from small_world import SmallWorld  # noqa: E402

FILES = 10_000
SIZES = [1_000, 4_000, 16_000, 60_000, 160_000]  # bytes, as those of an application are spread


def make_tree(tree):
    chance = random.Random(1)
    (tree / "usr/bin").mkdir(parents=True)
    (tree / "usr/bin/big").write_text("#!/bin/sh\necho big\n")
    (tree / "usr/bin/big").chmod(0o755)
    for i in range(FILES):
        place = tree / f"usr/share/big/{i // 100}/{i}"
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(chance.randbytes(chance.choice(SIZES)))
        place.chmod(0o644)
    for folder, _, _ in os.walk(tree):
        os.chmod(folder, 0o755)


def seconds(*command):
    """Elapsed, and of the processor."""
    begun = time.monotonic()
    process = subprocess.Popen(list(map(str, command)), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise SystemExit(f"{command[0]} failed")
    return time.monotonic() - begun, usage.ru_utime + usage.ru_stime


def main():
    programs, rounds = pathlib.Path(sys.argv[1]).resolve(), int(sys.argv[2])
    with tempfile.TemporaryDirectory(prefix="qpkg-bench-", dir=os.environ.get("QPKG_TEST_DIR", "/var/tmp")) as folder:
        world = SmallWorld(folder, programs)
        world.make_base()
        world.make_keys()
        make_tree(world.folder / "tree")
        subprocess.run([programs / "make-module", world.root, "debian-12", "org.example.big", "1.0",
                        world.folder / "tree", world.out], check=True)
        world.publish(world.out / "org.example.big")
        bundle = world.folder / "big.qpkgb"
        world.must("bundle", "create", "--repo", world.site, "--out", bundle)
        far = FarMachine(world)
        far.trust(bundle)
        imports = []
        for i in range(rounds):
            twin = far.copy(f"far-{i}")
            os.sync()
            imports.append(seconds(programs / "qpkg", "--root", twin.root, "import", bundle))
            shutil.rmtree(twin.root)
        size = bundle.stat().st_size
        measured = {"qpkg import": imports,
                    "sha256sum": [seconds("sha256sum", bundle) for _ in range(rounds)],
                    "openssl sha256": [seconds("openssl", "dgst", "-sha256", bundle) for _ in range(rounds)],
                    "cp and sync": [seconds("sh", "-c", f"cp --reflink=never {bundle} {folder}/copy && sync {folder}/copy")
                                    for _ in range(rounds)]}
        print(f"bundle of {FILES} files, {size / 2**20:.0f} MiB")
        medians = {name: [statistics.median(column) for column in zip(*times)] for name, times in measured.items()}
        hashing = medians["sha256sum"]
        for name, (elapsed, processor) in medians.items():
            print(f"  {name:<16} {elapsed:7.2f} s  {size / 2**20 / elapsed:6.0f} MiB/s  {elapsed / hashing[0]:5.2f} x "
                  f"sha256sum;  processor {processor:6.2f} s  {processor / hashing[1]:5.2f} x")


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Debian's PostgreSQL as a service of its own user: its cluster is made at the first start, it answers who runs psql, and
over another base, in which accounts moved, everything is still its own."""

import pathlib
import sys
import tempfile
import time
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
import worlds  # noqa: E402
from first_start_test import MovingWorld  # noqa: E402

APP = "org.postgresql.postgresql"
UNIT = f"{APP}.service"
STATE = f"/rw/qpkg/state/{APP}/postgresql"
RECIPE = HERE.parents[2] / "examples/postgresql"
MINUTES = 10  # of a machine
TRIES = 480   # twice a second: a service that never begins is told, with what the journal says


class Postgresql(worlds.MachineCase):
    def setUp(self):
        worlds.require_programs()
        began = time.monotonic()
        self.addCleanup(lambda: print(f"\nPostgreSQL in a machine: {time.monotonic() - began:.0f} s", flush=True))
        self.world = MovingWorld(self.enterContext(tempfile.TemporaryDirectory(prefix="qpkg-vm-world-")), "bookworm")
        self.world.small.must("build", RECIPE, "--out", self.world.folder / "out")
        self.volume, = self.world.installed([self.world.folder / "out" / APP])
        self.private = self.world.private_disk(megabytes=512)

    def boot(self):
        return self.world.machine([self.volume.disk, self.private], self.volume.word("a", "+first-start", f"+{UNIT}"),
                                  seconds=60 * MINUTES)

    def wait_until_ready(self, machine):
        machine.ready()
        ended = f"systemctl -q is-active {UNIT} || systemctl -q is-failed {UNIT}"
        self.check(machine, f"tries=0; until {ended} || [ $tries -gt {TRIES} ]; do tries=$((tries + 1)); sleep 0.5; done; "
                            f"systemctl is-active {UNIT} || journalctl -b -n 40 --no-pager", "active\n")

    def sql(self, machine, statement, answer):
        self.check(machine, f"qpkg-run --view={APP} psql -X -A -t -U postgres -c \"{statement}\"", answer)

    def test_a_cluster_of_its_own_stays_its_own_over_another_base(self):
        with self.boot() as machine:
            self.wait_until_ready(machine)
            self.sql(machine, "create table t(a int)", "CREATE TABLE\n")
            self.sql(machine, "insert into t values (20), (22)", "INSERT 0 2\n")
            self.sql(machine, "select sum(a) from t", "42\n")
            rights = machine.run(f"grep -E '^(Uid|NoNewPrivs|CapBnd)' /proc/$(systemctl show -P MainPID {UNIT})/status").out
            self.assertRegex(rights, r"Uid:\t58000\t[\s\S]*CapBnd:\t0{16}\n[\s\S]*NoNewPrivs:\t1\n")
            self.check(machine, f"find {STATE} ! -user 58000 | wc -l; stat -c '%u %a' {STATE}/15/main", "0\n58000 700\n")
            machine.run("touch /home/of-base /home/of-app; chown old /home/of-base; chown 58000 /home/of-app; "
                        f"systemctl stop {UNIT}; sync; umount -l /home; sync")
        self.world.move_base()
        with self.boot() as machine:
            self.wait_until_ready(machine)
            self.sql(machine, "select sum(a) from t", "42\n")
            self.check(machine, "id -u old; stat -c %u /home/of-base /home/of-app", "902\n901\n58000\n")
            self.check(machine, f"find {STATE} ! -user 58000 | wc -l", "0\n")


if __name__ == "__main__":
    unittest.main(verbosity=2)

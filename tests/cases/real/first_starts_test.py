#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""PostgreSQL and dropbear as the examples make them: no cluster and no key in a module, each qube makes its own."""

import pathlib
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(HERE.parent / "support"))
from debian_base import DebianCase  # noqa: E402

EXAMPLES = HERE.parents[1] / "examples"
CLUSTER = "rw/qpkg/state/org.postgresql.postgresql/postgresql/15/main"
KEY = "rw/qpkg/state/org.matt.dropbear/dropbear/ed25519_host_key"
# As a service would run, which the local backend has none of: as the account, in the view.
ASK = """setpriv --reuid=58000 --regid=58000 --clear-groups qpkg-run --view=org.postgresql.postgresql \
    /usr/lib/postgresql/15/bin/postgres -D /var/lib/postgresql/15/main >/tmp/log 2>&1 &
for i in $(seq 100); do pg_isready -q -h /run/postgresql && break; sleep 0.2; done
psql -h /run/postgresql -U postgres -Atc "$1"
kill $!; wait
"""


class FirstStarts(DebianCase):
    @classmethod
    def make_world(cls, world):
        super().make_world(world)
        world.make_keys()
        cls.built = {name: world.must("build", EXAMPLES / name, "--out", world.out, "--json").json
                     for name in ("postgresql", "dropbear")}
        world.publish(world.out / "org.postgresql.postgresql", world.out / "org.matt.dropbear")
        world.must("repo", "add", "made", world.site, "--yes")
        for qube in ("one", "two"):
            world.must("qube", "create", qube, "--base", "debian-12")
            world.must("install", "postgresql", "dropbear", "--into", qube, "--yes", "--allow-services")
            world.must("run", qube, "--", "true")

    def place(self, qube, path):
        return self.world.root / "qubes" / qube / path

    def test_a_module_has_no_cluster_and_few_findings(self):
        findings = self.built["postgresql"]["findings"]
        self.assertLess(len(findings), 40)
        self.assertIn("/var/lib/postgresql", [one["path"] for one in findings if one["rule"] == "state"])

    def test_each_qube_has_a_cluster_and_keys_of_its_own(self):
        for qube in ("one", "two"):
            info = self.place(qube, f"{CLUSTER}/PG_VERSION").stat()
            self.assertEqual((info.st_uid, info.st_gid), (58000, 58000))
        self.assertNotEqual(self.place("one", f"{CLUSTER}/global/pg_control").read_bytes(),
                            self.place("two", f"{CLUSTER}/global/pg_control").read_bytes())
        self.assertNotEqual(self.place("one", KEY).read_bytes(), self.place("two", KEY).read_bytes())

    def test_what_a_cluster_was_told_it_knows_at_the_next_start(self):
        def ask(words):
            return self.world.must("run", "one", "--as-root", "--", "sh", "-c", ASK, "sh", words).out
        ask("create table t (a int); insert into t values (42)")
        self.assertEqual(ask("select a from t"), "42\n")


if __name__ == "__main__":
    unittest.main()

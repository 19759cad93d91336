#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Eight commands lay before the first app of somebody who has no repository. Now two: `setup`, and `install` of a package's
name, which is built, signed and published here; `upgrade` builds again what its distribution moved on from."""

import pathlib
import shutil
import sqlite3
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(HERE.parent / "support"))
import own_mounts  # noqa: E402
from moving_archive import MovingArchiveCase  # noqa: E402
from world_case import KILLED, check_schema  # noqa: E402


class OwnPublisher(MovingArchiveCase):
    def set_up(self):
        return check_schema(self.world.must("setup", "--yes", "--json").json)

    def greet(self):
        return self.world.must("run", "work", "--", "greeter").out

    def volume_of(self, app):
        return next(row["volume"] for row in self.world.must("list", "work", "--json").json["apps"] if row["app"] == app)

    def test_two_commands_lead_to_an_app_and_the_same_upgrade_follows_the_archive(self):
        self.set_up()
        installed = check_schema(self.world.must("install", "greeter", "other3.1", "--into", "work", "--yes", "--json").json)
        self.assertEqual([row["change"] for row in installed["changes"]], ["add", "add"])
        self.assertEqual(self.greet(), "hello from 1.0\n")
        other = self.volume_of("org.debian.other3-1")
        self.assertEqual(self.world.qpkg("outdated", "--unchanged-exit-77").code, 77)
        self.assertIn("up to date", self.world.must("upgrade", "--yes").out)

        self.archive.move_to("1.1", "2025-06-01")

        told = check_schema(self.world.must("outdated", "--json").json)
        self.assertEqual([row["app"] for row in told["modules"]], ["org.debian.greeter"])
        self.assertEqual([(row["name"], row["from"], row["to"]) for row in told["packages"]], [("libgreeter", "1.0", "1.1")])
        shown = self.world.must("upgrade", "--dry-run").out
        self.assertIn("libgreeter 1.0 → 1.1", shown)
        self.assertEqual(self.greet(), "hello from 1.0\n")
        upgraded = self.world.must("upgrade", "--yes", "--json").json
        self.assertEqual([row["app"] for row in upgraded["changes"] if row["change"] == "upgrade"], ["org.debian.greeter"])
        self.assertEqual(self.greet(), "hello from 1.1\n")
        self.assertEqual(self.volume_of("org.debian.other3-1"), other)
        self.world.must("rollback", "work", "--yes")
        self.assertEqual(self.greet(), "hello from 1.0\n")

    def test_an_automatic_build_that_is_killed_anywhere_is_finished_by_the_same_command(self):
        self.set_up()
        points = ["own.built", "own.published", "own.allowed"]
        trace = self.world.folder / "trace"
        other = self.copy_world()
        other.must("setup", "--yes")
        other.must("install", "greeter", "--into", "work", "--yes", QPKG_FAULT_TRACE=str(trace))
        passed = trace.read_text().split()
        for name in points:
            with self.subTest(name):
                killed = self.world.qpkg("install", "greeter", "--into", "work", "--yes",
                                         QPKG_FAULT_KILL=str(passed.index(name) + 1))
                self.assertEqual(killed.code, KILLED, killed.err)
                self.assertEqual(self.world.must("list", "work", "--json").json["apps"], [])
        self.world.must("install", "greeter", "--into", "work", "--yes")
        self.assertEqual(self.greet(), "hello from 1.0\n")
        self.world.must("verify")

    def test_a_setup_that_is_killed_while_it_makes_the_base_is_finished_by_the_same_command(self):
        """On an empty machine, as Debian's archive has it."""
        trace, machine = self.world.folder / "trace", self.world.folder / "machine"
        self.world.must("setup", "--yes", root=self.world.folder / "traced", QPKG_FAULT_TRACE=str(trace))
        passed = trace.read_text().split()
        for name in ["base.committed", "base.recorded"]:
            with self.subTest(name):
                killed = self.world.qpkg("setup", "--yes", root=machine, QPKG_FAULT_KILL=str(passed.index(name) + 1))
                self.assertEqual(killed.code, KILLED, killed.err)
                self.assertEqual(self.world.must("qube", "list", "--json", root=machine).json["qubes"], [])
        self.world.must("setup", "--yes", root=machine)
        self.assertEqual([row["number"] for row in self.world.must("base", "list", "--json", root=machine).json["bases"]], [1])
        self.assertEqual([row["name"] for row in self.world.must("qube", "list", "--json", root=machine).json["qubes"]], ["work"])
        self.world.must("verify", root=machine)
        self.world.must("gc", "--yes", root=machine)  # gives back what the killed builds left
        self.assertEqual(list((machine / "build").iterdir()), [])

    def test_search_and_info_look_into_the_distribution(self):
        nothing = check_schema(self.world.must("search", "greeter", "--json").json)
        self.assertIn("qpkg setup", " ".join(nothing["next"]))
        self.assertEqual(nothing["buildable"], [])
        self.set_up()
        found = check_schema(self.world.must("search", "greeter", "--json").json)
        self.assertEqual([row["app"] for row in found["buildable"]], ["org.debian.greeter", "org.debian.libgreeter"])
        told = check_schema(self.world.must("info", "greeter", "--json").json)
        self.assertEqual([(row["app"], row["packages"]) for row in told["builds"]], [("org.debian.greeter", 2)])
        self.assertEqual(self.world.qpkg("info", "greter").code, 3)
        self.assertEqual(self.world.qpkg("info", "greeter", "--offline").code, 3)

    def test_what_is_there_already_is_left_alone(self):
        made = self.set_up()
        self.assertEqual((made["base"], made["qube"], made["passphrase"]), ("debian-12", "work", False))
        keys = pathlib.Path(made["keys"])
        self.assertEqual((keys.stat().st_mode & 0o777, (keys / "root-1.key").stat().st_mode & 0o777), (0o700, 0o600))
        self.assertIs(self.set_up()["changed"], False)
        self.world.must("qube", "remove", "work", "--yes")
        self.assertIs(self.set_up()["changed"], True)
        shutil.rmtree(keys)
        gone = self.world.qpkg("setup", "--yes")
        self.assertEqual(gone.code, 3, gone.err)
        self.assertIn("its keys are not in", gone.err)

    def test_nothing_is_built_where_nobody_said_that_it_is_not_offered(self):
        self.set_up()
        self.world.make_keys()
        self.world.publish(self.world.make_module("org.example.tool", "1.0"))
        self.world.add_repository()
        self.assertEqual(self.world.qpkg("install", "greeter", "--into", "work", "--yes", "--offline").code, 3)
        with sqlite3.connect(self.world.root / "state.db") as database:
            database.execute("update trusted_role set bytes = x'7b7d' where repo = 'demo' and role = 'root'")

        answer = self.world.qpkg("install", "greeter", "--into", "work", "--yes")

        self.assertEqual(answer.code, 6, answer.out + answer.err)
        self.assertIn('cannot tell which app "greeter" means', answer.err)
        self.assertEqual(self.world.must("list", "work", "--json").json["apps"], [])
        self.assertFalse((self.world.root / "own/modules").exists())

    def test_a_name_that_nobody_has_and_one_that_another_repository_may_publish(self):
        self.set_up()
        missing = self.world.qpkg("install", "greter", "--into", "work", "--yes")
        self.assertEqual(missing.code, 3, missing.err)
        self.assertIn("did you mean greeter", missing.err)
        self.world.make_keys()
        self.world.publish(self.world.make_module("org.debian.tool", "1.0"))
        self.world.add_repository()
        foreign = self.world.qpkg("install", "greeter", "--into", "work", "--yes")
        self.assertEqual(foreign.code, 4, foreign.err)
        self.assertIn("belongs to repository demo", foreign.err)

    def test_a_plan_changes_nothing(self):
        self.set_up()
        shown = check_schema(self.world.must("install", "greeter", "--into", "work", "--dry-run", "--json").json)
        self.assertEqual([(row["app"], row["from"], row["packages"]) for row in shown["builds"]],
                         [("org.debian.greeter", "deb:greeter", 2)])
        self.assertFalse((self.world.root / "own/modules").exists())
        self.assertIn("qpkg setup", self.without_setup().err)

    def without_setup(self):
        fresh = self.copy_world()
        fresh.must("qube", "create", "work", "--base", "debian-12")
        answer = fresh.qpkg("install", "greeter", "--into", "work", "--yes")
        self.assertEqual(answer.code, 3)
        return answer


if __name__ == "__main__":
    own_mounts.enter()
    unittest.main(verbosity=2)

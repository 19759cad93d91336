#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""kill -9 at each step with which the qubes backend changes something: a start then has the old release or the new one,
and the next command finishes the work."""

import pathlib
import re
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))
from qubes_world import QubesWorld  # noqa: E402
from world_case import KILLED, WorldCase  # noqa: E402


class Crashes(WorldCase):
    @classmethod
    def make_world(cls, world):
        world.make_site()
        dom0 = QubesWorld(world)
        dom0.must("repo", "add", "demo", world.site, "--yes")
        dom0.must("install", "hello", "other", "--into", "work", "--yes")
        world.publish(world.make_module("org.example.hello", "2.0"))
        cls.features = dict(dom0.qubesd.qubes["work"].features)
        dom0.close()

    def setUp(self):
        """Worlds are copied as they are asked for: one test has many."""

    def fresh(self, running):
        """dom0 with hello 1.0 in work, and 2.0 in the repository."""
        dom0 = QubesWorld(self.copy_world())
        self.addCleanup(dom0.close)
        dom0.qubesd.qubes["work"].features.update(self.features)
        if running:
            dom0.qubesd.start("work")
        return dom0

    def seen_at_a_start(self, dom0):
        """App → version, as repo-format/guest/announcement.md says: the disk of that letter, and the lower letter counts."""
        features, seen = dom0.qubesd.qubes["work"].features, {}
        for name in sorted(features):
            if name.startswith("vm-config.qpkg-"):
                app, version, _, root = features[name].split(" ")
                if features.get(f"qpkg.slot.{name[-1]}") == root:
                    seen.setdefault(app, version)
        return seen

    def steps(self, running):
        """Numbers of the fault points of this backend in an upgrade."""
        dom0 = self.fresh(running)
        trace = dom0.world.folder / "trace"
        dom0.environment["QPKG_FAULT_TRACE"] = str(trace)
        dom0.must("upgrade", "--yes")
        names = trace.read_text().split()
        return [number for number, name in enumerate(names, 1) if re.match(r"qubes\.|commit\.after", name)]

    def die_and_go_on(self, running):
        steps = self.steps(running)
        self.assertGreater(len(steps), 8 if running else 4)
        for step in steps:
            with self.subTest(step=step, running=running):
                dom0 = self.fresh(running)
                self.assertEqual(dom0.qpkg("upgrade", "--yes", QPKG_FAULT_KILL=str(step)).code, KILLED)
                seen = self.seen_at_a_start(dom0)
                self.assertIn(seen.pop("org.example.hello"), ["1.0", "2.0"])
                self.assertEqual(seen, {"org.example.other": "1.0"})
                dom0.must("upgrade", "--yes")
                self.assertEqual(dom0.announced("work"), ["org.example.hello 2.0", "org.example.other 1.0"])
                roots = {value for name, value in dom0.features("work").items() if "qpkg.slot" in name}
                if running:
                    self.assertEqual(set(dom0.disks("work").values()), roots)
                    self.assertEqual(len(list(dom0.loops.iterdir())), 1)
                dom0.qubesd.stop("work")
                dom0.qubesd.start("work")
                self.assertEqual(set(dom0.disks("work").values()), roots)

    def test_an_upgrade_of_a_qube_with_preloaded_disposables(self):
        for step in range(1, 60):
            with self.subTest(step=step):
                dom0 = self.fresh(running=False)
                dom0.qubesd.qubes["work"].features["preload-dispvm-max"] = "1"
                dom0.qubesd.preload("work")
                answer = dom0.qpkg("upgrade", "--yes", QPKG_FAULT_KILL=str(step))
                dom0.must("upgrade", "--yes")
                features = dom0.qubesd.qubes["work"].features
                self.assertEqual(features["preload-dispvm-max"], "1", "what the user wants is never lost")
                self.assertNotIn("qpkg.preload", features)
                (name,) = features["preload-dispvm"].split()
                self.assertIn("org.example.hello 2.0", dom0.announced(name))
                if answer.code != KILLED:
                    break
        self.assertGreater(step, 10)

    def test_an_upgrade_of_a_halted_qube(self):
        self.die_and_go_on(running=False)

    def test_an_upgrade_of_a_running_qube(self):
        self.die_and_go_on(running=True)


if __name__ == "__main__":
    unittest.main()

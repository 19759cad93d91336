#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""One dom0 over a long time: all that happens to qubes of Qubes and to qpkg's state, one after the other."""

import pathlib
import shutil
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))
from qubes_case import QubesCase  # noqa: E402


class Story(QubesCase):
    def setUp(self):
        super().setUp()
        self.qubesd = self.dom0.qubesd

    def apps(self, qube):
        """What the qube is told, and what lies at its disks where it runs, are the same."""
        told = [line.split(" ") for name, line in sorted(self.qubesd.qubes[qube].features.items())
                if name.startswith("vm-config.qpkg-")]
        if self.qubesd.qubes[qube].state != "Halted":
            self.assertEqual(set(self.dom0.disks(qube).values()), {line[3] for line in told}, qube)
        self.assertEqual({line[3] for line in told},
                         {root for name, root in self.dom0.features(qube).items() if name.startswith("qpkg.slot.")})
        return sorted(f"{line[0].rsplit('.', 1)[1]} {line[1]}" for line in told)

    def settled(self):
        """Nothing is left to do, nothing is left over, and doctor has no problem with any qube."""
        rows = self.json_of("status")["qubes"]
        self.assertEqual([row["name"] for row in rows if row["incomplete"] or row["outdated"]], [])
        links = [path.name for path in (self.dom0.root / "attached").glob("*/*")]
        self.assertEqual(len(links), len(list(self.dom0.loops.iterdir())))
        names = {row["subject"] for row in self.json_of("doctor", code=1)["findings"] if row["weight"] == "problem"}
        self.assertFalse(names & set(self.qubesd.qubes), names)

    def test_a_dom0_over_a_long_time(self):
        self.a_running_qube()
        self.composed_and_back_to_disposables()
        self.clones_and_names()
        self.everything_is_lost()

    def a_running_qube(self):
        self.qubesd.start("work")
        self.install("hello", "other", "--into", "work")
        self.assertEqual(self.apps("work"), ["hello 1.0", "other 1.0"])
        self.settled()
        self.publish_next()
        self.dom0.must("upgrade", "--yes")
        self.assertEqual(self.apps("work"), ["hello 2.0", "other 1.0"])
        self.settled()
        self.dom0.must("rollback", "work", "--yes")
        self.assertEqual(self.apps("work"), ["hello 1.0", "other 1.0"])
        self.dom0.must("remove", "other", "--from", "work", "--yes")
        self.assertEqual(self.apps("work"), ["hello 1.0"])
        self.settled()
        self.qubesd.stop("work")
        self.qubesd.start("work")
        self.assertEqual(self.apps("work"), ["hello 1.0"], "the next start has what the running qube had")
        self.settled()

    def composed_and_back_to_disposables(self):
        self.install("hello", "other", "--into", "personal")
        self.qubesd.start("personal")
        self.dom0.must("qube", "set", "personal", "--layout", "composed", "--yes")
        self.assertEqual(self.apps("personal"), ["hello 2.0", "other 1.0"])
        self.assertEqual(len(self.dom0.disks("personal")), 1)
        self.dom0.must("remove", "other", "--from", "personal", "--yes")
        self.assertEqual(self.apps("personal"), ["hello 2.0"])
        self.settled()

        self.qubesd.create("dvm", "AppVM", "minimal")
        self.install("other", "--into", "dvm")
        self.qubesd.create("disp1", "DispVM", "dvm")
        self.qubesd.start("disp1")
        self.qubesd.qubes["dvm"].features["preload-dispvm-max"] = "2"
        self.qubesd.preload("dvm")
        answer = self.dom0.must("install", "hello", "--into", "dvm", "--yes")
        self.assertIn("disp1 is a disposable of dvm and runs an older generation", answer.out)
        self.assertEqual(self.apps("disp1"), ["other 1.0"])
        preloaded = self.qubesd.qubes["dvm"].features["preload-dispvm"].split()
        self.assertEqual([self.apps(name) for name in preloaded], [["hello 2.0", "other 1.0"]] * 2)
        self.assertEqual([self.qubesd.qubes[name].state for name in preloaded], ["Paused"] * 2)
        self.settled()

    def clones_and_names(self):
        self.qubesd.clone("work", "copy")
        self.qubesd.clone("personal", "composed-copy")
        self.dom0.must("remove", "hello", "--from", "work", "--yes")
        self.dom0.must("gc", "--keep", "0", "--yes")
        self.qubesd.start("copy")
        self.qubesd.start("composed-copy")
        self.assertEqual(self.apps("copy"), ["hello 1.0"], "gc has kept what only the clone names")
        self.assertEqual(self.apps("composed-copy"), ["hello 2.0"])
        self.assertEqual(self.apps("disp1"), ["other 1.0"])
        self.dom0.must("upgrade", "--yes")
        self.assertEqual(self.apps("copy"), ["hello 2.0"])
        self.settled()

        self.qubesd.stop("copy")
        self.qubesd.rename("copy", "job")
        self.install("other", "--into", "job")
        self.assertEqual(self.apps("job"), ["hello 2.0", "other 1.0"])
        self.dom0.must("qube", "remove", "copy", "--yes")

        self.qubesd.remove("job")
        self.qubesd.create("job", "AppVM", "minimal")
        self.dom0.qpkg("upgrade", "--yes")
        self.assertEqual(self.apps("job"), [], "a new qube of an old name starts empty")
        self.install("other", "--into", "job")
        self.assertEqual(self.apps("job"), ["other 1.0"])
        self.settled()

    def everything_is_lost(self):
        for name in list(self.qubesd.qubes):
            if name != "dom0" and self.qubesd.qubes[name].state != "Halted":
                self.qubesd.stop(name)
        self.qubesd.qubes["dvm"].features["preload-dispvm"] = ""
        before = {name: dict(self.dom0.features(name)) for name in self.qubesd.qubes}
        shutil.rmtree(self.dom0.root)
        self.dom0.root.mkdir()
        self.assertEqual(self.dom0.qpkg("restore", "--yes").code, 10)
        self.dom0.must("repo", "add", "demo", self.world.site, "--yes")
        self.dom0.must("restore", "--yes")
        self.assertEqual({name: dict(self.dom0.features(name)) for name in self.qubesd.qubes}, before)
        for name in ["work", "personal", "dvm", "composed-copy", "job"]:
            self.qubesd.start(name)
        self.assertEqual({name: self.apps(name) for name in ["work", "personal", "dvm", "composed-copy", "job"]},
                         {"work": [], "personal": ["hello 2.0"], "dvm": ["hello 2.0", "other 1.0"],
                          "composed-copy": ["hello 2.0"], "job": ["other 1.0"]})
        self.settled()


if __name__ == "__main__":
    unittest.main()

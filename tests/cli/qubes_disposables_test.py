#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Disposables have the apps that their qube had when they began; preloaded ones are started anew."""

import pathlib
import re
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))
from fake_qubesd import Problem  # noqa: E402
from qubes_case import QubesCase  # noqa: E402


class Disposables(QubesCase):
    def test_a_disposable_inherits_and_only_outdated_ones_are_named(self):
        self.install("hello", "--into", "work")
        self.dom0.qubesd.create("disp1", "DispVM", "work")
        self.dom0.qubesd.start("disp1")
        self.assertEqual(self.dom0.announced("disp1"), ["org.example.hello 1.0"])
        self.assertEqual(set(self.dom0.disks("disp1")), {"xvdqa"})
        self.publish_next()
        answer = self.dom0.must("upgrade", "--yes")
        self.assertIn("disp1 is a disposable of work and runs an older generation until it is closed.", answer.out)
        self.assertNotRegex(answer.out, "work is running|personal")
        self.assertEqual(self.dom0.announced("disp1"), ["org.example.hello 1.0"], "disposables are never written")
        self.dom0.qubesd.create("disp2", "DispVM", "work")
        self.dom0.qubesd.start("disp2")
        self.assertEqual(self.dom0.announced("disp2"), ["org.example.hello 2.0"])
        self.assertEqual(self.json_of("status")["outdated_disposables"], [{"name": "disp1", "of": "work"}])
        self.refused(9, "disp1 is a disposable of work", "install", "other", "--into", "disp1", "--yes")
        writes = [request for request in self.dom0.qubesd.requests
                  if request[2].startswith("disp") and not re.search(r"\.(List|Get|Attached)$", request[0])]
        self.assertEqual(writes, [])

    def preload(self, qube, number):
        """Qubes starts disposables of the qube before somebody asks for them."""
        self.dom0.qubesd.qubes[qube].features["preload-dispvm-max"] = str(number)
        self.dom0.qubesd.preload(qube)

    def preloaded(self, qube):
        return self.dom0.qubesd.qubes[qube].features["preload-dispvm"].split()

    def preloaded_uuids(self, qube):
        return {self.dom0.qubesd.qubes[name].uuid for name in self.preloaded(qube)}

    def test_preloaded_disposables_are_started_anew_with_the_apps_of_their_qube(self):
        self.preload("work", 2)
        before = self.preloaded("work")
        answer = self.dom0.must("install", "hello", "--into", "work", "--into", "personal", "--yes", "--verbose")
        self.assert_golden("qubes-preloaded", answer.err)
        self.assertEqual(len(before), 2)
        for name in self.preloaded("work"):
            self.assertEqual(self.dom0.announced(name), ["org.example.hello 1.0"])
            self.assertEqual(set(self.dom0.disks(name)), {"xvdqa"})
        self.assertEqual(self.json_of("status")["outdated_disposables"], [])

    def test_disposables_that_cannot_be_preloaded_are_a_warning(self):
        self.preload("work", 1)
        def refuse_maximum(method, argument, _destination, _payload):
            if (method, argument) == ("admin.vm.feature.Set", "preload-dispvm-max"):
                raise Problem("QubesValueError", "no")
        self.dom0.qubesd.judge = refuse_maximum
        answer = self.dom0.must("install", "hello", "--into", "work", "--yes")
        self.assertIn("Done: hello 1.0 is in work", answer.out)
        self.assertRegex(answer.err, "preloaded disposables of work may have older apps until they are used: ")
        self.dom0.qubesd.judge = None
        before = self.preloaded_uuids("work")
        self.dom0.must("install", "other", "--into", "personal", "--yes")  # any change goes on with it
        self.assertFalse(before & self.preloaded_uuids("work"))

    def test_what_dom0_wants_of_its_default_disposable_template_is_set_back_there(self):
        self.dom0.qubesd.default_disposable = "work"
        self.dom0.qubesd.qubes["dom0"].features["preload-dispvm-max"] = "2"
        self.preload("work", 0)
        before = self.preloaded_uuids("work")
        self.dom0.must("install", "hello", "--into", "work", "--yes")
        self.assertEqual(self.dom0.qubesd.qubes["dom0"].features["preload-dispvm-max"], "2")
        self.assertEqual(len(self.preloaded_uuids("work") - before), 2)

    def test_a_note_about_preloaded_disposables_that_makes_no_sense_goes(self):
        self.install("other", "--into", "work")
        self.preload("work", 1)
        for note in ["personal 7", "dom0", "work 2; x"]:
            with self.subTest(note):
                self.dom0.qubesd.qubes["work"].features["qpkg.preload"] = note
                self.install("hello", "--into", "personal")
                self.assertNotIn("qpkg.preload", self.dom0.features("work"))
                self.assertEqual(len(self.preloaded("work")), 1)
                self.dom0.must("remove", "hello", "--from", "personal", "--yes")


if __name__ == "__main__":
    unittest.main()

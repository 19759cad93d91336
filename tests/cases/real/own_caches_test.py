#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Views of a qube share a home. GStreamer believed what another app's plug-ins had said, KDE another app's table of services, by
chance: each view has its own (tests/apps/README.md says what of other caches)."""

import sys
import unittest

from system_caches_test import Caches

TOOLS = ["gstreamer1.0-tools", "libkf5service-bin"]
LOOK = """gst-inspect-1.0 --exists audiotestsrc && echo plays || echo silent
kbuildsycoca5 2>/dev/null
cd ~/.cache; ls -d gstreamer-1.0 2>/dev/null; ls qpkg/*/gstreamer-1.0.bin | wc -l; ls -d ksycoca5_* | wc -l"""


class OwnCaches(Caches):
    def test_each_of_two_apps_has_a_registry_and_a_table_of_services_of_its_own_in_either_order(self):
        self.build("few", TOOLS)
        self.build("many", [*TOOLS, "gstreamer1.0-plugins-base"])
        for qube, order in (("one", ("few", "many")), ("two", ("many", "few"))):
            self.world.must("qube", "create", qube, "--base", "debian-12")
            self.world.must("install", "few", "many", "--into", qube, "--yes", "--prefer", "few")
            for count, app in enumerate((*order, *order)):
                with self.subTest(qube, app=app):
                    there = str(min(count + 1, 2))
                    self.assertEqual(self.in_view(qube, app, LOOK).out.split(),
                                     ["plays" if app == "many" else "silent", there, there])

    def test_a_program_that_another_view_starts_has_the_caches_of_its_own(self):
        self.build("few", TOOLS)
        self.world.must("qube", "create", "three", "--base", "debian-12")
        self.build("hello", ["hello"])
        self.world.must("install", "few", "hello", "--into", "three", "--yes")
        ask = "echo $GST_REGISTRY_1_0 ${XDG_DATA_DIRS#*own/}"
        direct = self.in_view("three", "few", ask).out
        self.assertIn("/home/user/.cache/qpkg/", direct)
        self.assertEqual(self.in_view("three", "hello", f"qpkg-run --view=org.example.few sh -c '{ask}'").out, direct)
        self.assertNotEqual(self.in_view("three", "hello", ask).out, direct)
        self.assertEqual(self.in_view("three", "hello", "GST_REGISTRY_1_0=/mine qpkg-run --view=org.example.few sh -c "
                                      "'echo $GST_REGISTRY_1_0'").out, "/mine\n")


if __name__ == "__main__":
    sys.argv[1:] = sys.argv[1:] or ["OwnCaches"]
    unittest.main(verbosity=2)

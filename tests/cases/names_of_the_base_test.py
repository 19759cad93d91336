#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Desktop entries, icons and D-Bus services of apps never win over those of the base."""

import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from world_case import WorldCase  # noqa: E402

ENTRY = "[Desktop Entry]\nType=Application\nName=A\nExec=a\nIcon=a\n"
SECRETS = "[D-BUS Service]\nName=org.freedesktop.secrets\nExec=/usr/bin/{}\n"
BASE = {"usr/share/applications/files.desktop": ENTRY, "usr/share/applications/kde/viewer.desktop": ENTRY,
        "usr/local/share/applications/own.desktop": ENTRY, "usr/share/dbus-1/services/keyring.service": SECRETS.format("true")}
TAKEN = {"usr/share/applications/files.desktop": ENTRY, "usr/share/applications/kde-viewer.desktop": ENTRY,
         "usr/share/applications/own.desktop": ENTRY,
         "usr/share/dbus-1/services/org.freedesktop.secrets.service": SECRETS.format("greedy")}
FREE = {"usr/share/applications/greedy.desktop": ENTRY}


class NamesOfTheBase(WorldCase):
    @classmethod
    def make_world(cls, world):
        world.must("base", "import", world.base_archive(files=BASE), "--id", "debian-12")
        world.make_keys()
        world.publish(world.make_module("org.example.greedy", "1.0", {**TAKEN, **FREE}))
        world.add_repository()
        world.must("qube", "create", "work", "--base", "debian-12")
        world.must("install", "greedy", "--into", "work", "--yes")

    def test_what_the_base_has_is_not_there_twice_and_the_agent_says_so(self):
        answer = self.world.must("run", "work", "--as-root", "--", "sh", "-c",
                                 "cd /run/qpkg/share; find . ! -type d; /run/qpkg/libexec/qpkg-agent refresh; echo status $?")
        self.assertEqual(answer.out.split("\n"), ["./applications/greedy.desktop", "status 0", ""])
        self.assertIn("org.example.greedy: not exported, the base has it: "
                      "files.desktop, kde-viewer.desktop, org.freedesktop.secrets, own.desktop\n", answer.err)

    def test_the_folder_of_apps_is_the_last_that_is_searched(self):
        answer = self.world.must("run", "work", "--", "qpkg-run", "--view=org.example.greedy", "sh", "-c",
                                 "echo $XDG_DATA_DIRS")
        self.assertEqual(answer.out.strip().split(":")[-1], "/run/qpkg/share")


if __name__ == "__main__":
    unittest.main(verbosity=2)

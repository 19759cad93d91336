#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the session bus starts asks that bus for its name. The bus told it an address of its own folders, where nobody but
the bus found anything: evince waited for its daemon until it gave up."""

import pathlib
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(HERE.parent / "support"))
from debian_base import DebianCase  # noqa: E402

ASK = "dbus-send --session --print-reply --dest=org.freedesktop.DBus / org.freedesktop.DBus."
SERVICE = f"#!/bin/sh\n{ASK}GetId >~/answer 2>&1\n"
ENTRY = "[D-BUS Service]\nName=org.example.talker\nExec=/usr/libexec/talker\n"


class SessionBus(DebianCase):
    @classmethod
    def make_world(cls, world):
        super().make_world(world)
        world.make_keys()
        world.publish(world.make_module("org.example.talker", "1.0", {
            "usr/libexec/talker": SERVICE, "usr/share/dbus-1/services/org.example.talker.service": ENTRY}))
        world.add_repository()
        world.must("qube", "create", "bus", "--base", "debian-12")
        world.must("install", "talker", "--into", "bus", "--yes")

    def test_a_service_that_the_bus_starts_reaches_the_bus(self):
        start = f"{ASK}StartServiceByName string:org.example.talker uint32:0; cat ~/answer"
        answer = self.world.qpkg("run", "bus", "--", "sh", "-c", start)
        self.assertRegex(answer.out, r'string "[0-9a-f]{32}"', answer.err)


if __name__ == "__main__":
    unittest.main()

#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Servers that are busy or close in the middle are asked again; none can hold a command for ever."""

import email.utils
import pathlib
import sys
import time
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))
import hostile_server as hostile  # noqa: E402
from hostile_server import HostileServer  # noqa: E402
from world_case import WorldCase  # noqa: E402

SHORT = {"QPKG_FETCH_WAIT_MILLISECONDS": "1"}


class StumblingServers(WorldCase):
    @classmethod
    def make_world(cls, world):
        world.make_site()
        files = {f"usr/share/many/{i}": f"file {i} " * 20 for i in range(400)}
        world.publish(world.make_module("org.example.many", "1.0", files))
        world.must("qube", "create", "work", "--base", "debian-12")

    def add(self, server):
        self.world.must("repo", "add", "demo", server.url, "--yes", **SHORT)

    def install(self, app="many", code=0, **environment):
        answer = self.world.qpkg("install", app, "--into", "work", "--yes", **{**SHORT, **environment})
        self.assertEqual(answer.code, code, answer.err)
        return answer

    def mirror(self, server, code=0):
        answer = self.world.qpkg("mirror", "sync", server.url, "--to", self.world.folder / "mirror", **SHORT)
        self.assertEqual(answer.code, code, answer.err)
        return answer

    def test_every_150th_request_is_answered_with_503(self):
        with HostileServer(self.world.site, ("", hostile.every(150, hostile.busy()))) as server:
            self.add(server)
            self.install()
            self.mirror(server)

    def test_every_kind_of_not_now_is_asked_again(self):
        soon = email.utils.formatdate(time.time() + 1, usegmt=True)
        for trick in [hostile.busy(429), hostile.busy(503, soon), hostile.busy(503, None), hostile.busy(502, "junk"),
                      hostile.busy(504, "-5")]:
            with HostileServer(self.world.site, ("timestamp.json$|many", hostile.first(1, trick))) as server:
                self.add(server)
                self.world.must("repo", "remove", "demo")

    def test_what_breaks_off_goes_on_where_it_broke(self):
        with HostileServer(self.world.site, (r"\.filez$", hostile.first(1, hostile.cut))) as server:
            self.add(server)
            self.install()
            self.assertGreater(len(server.server.resumed), 100)
            self.mirror(server)

    def test_a_server_that_knows_no_ranges_sends_it_again(self):
        with HostileServer(self.world.site, (r"\.filez$|\.json$", hostile.first(2, hostile.cut))) as server:
            server.server.ranges = False
            self.add(server)
            self.install()

    def test_a_server_that_sends_another_part_than_asked_for_is_refused(self):
        def other_part(handler, path):
            if "Range" not in handler.headers:
                return hostile.cut(handler, path)
            return hostile.wrong_range(handler, path)
        with HostileServer(self.world.site, (r"\.filez$", other_part)) as server:
            self.add(server)
            self.assertIn("another part", self.install(code=1).err)

    def test_who_asks_for_years_is_given_up_at_once(self):
        with HostileServer(self.world.site, (r"\.filez$", hostile.busy(503, "100000000"))) as server:
            self.add(server)
            begun = time.monotonic()
            answer = self.install(code=1, QPKG_FETCH_WAIT_MILLISECONDS="500")
            self.assertIn("wants to be asked again in", answer.err)
            self.assertLess(time.monotonic() - begun, 10)

    def test_who_is_never_ready_is_given_up(self):
        for trick in [hostile.busy(503, None), hostile.cut]:
            with HostileServer(self.world.site, (r"\.filez$", trick)) as server:
                self.add(server)
                self.assertIn("tried 5 times", self.install(code=1).err)
                self.assertLess(max(map(server.asked.count, set(server.asked))), 7)
                self.world.must("repo", "remove", "demo")

    def test_a_no_is_not_asked_again(self):
        with HostileServer(self.world.site, (r"\.filez$", hostile.status(500))) as server:
            self.add(server)
            self.install(code=1)
            objects = [path for path in server.asked if path.endswith(".filez")]
            self.assertEqual(len(objects), len(set(objects)))

    def test_a_delta_is_asked_for_again_too(self):
        many = {f"usr/share/many/{i}": f"file {i} " * 20 for i in range(400)}
        many["usr/share/many/big"] = "".join(str(i * i) for i in range(40_000))
        newer = self.world.make_module("org.example.many", "2.0", many, out=self.world.folder / "newer")
        with HostileServer(self.world.site, (r"deltas/", hostile.first(1, hostile.cut))) as server:
            self.add(server)
            self.install()
            self.world.publish(newer)
            answer = self.world.must("upgrade", "--yes", **SHORT)
            self.assertNotIn("one by one", answer.err)


if __name__ == "__main__":
    unittest.main()

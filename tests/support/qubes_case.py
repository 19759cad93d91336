# SPDX-License-Identifier: LGPL-2.1-or-later
"""A test case over a dom0 of a fake Qubes."""

import os
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
from qubes_world import QubesWorld, requests_told  # noqa: E402
from world_case import WorldCase, check_schema  # noqa: E402

GOLDEN = HERE.parent / "cli/golden"


class QubesCase(WorldCase):
    """Each test has its own dom0, with qubes work and personal of the template minimal."""

    @classmethod
    def make_world(cls, world):
        world.make_site()

    def setUp(self):
        super().setUp()
        self.dom0 = QubesWorld(self.world)
        self.addCleanup(self.dom0.close)
        self.dom0.must("repo", "add", "demo", self.world.site, "--yes")

    def install(self, *words):
        return self.dom0.must("install", *words, "--yes")

    def publish_next(self):
        self.world.publish(self.world.make_module("org.example.hello", "2.0"))

    def json_of(self, *words, code=0):
        answer = self.dom0.qpkg(*words, "--json")
        self.assertEqual(answer.code, code, answer.err + answer.out)
        return check_schema(answer.json)

    def refused(self, code, words, *command, **environment):
        answer = self.dom0.qpkg(*command, **environment)
        self.assertEqual(answer.code, code, answer.err + answer.out)
        self.assertRegex(answer.err, words)
        return answer

    def assert_golden(self, name, stderr):
        told, file = requests_told(stderr, self.world.folder), GOLDEN / f"{name}.txt"
        if os.environ.get("QPKG_UPDATE_GOLDENS"):
            GOLDEN.mkdir(exist_ok=True)
            file.write_text(told)
        self.assertEqual(told, file.read_text())

    def qube(self, name):
        return next(row for row in self.json_of("status")["qubes"] if row["name"] == name)

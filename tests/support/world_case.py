# SPDX-License-Identifier: LGPL-2.1-or-later
"""Tests of the program from outside: a world is made once for a class, and each test has a copy of its own."""

import json
import os
import pathlib
import shutil
import tempfile
import unittest

import jsonschema
from small_world import SmallWorld

PROGRAMS = pathlib.Path(os.environ["QPKG_BIN_DIR"])
KILLED = -9  # the exit code of a program that a fault point ended
SCHEMAS = pathlib.Path(__file__).resolve().parents[2] / "schemas/cli"


def check_schema(document):
    command, version = document["schema"].removeprefix("qpkg.").split("/")
    assert version == "1", document["schema"]
    schema = json.loads((SCHEMAS / f"{command}.schema.json").read_text())
    jsonschema.Draft202012Validator(schema).validate(document)
    return document


class WorldCase(unittest.TestCase):
    """`common` is the class's world, `world` the test's; `copied` names what it has of its own, all of it if empty."""

    copied = ()

    @classmethod
    def make_world(cls, world):
        world.make_all()

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="qpkg-cli-")
        cls.addClassCleanup(folder.cleanup)
        cls.common = SmallWorld(folder.name, PROGRAMS)
        cls.make_world(cls.common)

    def setUp(self):
        self.world = self.copy_world()

    def copy_world(self):
        folder = tempfile.TemporaryDirectory(prefix="qpkg-cli-")
        self.addCleanup(folder.cleanup)
        shutil.copytree(self.common.folder, folder.name, symlinks=True, dirs_exist_ok=True, ignore=self.left_out)
        return SmallWorld(folder.name, PROGRAMS)

    def left_out(self, folder, names):
        if self.copied and pathlib.Path(folder) == self.common.folder:
            return set(names) - set(self.copied)
        return {name for name in names if name.endswith(".sock")}

    def trust_own_copy(self):
        """The class's world knows the repository by its first place; the copy is read at its own."""
        self.world.must("repo", "remove", "demo")
        self.world.add_repository()

    def json_of(self, *words, code=0):
        answer = self.world.qpkg(*words, "--json")
        self.assertEqual(answer.code, code, answer.err)
        return check_schema(answer.json)

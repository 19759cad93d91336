#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""state.db is lost, emptied or new beside volumes, objects and qubes: loud, nothing is removed, what can be is told."""

import pathlib
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))
from world_case import WorldCase  # noqa: E402


class LostDatabase(WorldCase):
    @classmethod
    def make_world(cls, world):
        super().make_world(world)
        world.must("install", "hello", "--into", "work", "--yes")
        world.must("install", "other", "--into", "personal", "--yes")

    def lose(self, content=None):
        for part in self.world.root.glob("state.db*"):
            part.unlink()
        if content is not None:
            (self.world.root / "state.db").write_bytes(content)

    def files(self):
        return {str(path.relative_to(self.world.root)) for folder in ("volumes", "objects/objects", "qubes")
                for path in (self.world.root / folder).rglob("*")}

    def everybody_says_so(self):
        for words in (["list"], ["status"], ["qube", "list"], ["search", "--offline"], ["base", "list"], ["doctor"]):
            self.assertIn("lost", self.world.qpkg(*words).err, words)
        self.assertEqual(self.world.qpkg("doctor").code, 1)

    def gc_refuses(self):
        before = self.files()
        answer = self.world.qpkg("gc", "--keep", "0", "--yes")
        self.assertEqual(answer.code, 4, answer.out)
        self.assertIn("qpkg restore", answer.err)
        self.assertEqual(self.files(), before)

    def test_of_a_lost_one_everybody_speaks_and_nothing_is_removed(self):
        self.lose()
        self.everybody_says_so()
        self.assertFalse((self.world.root / "state.db").exists(), "looking makes none")
        self.gc_refuses()
        self.everybody_says_so()
        self.gc_refuses()

    def test_an_emptied_one_is_a_lost_one(self):
        self.lose(b"")
        self.everybody_says_so()
        self.gc_refuses()

    def test_it_stays_lost_when_something_new_is_recorded(self):
        """A base is imported into the new database: what is older than that is still unknown."""
        self.lose()
        self.world.make_base()
        self.world.make_base("other-1")
        self.assertIn("lost", self.world.must("list").err)
        self.gc_refuses()

    def test_an_empty_database_of_elsewhere_is_no_better(self):
        other = self.world.folder / "elsewhere"
        self.world.must("gc", root=other)
        self.lose((other / "state.db").read_bytes())
        self.everybody_says_so()
        self.gc_refuses()

    def test_restore_records_bases_and_says_what_it_cannot_tell(self):
        self.lose()
        answer = self.json_of("restore", "--yes", code=10)
        self.assertTrue(any("base debian-12" in line for line in answer["recovered"]))
        self.assertTrue(any("work" in line and "qpkg repo add" in line for line in answer["untold"]), answer)
        self.assertEqual(self.world.must("base", "list", "--json").json["bases"][0]["base"], "debian-12")
        self.gc_refuses()

    def test_no_new_qube_takes_the_place_of_one_that_is_not_recorded(self):
        self.lose()
        self.world.make_base()
        wanted = (self.world.root / "qubes/work/wanted").read_bytes()
        answer = self.world.qpkg("qube", "create", "work", "--base", "debian-12")
        self.assertEqual(answer.code, 4, answer.out)
        self.assertIn("qpkg restore", answer.err)
        self.assertEqual((self.world.root / "qubes/work/wanted").read_bytes(), wanted)

    def test_with_its_repository_restore_records_qubes_and_apps(self):
        self.world.must("run", "work", "--", "sh", "-c", "echo kept > ~/kept")
        before = self.world.must("list", "--json").json["apps"]
        self.lose()
        self.world.add_repository()
        self.world.must("restore", "--yes")
        self.assertEqual(self.world.must("list", "--json").json["apps"], before)
        quiet = self.world.must("gc", "--keep", "0", "--yes")
        self.assertNotIn("lost", quiet.err)
        self.assertEqual(self.world.must("run", "work", "--", "hello").out, "hello 1.0\n")
        self.assertEqual(self.world.must("run", "work", "--", "cat", "/home/user/kept").out, "kept\n")
        self.world.must("verify")

    def test_a_composed_qube_comes_back_composed(self):
        self.world.must("install", "other", "--into", "work", "--yes")
        self.world.must("qube", "set", "work", "--layout", "composed", "--yes")
        before = self.world.must("list", "--json").json["apps"]
        self.lose()
        self.world.add_repository()
        self.world.must("restore", "--yes")
        self.assertEqual(self.world.must("list", "--json").json["apps"], before)

    def test_whoever_wants_it_gone_says_so(self):
        self.lose()
        self.world.must("gc", "--unrecorded", "--yes")
        self.assertNotIn("lost", self.world.must("list").err)
        self.assertEqual(list((self.world.root / "volumes").glob("*.erofs")), [])

    def test_a_new_state_has_lost_nothing(self):
        fresh = self.world.folder / "fresh"
        self.assertEqual(self.world.must("list", root=fresh).err, "")
        self.assertFalse(fresh.exists())
        self.world.must("gc", root=fresh)


if __name__ == "__main__":
    unittest.main()

#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Files of the state are lost, cut or damaged: doctor finds it, restore brings it back from what is left, or says what not."""

import contextlib
import pathlib
import shutil
import sqlite3
import subprocess
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))
from whole_state import differences, whole_state  # noqa: E402
from world_case import WorldCase, check_schema  # noqa: E402


class LostFiles(WorldCase):
    @classmethod
    def make_world(cls, world):
        super().make_world(world)
        world.must("install", "hello", "--into", "work", "--yes")
        world.must("install", "other", "--into", "personal", "--yes")

    def setUp(self):
        super().setUp()
        self.root = self.world.root
        self.trust_own_copy()

    def image(self, app):
        """Of an app, or of the base."""
        if app == "base":
            volume = self.world.must("base", "list", "--json").json["bases"][0]["volume"]
        else:
            apps = self.world.must("list", "--json").json["apps"]
            volume = next(each["volume"] for each in apps if each["app"].endswith(app))
        return self.root / f"volumes/{volume}.erofs"

    def doctor_finds(self, *words):
        """A problem that says this, with restore as what to do."""
        answer = self.world.qpkg("doctor", "--json")
        self.assertEqual(answer.code, 1, answer.out)
        findings = check_schema(answer.json)["findings"]
        self.assertTrue(any(all(word in finding["words"] + finding["subject"] for word in words)
                            and "qpkg restore" in finding["hint"] for finding in findings), findings)

    def restored(self):
        """Nothing is left to do: neither doctor nor verify nor restore finds anything, and programs run."""
        self.world.must("restore", "--yes")
        self.world.must("doctor")
        self.world.must("verify")
        self.assertTrue(self.json_of("restore")["summary"].startswith("Done: everything is there"))
        self.assertEqual(self.world.must("run", "work", "--", "hello").out, "hello 1.0\n")

    def lose_repository(self):
        shutil.rmtree(self.world.site)

    def test_a_lost_base_volume_is_made_again_of_the_objects(self):
        image = self.image("base")
        image.unlink()

        self.doctor_finds("debian-12", "no qube of it can start")
        self.restored()
        self.assertTrue(image.exists())

    def test_a_lost_base_volume_is_no_sound_state_to_a_dry_run(self):
        self.image("base").unlink()

        document = self.json_of("restore", "--dry-run")

        self.assertEqual([(each["app"], each["version"]) for each in document["volumes"]], [("debian-12", "base")])
        self.assertGreater(document["disk_needed"], 0)

    def lose_objects(self):
        """What volumes hold, too. Details are in no volume."""
        for file in (self.root / "objects/objects").rglob("*.*"):
            file.unlink()

    def test_lost_details_come_from_the_repository_and_without_it_are_named(self):
        details = self.root / "objects/qpkg-details"
        before = {file.name: file.read_bytes() for file in details.iterdir()}
        shutil.rmtree(details)
        elsewhere = self.world.site.rename(self.world.folder / "elsewhere")

        answer = self.world.qpkg("restore", "--yes")

        self.assertEqual(answer.code, 3, answer.err)
        self.assertRegex(answer.err, r"details of org\.example\.(hello|other) 1\.0: ")
        self.assertEqual(self.world.must("run", "work", "--", "hello").out, "hello 1.0\n")
        elsewhere.rename(self.world.site)
        self.restored()
        here = {file.name: file.read_bytes() for file in details.iterdir()}
        of_bases = {name for name, content in before.items() if b"\nfile\t" in content}  # nobody offers these bases
        self.assertEqual(here, {name: content for name, content in before.items() if name not in of_bases})
        self.assertIn("is not known", self.world.must("install", "other", "--into", "work", "--yes").err)

    def test_lost_objects_come_from_the_volumes_without_any_repository(self):
        self.lose_objects()
        self.lose_repository()

        self.doctor_finds("objects", "3 of the 3 commits")
        self.restored()
        self.image("hello").unlink()
        self.restored()

    def test_lost_objects_of_a_composed_qube_come_from_its_one_volume(self):
        self.world.must("install", "other", "--into", "work", "--yes")
        self.world.must("qube", "set", "work", "--layout", "composed", "--yes")
        self.world.must("remove", "other", "--from", "personal", "--yes")
        self.world.must("gc", "--keep", "0", "--yes")
        self.assertEqual(len(list((self.root / "volumes").glob("*.erofs"))), 2)  # the base and that one
        self.lose_objects()
        self.lose_repository()

        self.restored()

    def test_without_its_volume_an_app_comes_from_the_repository(self):
        self.image("hello").unlink()
        shutil.rmtree(self.root / "objects")

        self.doctor_finds("org.example.hello", "is not there")
        self.restored()

    def test_what_nobody_has_is_named_and_all_else_is_there_again(self):
        self.image("hello").unlink()
        self.lose_objects()
        self.lose_repository()

        answer = self.world.qpkg("restore", "--yes")

        self.assertEqual(answer.code, 10, answer.out)
        failed = next(line for line in answer.err.splitlines() if line.startswith("Failed: "))
        self.assertIn("restored, but for 1: ", failed)
        self.assertIn("hello 1.0", failed)

    def test_an_app_that_nobody_has_comes_in_a_bundle(self):
        bundle = self.world.folder / "all.bundle"
        self.world.must("bundle", "create", "--repo", self.world.site, "--out", bundle)
        self.image("hello").unlink()
        shutil.rmtree(self.root / "objects")
        self.lose_repository()

        self.world.must("import", bundle)

        self.restored()

    def test_a_base_that_nobody_has_is_named_with_the_command_that_makes_it(self):
        self.image("base").unlink()
        shutil.rmtree(self.root / "objects")

        answer = self.world.qpkg("restore", "--yes")

        self.assertEqual(answer.code, 10, answer.out)
        self.assertIn("base debian-12", answer.err)
        self.assertIn("qpkg base import", answer.err)
        self.world.make_base()
        self.restored()

    def test_four_damaged_bytes_in_a_volume_are_found_and_made_good(self):
        for app in ("hello", "base"):
            with self.subTest(app):
                with open(self.image(app), "r+b") as image:
                    image.seek(5000)
                    image.write(b"\xde\xad\xbe\xef")

                self.doctor_finds("volumes", "its bytes are not what its name says")
                verify = self.world.qpkg("verify")
                self.assertEqual(verify.code, 6)
                self.assertIn("qpkg restore", verify.out)
                self.assertNotIn("gc --keep 0", verify.out)
                self.restored()

    def test_restore_looks_for_room_before_the_first_byte(self):
        small = self.world.folder / "small"
        small.mkdir()
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64m,mode=755", "tmpfs", small], check=True)
        self.addCleanup(subprocess.run, ["umount", small], check=True)
        shutil.copytree(self.root, small / "root", symlinks=True)
        for image in (small / "root/volumes").iterdir():
            image.unlink()
        subprocess.run(["fallocate", "-l", str(shutil.disk_usage(small).free - 200_000), small / "full"], check=True)
        before = whole_state(small / "root")

        answer = self.world.qpkg("restore", "--yes", root=small / "root")

        self.assertEqual(answer.code, 7, answer.err)
        self.assertEqual([line for line in differences(before, whole_state(small / "root")) if "lock" not in line
                          and not line.startswith(f"{small}/root: changed")], [])


class CutDatabase(WorldCase):
    @classmethod
    def make_world(cls, world):
        super().make_world(world)
        world.must("install", "hello", "--into", "work", "--yes")

    def cut(self, size):
        database = self.world.root / "state.db"
        database.write_bytes(database.read_bytes()[:size])

    def restore_what_can_be_told(self):
        """Not all of it: the repository is not known any more."""
        answer = self.world.qpkg("restore", "--yes")
        self.assertEqual(answer.code, 10, answer.err)
        return answer

    def sizes(self):
        whole = (self.common.root / "state.db").stat().st_size
        return (50, 4096, whole // 2, whole - 4096)

    def test_everybody_says_so_and_what_to_do(self):
        for size in self.sizes():
            with self.subTest(size):
                self.world = self.copy_world()
                self.cut(size)

                answer = self.world.qpkg("list")
                self.assertIn(answer.code, (0, 6))  # a reader may not need what was cut off
                if answer.code == 6:
                    self.assertIn("qpkg restore", answer.err)
                doctor = self.world.qpkg("doctor", "--json")
                self.assertEqual(doctor.code, 1)
                self.assertIn("it is damaged", check_schema(doctor.json)["findings"][0]["words"])

    def test_damage_that_few_commands_meet_is_found_all_the_same(self):
        """What is trusted of repositories: the list of qubes and apps can be read without it."""
        database = self.world.root / "state.db"
        with contextlib.closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as rows:
            page_size = rows.execute("PRAGMA page_size").fetchone()[0]
            page = rows.execute("SELECT rootpage FROM sqlite_master WHERE name = 'trusted_role'").fetchone()[0]
        with open(database, "r+b") as file:
            file.seek((page - 1) * page_size)
            file.write(b"\xff" * page_size)

        self.world.must("list")
        doctor = self.world.qpkg("doctor", "--json")

        self.assertEqual(doctor.code, 1)
        self.assertIn("it is damaged", check_schema(doctor.json)["findings"][0]["words"])

    def test_a_dry_run_leaves_it_where_it_is(self):
        self.cut(4096)
        before = whole_state(self.world.root)

        document = check_schema(self.world.must("restore", "-n", "--json").json)

        self.assertNotEqual(document["set_aside"], "")
        self.assertEqual(differences(before, whole_state(self.world.root)), [])

    def test_restore_sets_it_aside_and_records_what_can_be_told(self):
        for size in self.sizes():
            with self.subTest(size):
                self.world = self.copy_world()
                self.cut(size)
                cut = (self.world.root / "state.db").read_bytes()

                answer = self.restore_what_can_be_told()

                self.assertEqual((self.world.root / "state.db.damaged-1").read_bytes(), cut)
                self.assertIn("state.db.damaged-1", answer.err)
                self.assertIn("base debian-12", answer.out)
                self.assertIn("qpkg repo add", answer.out)
                self.world.add_repository()
                self.world.must("restore", "--yes")
                self.assertEqual(self.world.must("run", "work", "--", "hello").out, "hello 1.0\n")
                self.world.must("doctor")

    def test_nobody_is_overwritten_by_a_second_one(self):
        self.cut(4096)
        (self.world.root / "state.db.damaged-1").write_text("another")

        self.restore_what_can_be_told()

        self.assertEqual((self.world.root / "state.db.damaged-1").read_text(), "another")
        self.assertTrue((self.world.root / "state.db.damaged-2").exists())


if __name__ == "__main__":
    unittest.main()

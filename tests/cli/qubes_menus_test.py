#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The menu of dom0's desktop: what it is told of apps comes from their manifests, and the entries of others stay."""

import pathlib
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))
from qubes_case import QubesCase  # noqa: E402

HELLO = "[Desktop Entry]\nType=Application\nName=Hello\nIcon=hello\nCategories=Utility;TextEditor;\nExec=hello\n"
LINES = ("/usr/local/share/applications/hello.desktop:Name={name}\n"
         "/usr/local/share/applications/hello.desktop:Icon=hello\n"
         "/usr/local/share/applications/hello.desktop:Categories=Utility;TextEditor;\n"
         "/usr/local/share/applications/hello.desktop:"
         "Exec=qubes-desktop-run /usr/local/share/applications/hello.desktop\n")
MINE = ("[Desktop Entry]\nType=Application\nX-Qubes-AppName=mine\nIcon=%VMDIR%/apps.icons/mine.png\nName=%VMNAME%: Mine\n"
        "Categories=Game;X-Qubes-VM;\n")
MINE_LINES = ("/usr/local/share/applications/mine.desktop:Name=Mine\n"
              "/usr/local/share/applications/mine.desktop:Categories=Game;X-Qubes-VM;\n"
              "/usr/local/share/applications/mine.desktop:Icon=mine\n"
              "/usr/local/share/applications/mine.desktop:"
              "Exec=qubes-desktop-run /usr/local/share/applications/mine.desktop\n")


class Menus(QubesCase):
    """Each test has a dom0 whose desktop belongs to root, as far as /etc/group says."""

    @classmethod
    def make_world(cls, world):
        world.make_base()
        world.make_keys()
        world.publish(cls.hello(world, "1.0", HELLO), world.make_module("org.example.other", "1.0"))

    @staticmethod
    def hello(world, version, entry):
        return world.make_module("org.example.hello", version, {"usr/share/applications/hello.desktop": entry})

    def setUp(self):
        super().setUp()
        system = self.world.folder / "system"
        (system / "etc").mkdir(parents=True)
        self.home = self.world.folder / "system/home"
        self.home.mkdir()
        (system / "etc/group").write_text("root:x:0:\nqubes:x:98:root,other\n")
        (system / "etc/passwd").write_text(f"root:x:0:0:root:{self.home}:/bin/sh\n")
        # The program below `runuser` has the home of /etc/passwd; qpkg looks for that one below QPKG_SYSTEM.
        (system / str(self.home).lstrip("/")).parent.mkdir(parents=True)
        (system / str(self.home).lstrip("/")).symlink_to(self.home)
        self.dom0.environment["QPKG_SYSTEM"] = str(system)
        self.dom0.environment["QPKG_SYNC_APPMENUS"] = str(HERE.parent / "support/fake_sync_appmenus.py")
        self.dom0.qubesd.start("work")
        self.features = self.dom0.qubesd.qubes["work"].features

    def entries(self, qube="work"):
        folder = self.home / ".local/share/qubes-appmenus" / qube / "apps.templates"
        return sorted(path.name for path in folder.glob("*")) if folder.exists() else []

    def add_mine(self):
        folder = self.home / ".local/share/qubes-appmenus/work/apps.templates"
        folder.mkdir(parents=True)
        (folder / "mine.desktop").write_text(MINE)

    def told(self):
        """What the program was told since this was asked last."""
        lines = self.home / "lines"
        text = lines.read_text() if lines.exists() else None
        lines.unlink(missing_ok=True)
        return text

    def test_an_app_comes_into_the_menu_with_what_its_manifest_says_and_goes_with_it(self):
        self.dom0.must("install", "hello", "other", "--into", "work", "--yes")
        self.assertEqual(self.told(), LINES.format(name="Hello"))
        self.assertEqual(self.entries(), ["hello.desktop"])
        self.dom0.must("remove", "other", "--from", "work", "--yes")
        self.assertIsNone(self.told(), "nothing of it has changed")
        self.dom0.must("remove", "hello", "--from", "work", "--yes")
        self.assertEqual((self.told(), self.entries()), ("", []))

    def test_entries_of_others_stay_as_they_are(self):
        self.add_mine()
        self.dom0.must("install", "hello", "--into", "work", "--yes")
        self.assertEqual(self.told(), LINES.format(name="Hello") + MINE_LINES)
        self.assertEqual(self.entries(), ["hello.desktop", "mine.desktop"])
        self.dom0.must("remove", "hello", "--from", "work", "--yes")
        self.assertEqual((self.told(), self.entries()), (MINE_LINES, ["mine.desktop"]))

    def test_an_app_is_added_to_what_the_user_chose_to_see_once(self):
        self.features["menu-items"] = "xterm.desktop mine.desktop"
        self.dom0.must("install", "hello", "--into", "work", "--yes")
        self.assertEqual(self.features["menu-items"], "xterm.desktop mine.desktop hello.desktop")
        self.features["menu-items"] = "xterm.desktop"  # its user does not want to see it
        self.world.publish(self.hello(self.world, "2.0", HELLO.replace("Name=Hello", "Name=Hello 2")))
        self.dom0.must("upgrade", "--yes")
        self.assertEqual(self.told(), LINES.format(name="Hello 2"))
        self.assertEqual(self.features["menu-items"], "xterm.desktop")
        self.features["menu-items"] = "xterm.desktop hello.desktop"
        self.dom0.must("remove", "hello", "--from", "work", "--yes")
        self.assertEqual(self.features["menu-items"], "xterm.desktop")

    def test_a_halted_qube_comes_into_the_menu_by_the_next_change_after_its_start(self):
        self.dom0.must("install", "hello", "--into", "personal", "--yes")
        self.assertIsNone(self.told())
        self.dom0.qubesd.start("personal")
        self.dom0.must("install", "other", "--into", "work", "--yes")
        self.assertEqual(self.entries("personal"), ["hello.desktop"])

    def test_a_menu_that_cannot_be_changed_is_a_warning(self):
        (self.home / "status").write_text("3")
        answer = self.dom0.must("install", "hello", "--into", "work", "--yes")
        self.assertIn("Done: hello 1.0 is in work", answer.out)
        self.assertRegex(answer.err, r"the menu of work is as it was: .* ended with 3: QubesVMNotRunningError\\x1b\[2J")
        (self.home / "status").unlink()
        self.dom0.must("install", "other", "--into", "work", "--yes")
        self.assertEqual(self.entries(), ["hello.desktop"])

    def test_without_a_user_of_the_desktop_there_is_no_menu(self):
        (self.world.folder / "system/etc/group").write_text("root:x:0:\nqubes:x:98:\n")
        answer = self.dom0.must("install", "hello", "--into", "work", "--yes")
        self.assertEqual((self.told(), answer.err.count("menu")), (None, 0))


if __name__ == "__main__":
    unittest.main()

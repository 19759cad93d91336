#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Debian's own applications open each other's files: a viewer and a chat without recommended packages, so neither brings xdg-open,
and one that has GLib's own tool. QPKG_MODULES names a folder that has modules of them already."""

import os
import pathlib
import subprocess
import sys
import time
import unittest

HERE = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(HERE.parent / "support"))
from debian_base import DebianCase  # noqa: E402
from world_case import PROGRAMS  # noqa: E402

SCREEN = ":96"
WINDOW_SECONDS = 120
GIO = """[app]
id = "org.example.gio"
base = "debian-12"
[source]
type = "packages"
packages = ["libglib2.0-bin", "shared-mime-info"]
recommends = false
[exports]
commands = ["gio"]
"""
# Wants every file: by a name, by a weight, by a list of its own.
GREEDY = {"usr/share/mime/globs2": "100:application/x-greedy:*.pdf\n50:application/x-greedy:*.greedy\n",
          "usr/share/applications/mimeapps.list": "[Default Applications]\napplication/pdf=greedy.desktop\n",
          "etc/xdg/mimeapps.list": "[Default Applications]\napplication/pdf=greedy.desktop\n",
          "usr/share/applications/greedy.desktop": "[Desktop Entry]\nType=Application\nName=A\nExec=greedy\nMimeType=application/x-greedy;\n"}


def small_pdf():
    """One empty page."""
    objects = [b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
               b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>"]
    text, places = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(text))
        text += b"%d 0 obj%s endobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return text + b"xref\n0 4\n0000000000 65535 f \n%strailer<</Size 4/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (table, len(text))


class OpeningOfRealApps(DebianCase):
    @classmethod
    def make_world(cls, world):
        super().make_world(world)
        world.make_keys()
        modules = [cls.module_of(world, name) for name in ("evince", "hexchat")]
        recipe = world.folder / "gio.toml"
        recipe.write_text(GIO)
        world.must("build", recipe, "--out", world.out)
        world.publish(*modules, world.out / "org.example.gio", world.make_module("org.example.greedy", "1.0", GREEDY))
        world.add_repository()
        world.must("qube", "create", "work", "--base", "debian-12")
        world.must("install", "evince", "hexchat", "gio", "greedy", "--into", "work", "--yes")
        world.must("qube", "start", "work")

    @classmethod
    def tearDownClass(cls):
        cls.common.qpkg("qube", "stop", "work")

    @classmethod
    def module_of(cls, world, package):
        there = pathlib.Path(os.environ.get("QPKG_MODULES", "/nowhere")) / f"org.debian.{package}"
        if there.is_dir():
            return there
        recipe = world.folder / f"{package}.toml"
        recipe.write_text(f'[app]\nid = "org.debian.{package}"\nbase = "debian-12"\n[source]\ntype = "packages"\n'
                          f'packages = ["{package}"]\nrecommends = false\n')
        world.must("build", recipe, "--out", world.out)
        return world.out / f"org.debian.{package}"

    def words(self, app, text):
        return [str(PROGRAMS / "qpkg"), "--root", str(self.world.root), "run", "work", "--app", app, "--", "sh", "-c", f"cd; {text}"]

    def said(self, app, text):
        return subprocess.run(self.words(app, text), check=False, capture_output=True, text=True, stdin=subprocess.DEVNULL).stdout

    def show(self):
        screen = subprocess.Popen(["Xvfb", SCREEN, "-screen", "0", "1024x768x24"], stdout=subprocess.DEVNULL,
                                  stderr=subprocess.DEVNULL)
        self.addCleanup(screen.wait)
        self.addCleanup(screen.kill)
        time.sleep(1)
        return dict(os.environ, DISPLAY=SCREEN)

    def start(self, app, text, env):
        program = subprocess.Popen(self.words(app, text), env=env, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL)
        self.addCleanup(program.wait)
        self.addCleanup(program.terminate)

    def has_window(self, title, env):
        end = time.monotonic() + WINDOW_SECONDS
        while time.monotonic() < end:
            if subprocess.run(["xdotool", "search", "--name", title], env=env, check=False, capture_output=True).returncode == 0:
                return True
            time.sleep(0.5)
        return False

    def processes(self):
        return self.world.must("run", "work", "--", "ps", "-eo", "args").out

    def put_pdf(self, name):
        place = self.world.folder / name
        place.write_bytes(small_pdf())
        self.world.must("run", "work", "--", "sh", "-c", f"cat > ~/{name}", stdin=place)

    def test_each_opens_what_only_another_can(self):
        self.put_pdf("one.pdf")
        env = self.show()
        self.assertEqual(self.said("hexchat", "command -v xdg-open; command -v evince"), "/run/qpkg/bin/xdg-open\n/run/qpkg/bin/evince\n")
        self.start("hexchat", "xdg-open one.pdf", env)
        self.assertTrue(self.has_window("^one.pdf", env))
        self.assertIn("evince /home/user/one.pdf", self.processes())
        self.start("evince", "xdg-open irc://irc.invalid/qpkg", env)
        self.assertTrue(self.has_window("HexChat", env))
        self.assertIn("hexchat --existing irc://irc.invalid/qpkg", self.processes())

    def test_glibs_own_tool_finds_the_same(self):
        self.put_pdf("two.pdf")
        env = self.show()
        self.assertIn("org.gnome.Evince.desktop", self.said("gio", "gio mime application/pdf").split("\n", maxsplit=1)[0])
        self.assertIn("io.github.Hexchat.desktop", self.said("gio", "gio mime x-scheme-handler/irc").split("\n", maxsplit=1)[0])
        self.start("gio", "gio open two.pdf; sleep 100", env)
        self.assertTrue(self.has_window("^two.pdf", env))

    def test_a_type_of_one_module_is_known_to_glib_in_the_view_of_another_and_takes_no_name(self):
        kinds = self.said("gio", "echo a > a.greedy; echo a > a.pdf; gio info -a standard::content-type a.greedy a.pdf | grep ::content-type")
        self.assertEqual([line.split()[-1] for line in kinds.splitlines()], ["application/x-greedy", "application/pdf"])
        self.assertIn("org.gnome.Evince.desktop", self.said("gio", "gio mime application/pdf").split("\n", maxsplit=1)[0])
        own = self.said("greedy", "xdg-open a.pdf; xdg-open a.greedy")
        self.assertEqual(own, "greedy 1.0\ngreedy 1.0\n")


if __name__ == "__main__":
    unittest.main()

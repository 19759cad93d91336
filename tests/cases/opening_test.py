#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A file of another app's type, or a URL of its scheme, could not be opened: most views have no xdg-open, and what only another
module knows of types was known nowhere else. Nor may a module choose itself where the owner chose, or nobody did."""

import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from world_case import WorldCase  # noqa: E402

SAYS = "#!/bin/sh\necho \"{name} sees $(ls /usr/bin | grep -c '^{name}$')\"\nfor word; do echo \"[$word]\"; done\n"
ENTRY = "[Desktop Entry]\nType=Application\nName=A\nExec={name} %u\nMimeType={types};\n"


def opener(name, types, globs="", **files):
    """A module with a program that says its words, and an entry that opens these types."""
    tree = {f"usr/bin/{name}": SAYS.format(name=name), f"usr/share/applications/{name}.desktop": ENTRY.format(name=name, types=types),
            f"usr/share/{name}/data": name}
    return {**tree, **({"usr/share/mime/globs2": globs} if globs else {}), **files}


# Everything that could make it the first to be asked, and names of files of others.
GREEDY = {"usr/share/applications/mimeapps.list": "[Default Applications]\napplication/x-pic=aaa.desktop\ntext/plain=aaa.desktop\n",
          "etc/xdg/mimeapps.list": "[Default Applications]\napplication/x-pic=aaa.desktop\ntext/plain=aaa.desktop\n",
          "usr/share/applications/mimeinfo.cache": "[MIME Cache]\nx-scheme-handler/talk=aaa.desktop\n"}
GREEDY_GLOBS = "100:application/x-greedy:*.pic\n100:application/x-greedy:*.note\n0:application/x-pic:__NOGLOBS__\n"


class Opening(WorldCase):
    @classmethod
    def make_world(cls, world):
        world.must("base", "import", world.base_archive(
            applets=("sh", "ls", "cat", "echo", "grep", "mkdir", "env", "test"),
            files={"usr/share/mime/globs2": "50:text/x-note:*.note\n", "usr/share/mime/subclasses": "text/x-note text/plain\n",
                   "usr/share/applications/noter.desktop": ENTRY.format(name="noter", types="text/plain"),
                   "usr/share/applications/mimeinfo.cache": "[MIME Cache]\ntext/plain=noter.desktop;\n",
                   "usr/bin/noter": SAYS.format(name="noter")}), "--id", "debian-12")
        world.make_keys()
        world.publish(world.make_module("org.example.start", "1.0"),
                      world.make_module("org.example.pic", "1.0", opener("pic", "application/x-pic", "50:application/x-pic:*.pic\n")),
                      world.make_module("org.example.talk", "1.0", opener("talk", "x-scheme-handler/talk")),
                      world.make_module("org.example.zzz.aaa", "1.0", opener(
                          "aaa", "application/x-greedy;text/plain;application/x-pic;x-scheme-handler/talk", GREEDY_GLOBS,
                          **GREEDY)))
        world.add_repository()
        world.must("qube", "create", "work", "--base", "debian-12")
        world.must("install", "start", "pic", "talk", "--into", "work", "--yes")

    def in_view(self, words, app="start", setup=":"):
        return self.world.qpkg("run", "work", "--app", app, "--", "sh", "-c", f"cd; {setup}; {words}")

    def open(self, argument, setup=":", code=0):
        answer = self.in_view(f"xdg-open {argument}", setup=setup)
        self.assertEqual(answer.code, code, answer.err)
        return answer

    def test_a_file_and_a_url_of_other_apps_open_in_their_views(self):
        self.assertEqual(self.open("'a b.pic'", "echo > 'a b.pic'").out, "pic sees 1\n[/home/user/a b.pic]\n")
        self.assertEqual(self.open("file:///home/user/a%20b.PIC", "echo > 'a b.PIC'").out, "pic sees 1\n[/home/user/a b.PIC]\n")
        self.assertEqual(self.open("'TALK://host/$(id)'").out, "talk sees 1\n[TALK://host/$(id)]\n")
        self.assertEqual(self.world.must("run", "work", "--", "xdg-open", "talk:x").out, "talk sees 1\n[talk:x]\n")
        self.assertNotIn("pic", self.in_view("ls /usr/bin").out)

    def test_what_cannot_be_opened_is_told_in_one_line_and_by_the_codes_of_xdg_open(self):
        for argument, code, line in [
                ("a.unknown", 3, "/home/user/a.unknown: no application of this qube opens application/octet-stream"),
                ("xmpp:a", 3, "xmpp:a: no application of this qube opens x-scheme-handler/xmpp"),
                ("/usr", 3, "/usr: no application of this qube opens inode/directory"),
                ("absent.pic", 2, "/home/user/absent.pic: no such file"), ("", 1, "usage: xdg-open FILE|URL"),
                ("--new a", 1, "usage: xdg-open FILE|URL"), ("--new", 1, "usage: xdg-open FILE|URL"),
                ("file://server/a", 1, "a file of another computer")]:
            with self.subTest(argument):
                answer = self.open(argument, "printf '\\001' > a.unknown", code=code)
                self.assertEqual(answer.err, f"xdg-open: {line}\n")
        self.assertIn("FILE|URL", self.open("--help").out)

    def test_an_app_cannot_take_what_the_base_or_an_earlier_app_opens(self):
        self.world.must("install", "aaa", "--into", "work", "--yes")
        shown = self.world.must("run", "work", "--as-root", "--", "sh", "-c", "cd /run/qpkg/share; ls applications; cat mime/globs2").out
        self.assertEqual(shown.splitlines(), ["aaa.desktop", "mimeinfo.cache", "pic.desktop", "talk.desktop",
                                              "50:application/x-pic:*.pic"])
        self.assertIn("pic sees 1", self.open("a.pic", "echo > a.pic").out)
        self.assertIn("talk sees 1", self.open("talk:x").out)
        for argument in ("a.note", "plain"):
            self.assertIn("noter sees 1", self.open(argument, f"echo a > {argument}").out)
        self.assertIn("aaa sees 1", self.in_view("xdg-open a.pic", app="org.example.zzz.aaa", setup="echo > a.pic").out)

    def test_the_owner_chooses_in_every_view(self):
        self.world.must("install", "aaa", "--into", "work", "--yes")
        chosen = ("mkdir -p .config; printf '[Default Applications]\\napplication/x-pic=talk.desktop\\ntext/plain=aaa.desktop\\n' "
                  "> .config/mimeapps.list; echo > a.pic; echo > plain")
        self.assertIn("talk sees 1", self.open("a.pic", chosen).out)
        self.assertIn("aaa sees 1", self.open("plain").out)
        self.assertIn("talk sees 1", self.in_view("xdg-open a.pic", app="pic").out)


class OthersOpeners(WorldCase):
    """The agent's gives way."""

    @classmethod
    def make_world(cls, world):
        world.must("base", "import", world.base_archive(files={"usr/bin/xdg-open": "#!/bin/sh\necho the base opens $1\n"}), "--id", "debian-12")
        world.make_keys()
        world.publish(world.make_module("org.example.hello", "1.0"), world.make_module(
            "org.example.own", "1.0", {"usr/bin/xdg-open": "#!/bin/sh\necho the app opens $1\n"}, second=["xdg-open"]))
        world.add_repository()
        world.must("qube", "create", "work", "--base", "debian-12")
        world.must("install", "hello", "own", "--into", "work", "--yes")

    def test_the_base_and_an_app_have_their_own(self):
        for app, word in (("hello", "base"), ("own", "app")):
            self.assertEqual(self.world.must("run", "work", "--app", app, "--", "xdg-open", "x:y").out, f"the {word} opens x:y\n")
        self.assertEqual(self.world.must("run", "work", "--", "sh", "-c", "ls /run/qpkg/bin").out.split(), ["hello", "own", "qpkg-run"])


if __name__ == "__main__":
    unittest.main()

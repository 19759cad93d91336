#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What several apps shall see was a module merged into the qube's own /usr, where everything of it counted. Now it is an
extension of a point: it holds files for that point alone, and what XDG_DATA_DIRS also leads to can never come with it."""

import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from world_case import WorldCase  # noqa: E402

FONT = {"usr/share/fonts/noto/a.ttf": "font"}
TYPES = "<mime-info><mime-type type='application/x-hostile'><glob pattern='*.pdf' weight='100'/></mime-type></mime-info>"
# One of each kind that an entry of XDG_DATA_DIRS, or a place beside it, would be believed for.
HOSTILE = {
    "bus service": "usr/share/dbus-1/services/org.hostile.service",
    "unit": "usr/share/systemd/user/hostile.service",
    "Vulkan layer": "usr/share/vulkan/implicit_layer.d/hostile.json",
    "completion": "usr/share/bash-completion/completions/ls",
    "schema": "usr/share/glib-2.0/schemas/hostile.gschema.override",
    "thumbnailer": "usr/share/thumbnailers/hostile.thumbnailer",
    "default applications": "usr/share/applications/mimeapps.list",
    "compiled types": "usr/share/mime/mime.cache",
    "command": "usr/bin/hostile",
    "library": "usr/lib/x86_64-linux-gnu/libhostile.so.1",
    "configuration": "etc/fonts/conf.d/99-hostile.conf",
    "locale archive": "usr/lib/locale/locale-archive",
}


class Extensions(WorldCase):
    @classmethod
    def make_world(cls, world):
        world.make_all()

    def publish(self, name, version, files, extends=None, points=()):
        self.world.publish(self.world.make_module(f"org.example.{name}", version, files, extends=extends, points=points))

    def app(self, version="1.0", abi="1"):
        self.publish("tool", version, {"usr/share/tool/plug-ins/own": "own"}, points=[f"org.example.tool,{abi},/usr/share/tool/plug-ins"])

    def plug(self, name="plug", version="1.0", abi="1", text="more", path="usr/share/tool/plug-ins/more"):
        self.publish(name, version, {path: text}, extends=f"org.example.tool,{abi}")

    def setUp(self):
        super().setUp()
        self.trust_own_copy()

    def install(self, *words, code=0):
        answer = self.world.qpkg("install", *words, "--into", "work", "--yes")
        self.assertEqual(answer.code, code, answer.err)
        return answer

    def in_view(self, app, script):
        return self.world.must("run", "work", "--app", app, "--", "sh", "-c", script).out

    def apps(self):
        return {app["app"] for app in self.json_of("list", "work")["apps"]}

    def test_every_app_of_a_qube_sees_data_for_it_and_nothing_else_changes(self):
        self.publish("noto", "1.0", FONT, extends="qpkg.fonts,1")
        self.install("hello", "other", "noto")
        for app in ["hello", "other"]:
            out = self.in_view(app, "cat /run/qpkg/data/*/share/fonts/noto/a.ttf; echo; echo $XDG_DATA_DIRS; cat /etc/fonts/conf.d/05-qpkg.conf")
            self.assertRegex(out, "font\n/usr/local/share:/usr/share:/run/qpkg/data/org.example.noto/share:/run/qpkg/own/[0-9a-f]+:/run/qpkg/share\n")
            self.assertRegex(out, r'<reset-dirs/>\n<dir>/usr/share/fonts</dir>\n'
                                  r'<dir salt="[0-9a-f]{16}">/run/qpkg/data/org.example.noto/share/fonts</dir>')
        self.assertNotIn("noto", self.in_view("hello", "find /usr /etc /opt -name '*noto*'"))
        self.world.must("remove", "noto", "--from", "work", "--yes")
        self.assertRegex(self.in_view("hello", "ls /run/qpkg/data; ls /etc/fonts 2>/dev/null; echo $XDG_DATA_DIRS"),
                         "^/usr/local/share:/usr/share:/run/qpkg/own/[0-9a-f]+:/run/qpkg/share\n$")

    def test_an_extension_that_holds_anything_but_its_point_s_files_is_refused_before_it_is_recorded(self):
        for word, path in HOSTILE.items():
            with self.subTest(word):
                name = "bad-" + word.split()[0].lower()
                self.publish(name, "1.0", {**FONT, path: "hostile"}, extends="qpkg.fonts,1")
                answer = self.install(name, code=6)
                self.assertIn(f"holds /{path}", answer.err)
        self.publish("locales", "1.0", {"usr/lib/locale/locale-archive": "x"}, extends="qpkg.locales,1")
        self.assertIn("one folder each", self.install("locales", code=6).err)
        self.assertEqual(self.apps(), set())

    def test_types_of_files_that_would_take_others_away_are_seen_nowhere(self):
        self.publish("types", "1.0", {"usr/share/mime/packages/hostile.xml": TYPES}, extends="qpkg.mime,1")
        self.publish("good-types", "1.0", {"usr/share/mime/packages/x.xml": TYPES.replace("100", "50").replace("pdf", "hello")},
                     extends="qpkg.mime,1")
        self.install("hello", "types", "good-types")
        self.assertEqual(self.in_view("hello", "cat /run/qpkg/data/*/share/mime/globs2; ls /run/qpkg/data"),
                         "50:application/x-hostile:*.hello\norg.example.good-types\n")

    def test_code_for_an_app_needs_that_app_its_abi_and_a_yes(self):
        self.app()
        self.plug()
        self.assertIn("it extends org.example.tool, which is not there", self.install("plug", code=4).err)
        self.install("tool", "other")
        answer = self.install("plug", code=4)
        self.assertIn("--allow-code plug:tool", answer.err)
        self.assertEqual(self.apps(), {"org.example.tool", "org.example.other"})
        self.assertIn("extends org.example.tool, not \"other\"", self.install("plug", "--allow-code", "plug:other", code=3).err)
        answer = self.install("plug", "--allow-code", "plug:tool")
        self.assertRegex(answer.out + answer.err, r"plug +org.example.tool +tool +yes, with all that the app has")
        self.assertEqual(self.in_view("tool", "cd /usr/share/tool/plug-ins; cat own more"), "ownmore")
        self.assertEqual(self.in_view("other", "ls /usr/share"), "other\nqpkg\n")
        self.assertEqual(self.json_of("info", "plug")["extends"], "org.example.tool 1")
        self.assertEqual(self.json_of("info", "tool")["points"], ["org.example.tool 1: /usr/share/tool/plug-ins"])
        self.plug(version="2.0", text="newer")
        self.world.must("upgrade", "--yes")  # no question: it is for the same point
        self.assertEqual(self.in_view("tool", "cat /usr/share/tool/plug-ins/more"), "newer")
        self.plug("new", abi="2")
        self.assertIn("it fits 2 of org.example.tool, and 1.0 is 1", self.install("new", "--allow-code", "new:tool", code=4).err)

    def test_an_extension_covers_nothing_of_its_app_and_two_with_other_files_are_refused(self):
        self.app()
        self.plug("hostile", text="HOSTILE", path="usr/share/tool/plug-ins/own")
        self.plug("one")
        self.plug("same", path="usr/share/tool/plug-ins/more")
        before = {path for path in self.world.site.rglob("*.filez")}
        self.plug("third", text="different")
        self.install("tool", "hostile", "one", "same", *(word for name in ["hostile", "one", "same"] for word in ["--allow-code", f"{name}:tool"]))
        self.assertEqual(self.in_view("tool", "cat /usr/share/tool/plug-ins/*"), "moreown")
        for path in {path for path in self.world.site.rglob("*.filez")} - before:
            path.write_bytes(b"not even asked for")
        answer = self.install("third", "--allow-code", "third:tool", code=4)
        self.assertIn("has another /usr/share/tool/plug-ins/more for org.example.tool", answer.err)

    def test_an_app_stays_when_its_extension_cannot_be_had_and_nobody_agreed_to_lose_it(self):
        self.app()
        self.plug()
        self.install("tool", "plug", "other", "--allow-code", "plug:tool")
        before = {path for path in self.world.site.rglob("*.filez")}
        self.plug(version="2.0", abi="2", text="for two")
        for path in {path for path in self.world.site.rglob("*.filez")} - before:
            path.write_bytes(b"damaged")
        self.app("2.0", abi="2")
        self.publish("other", "2.0", {})
        answer = self.world.qpkg("upgrade", "--yes")
        self.assertEqual(answer.code, 10, answer.err)
        self.assertIn("its extension org.example.plug cannot be had", answer.out + answer.err)
        self.assertEqual({app["app"]: app["version"] for app in self.json_of("list", "work")["apps"]},
                         {"org.example.tool": "1.0", "org.example.plug": "1.0", "org.example.other": "2.0"})

    def test_an_extension_that_is_held_holds_its_app(self):
        self.app()
        self.plug()
        self.install("tool", "plug", "--allow-code", "plug:tool")
        self.world.must("hold", "plug", "--in", "work")
        self.app("2.0", abi="2")
        self.plug(version="2.0", abi="2", text="for two")
        why = "2.0: org.example.plug is held: it fits 1 of org.example.tool, and 2.0 is 2"
        self.assertEqual(self.json_of("upgrade", "--dry-run")["left_behind"],
                         [{"qube": "work", "app": "org.example.tool", "outcome": "stays", "why": why}])
        answer = self.world.must("upgrade", "--yes")
        self.assertRegex(answer.out, f"tool +stays +{why}")
        self.assertEqual(self.in_view("tool", "tool; cat /usr/share/tool/plug-ins/more"), "tool 1.0\nmore")
        self.world.must("unhold", "plug", "--in", "work")
        self.world.must("upgrade", "--yes")
        self.assertEqual(self.in_view("tool", "tool; cat /usr/share/tool/plug-ins/more"), "tool 2.0\nfor two")

    def test_a_composed_volume_and_a_running_qube_have_extensions_too(self):
        self.app()
        self.plug()
        self.publish("noto", "1.0", FONT, extends="qpkg.fonts,1")
        self.world.must("qube", "start", "work")
        self.addCleanup(self.world.must, "qube", "stop", "work")
        self.install("tool", "other")
        self.install("plug", "noto", "--allow-code", "plug:tool")
        look = "cat /usr/share/tool/plug-ins/*; cat /run/qpkg/data/*/share/fonts/noto/*"
        self.assertEqual(self.in_view("tool", look), "moreownfont")
        self.world.must("qube", "set", "work", "--layout", "composed", "--yes")
        self.assertEqual(self.in_view("tool", look), "moreownfont")
        self.world.must("remove", "plug", "--from", "work", "--yes")
        self.assertEqual(self.in_view("tool", look), "ownfont")
        self.assertEqual(self.world.must("doctor").code, 0)

    def test_an_upgrade_moves_what_fits_and_says_what_falls_out(self):
        self.app()
        self.plug()
        self.plug("left")
        self.install("tool", "plug", "left", "--allow-code", "plug:tool", "--allow-code", "left:tool")
        self.app("2.0", abi="2")
        self.plug(version="2.0", abi="2", text="for two")
        document = self.json_of("upgrade", "--dry-run")
        self.assertEqual(document["left_behind"], [{"qube": "work", "app": "org.example.left", "outcome": "falls-out",
                                                    "why": "it fits 1 of org.example.tool, and 2.0 is 2"}])
        self.world.must("upgrade", "--yes")
        self.assertEqual(self.apps(), {"org.example.tool", "org.example.plug"})
        self.assertEqual(self.in_view("tool", "cat /usr/share/tool/plug-ins/more"), "for two")
        self.world.must("rollback", "work", "--yes")
        self.assertEqual(self.apps(), {"org.example.tool", "org.example.plug", "org.example.left"})
        answer = self.world.must("remove", "tool", "--from", "work", "--yes")
        self.assertIn("which is not there", answer.out + answer.err)
        self.assertEqual(self.apps(), set())


if __name__ == "__main__":
    unittest.main(verbosity=2)

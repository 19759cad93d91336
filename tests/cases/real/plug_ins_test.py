#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What Debian packages as a plug-in of another package could be part of that app's module alone. As an extension it has releases
of its own, with the libraries that it needs, and is in the view of that app and no other."""

import pathlib
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(HERE.parent / "support"))
from debian_base import DebianCase  # noqa: E402

APP = """[app]
id = "org.example.sox"
base = "debian-12"
[source]
type = "packages"
packages = ["sox"]
[[points]]
folders = ["/usr/lib/x86_64-linux-gnu/sox"]
"""
PLUG_IN = """[app]
id = "org.example.sox-mp3"
base = "debian-12"
extends = "org.example.sox"
[source]
type = "packages"
packages = ["libsox-fmt-mp3", "libmad0", "libid3tag0", "libmp3lame0", "libtwolame0"]
"""
TRY = "cd /tmp && sox -n a.mp3 synth 0.1 sine 440 && sox a.mp3 b.wav && ls b.wav"


class PlugIns(DebianCase):
    @classmethod
    def make_world(cls, world):
        super().make_world(world)
        world.make_keys()
        world.must("qube", "create", "work", "--base", "debian-12")

    def build(self, text, name):
        recipe = self.world.folder / f"{name}.toml"
        recipe.write_text(text)
        return self.world.must("build", recipe, "--out", self.world.out, "--json").json

    def publish(self, name):
        self.world.publish(self.world.out / f"org.example.{name}")

    def run_in(self, app):
        return self.world.qpkg("run", "work", "--app", app, "--", "sh", "-c", TRY)

    def test_a_plug_in_of_debian_works_in_its_app_with_its_own_libraries(self):
        self.build(APP, "sox")
        self.publish("sox")
        answer = self.world.qpkg("build", self.write("early", PLUG_IN), "--out", self.world.out)
        self.assertEqual(answer.code, 2, answer.err)
        self.assertIn("no app with the point org.example.sox is known here", answer.err)

        self.world.must("repo", "add", "demo", self.world.site, "--yes")
        self.world.must("install", "sox", "--into", "work", "--yes")
        self.assertIn("no handler for file extension `mp3'", self.run_in("sox").err)
        report = self.build(PLUG_IN, "sox-mp3")
        self.assertEqual({finding["rule"] for finding in report["findings"]}, {"extension"})
        written = (self.world.out / "org.example.sox-mp3/module.toml").read_text()
        self.assertIn('extends = "org.example.sox"\nabi = "14"\nfolders = ["/usr/lib/x86_64-linux-gnu/sox"]\n', written)

        self.publish("sox-mp3")
        self.assertEqual(self.world.qpkg("install", "sox-mp3", "--into", "work", "--yes").code, 4)
        self.world.must("install", "sox-mp3", "--into", "work", "--yes", "--allow-code", "sox-mp3:sox")
        answer = self.run_in("sox")
        self.assertEqual((answer.code, answer.out), (0, "b.wav\n"), answer.err)
        self.assertEqual(self.world.must("run", "work", "--", "sh", "-c", "find /usr -name '*mp3*' -o -name 'libmad*'").out, "")

    def write(self, name, text):
        recipe = self.world.folder / f"{name}.toml"
        recipe.write_text(text)
        return recipe


if __name__ == "__main__":
    unittest.main(verbosity=2)

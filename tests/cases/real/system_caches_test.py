#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Caches that packages' triggers make lie in the module, for base and module together, and their programs believe them: what
goes by times has true ones."""

import pathlib
import subprocess
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(HERE.parent / "support"))
from debian_base import DebianCase  # noqa: E402

RECIPE = """[app]
id = "org.example.{app}"
base = "{base}"
{extends}
[source]
type = "packages"
packages = [{packages}]
recommends = false
{points}
"""
SCHEMA = """<schemalist><schema id="org.example.base" path="/org/example/base/">
<key name="from" type="s"><default>'base'</default></key></schema></schemalist>"""
TYPES = """<?xml version="1.0"?><mime-info xmlns="http://www.freedesktop.org/standards/shared-mime-info">
<mime-type type="application/x-of-base"><glob pattern="*.of-base"/></mime-type></mime-info>"""
DESK = ["libglib2.0-bin", "glib-networking", "gsettings-desktop-schemas", "shared-mime-info", "librsvg2-common",
        "libgdk-pixbuf2.0-bin", "gtk-update-icon-cache", "adwaita-icon-theme", "ibus-gtk3", "ghostscript", "poppler-data"]
SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"><rect width="8" height="8"/></svg>'
LIBRARIES = "/usr/lib/x86_64-linux-gnu"


class Caches(DebianCase):
    @classmethod
    def make_world(cls, world):
        super().make_world(world)
        world.make_keys()

    @classmethod
    def build(cls, app, packages, base="debian-12", extends="", points="", out="built"):
        recipe = cls.common.folder / f"{app}.toml"
        recipe.write_text(RECIPE.format(app=app, base=base, extends=f'extends = "{extends}"' if extends else "",
                                        packages=", ".join(f'"{name}"' for name in packages), points=points))
        report = cls.common.must("build", recipe, "--out", cls.common.folder / out, "--json").json
        cls.common.publish(cls.common.folder / out / f"org.example.{app}")
        cls.common.qpkg("repo", "add", "demo", cls.common.site, "--yes")  # there already, the second time
        return report

    def in_view(self, qube, app, script):
        return self.world.must("run", qube, "--app", app, "--", "sh", "-c", script)


class Triggers(Caches):
    """The base has a schema and a type of files of its own."""

    @classmethod
    def make_world(cls, world):
        super().make_world(world)
        base = world.must("base", "list", "--json").json["bases"][0]
        archive = world.folder / "base.tar"
        own = world.folder / "own"
        for place, text in (("usr/share/glib-2.0/schemas/org.example.base.gschema.xml", SCHEMA), ("usr/share/mime/packages/base.xml", TYPES)):
            (own / place).parent.mkdir(parents=True)
            (own / place).write_text(text)
        lower = world.folder / "lower"
        lower.mkdir()
        subprocess.run(["unshare", "-m", "sh", "-ec", 'mount -t erofs -o ro,loop "$1" "$4"; '
                        'mount -t overlay -o "lowerdir=$3:$4" none "$4"; tar -C "$4" -cf "$2" .', "sh",
                        world.root / "volumes" / f"{base['volume']}.erofs", archive, own, lower], check=True)
        world.must("base", "import", archive, "--id", "with-types")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.build("desk", DESK, base="with-types")
        cls.common.must("qube", "create", "desk", "--base", "with-types")
        cls.common.must("install", "desk", "--into", "desk", "--yes")

    def ask(self, script):
        return self.in_view("desk", "desk", "set -e; " + script).out

    def test_modules_of_gio_are_known_without_being_loaded(self):
        self.assertIn("libgiognutls.so: gio-tls-backend", self.ask(f"cat {LIBRARIES}/gio/modules/giomodule.cache"))
        loaded = self.in_view("desk", "desk", "LD_DEBUG=files gio info / 2>&1 >/dev/null; true").out
        self.assertIn("libgio-2.0.so", loaded)
        self.assertNotIn("libgiognutls", loaded)

    def test_schemas_of_base_and_app_are_found(self):
        schemas = self.ask("gsettings list-schemas; gsettings get org.example.base from").split("\n")
        self.assertIn("org.gnome.desktop.interface", schemas)
        self.assertIn("org.example.base", schemas)
        self.assertIn("'base'", schemas)

    def test_types_of_base_and_app_are_found(self):
        types = self.ask("cd; echo x >a.of-base; printf '%s' '" + SVG + "' >b.svg; gio info -a standard::content-type a.of-base b.svg; "
                         "stat -c %n /usr/share/mime/mime.cache")
        self.assertIn("application/x-of-base", types)
        self.assertIn("image/svg+xml", types)

    def test_a_theme_has_a_cache_that_is_valid_and_not_older_than_its_folder(self):
        folder, cache = map(int, self.ask("cd /usr/share/icons/Adwaita; stat -c %Y . icon-theme.cache").split())
        self.assertLess(folder, cache)
        self.ask("gtk-update-icon-cache --validate /usr/share/icons/Adwaita")

    def test_loaders_of_pictures_and_modules_of_input_are_known(self):
        self.ask("cd; printf '%s' '" + SVG + "' >c.svg; gdk-pixbuf-thumbnailer -s 8 c.svg c.png; test -s c.png")
        self.assertIn("im-ibus.so", self.ask(f"cat {LIBRARIES}/gtk-3.0/3.0.0/immodules.cache"))

    def test_links_of_ghostscript_lead_somewhere(self):
        links, dangling = map(int, self.ask("find /var/lib/ghostscript -type l | wc -l; find /var/lib/ghostscript -xtype l | wc -l").split())
        self.assertGreater(links, 200)
        self.assertEqual(dangling, 0)

    def test_libraries_of_base_and_app_are_in_the_loader_s_cache(self):
        libraries = self.ask("/sbin/ldconfig -p")
        self.assertIn("libgtk-3.so.0", libraries)
        self.assertIn("libc.so.6", libraries)


class Vlc(Caches):
    PLAY = ("cd; printf 'P6 4 4 255 %048d' 0 > a.ppm; vlc -vv -I dummy --no-audio --play-and-exit --vout dummy a.ppm 2>&1; "
            "vlc -I dummy --list 2>&1")
    POINT = f'[[points]]\nfolders = ["{LIBRARIES}/vlc/plugins"]\n'

    def test_its_plug_ins_are_believed_to_be_what_they_were_also_beside_an_extension(self):
        self.build("vlc", ["vlc-bin", "vlc-plugin-base"], points=self.POINT)
        self.world.must("qube", "create", "vlc", "--base", "debian-12")
        self.world.must("install", "vlc", "--into", "vlc", "--yes")
        played = self.in_view("vlc", "vlc", self.PLAY).out
        self.assertIn(f"loading plugins cache file {LIBRARIES}/vlc/plugins/plugins.dat", played)
        self.assertNotIn("stale plugins cache", played)
        self.assertNotIn("  wall ", played)

        self.build("vlc-wall", ["vlc-plugin-video-splitter", "libxcb-randr0"], extends="org.example.vlc")
        self.world.must("install", "vlc-wall", "--into", "vlc", "--yes", "--allow-code", "vlc-wall:vlc")
        played = self.in_view("vlc", "vlc", self.PLAY).out
        self.assertNotIn("stale plugins cache", played)
        self.assertIn("  wall ", played)


if __name__ == "__main__":
    unittest.main(verbosity=2)

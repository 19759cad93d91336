#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Fonts and dictionaries were part of each app, or of none. Two apps of one qube see one extension's fonts, by caches that
were made at its build: none is written into the home that they share. A dictionary is found by the checker of the app."""

import pathlib
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(HERE.parent / "support"))
from debian_base import DebianCase  # noqa: E402

RECIPE = """[app]
id = "org.example.{app}"
base = "debian-12"
{extends}
[source]
type = "packages"
packages = [{packages}]
{exports}
"""

# A locale that only names days, as the tools of the base compile it into an archive.
QUAINT = """LC_TIME
day "Sunday";"Moonday";"Tuesday";"Wednesday";"Thursday";"Friday";"Saturday"
abday "Sun";"Moo";"Tue";"Wed";"Thu";"Fri";"Sat"
mon "1";"2";"3";"4";"5";"6";"7";"8";"9";"10";"11";"12"
abmon "1";"2";"3";"4";"5";"6";"7";"8";"9";"10";"11";"12"
d_t_fmt "%c"
d_fmt "%x"
t_fmt "%X"
t_fmt_ampm ""
am_pm "";""
END LC_TIME
"""
CHARMAP = ("<code_set_name> QUAINT\n<comment_char> %\n<escape_char> /\nCHARMAP\n" +
           "".join(f"<U{number:04X}> /x{number:02x} X\n" for number in range(128)) + "END CHARMAP\n")


class SharedData(DebianCase):
    @classmethod
    def make_world(cls, world):
        super().make_world(world)
        world.make_keys()

    def build(self, app, packages, extends="", commands=()):
        recipe = self.world.folder / f"{app}.toml"
        listed = ", ".join(f'"{name}"' for name in packages)
        exports = "[exports]\ncommands = [{}]".format(", ".join(f'"{name}"' for name in commands)) if commands else ""
        recipe.write_text(RECIPE.format(app=app, packages=listed, exports=exports, extends=f'extends = "{extends}"' if extends else ""))
        place = self.world.folder / "built"
        report = self.world.must("build", recipe, "--out", place, "--json").json
        self.world.publish(place / f"org.example.{app}")
        return report

    def in_view(self, app, script):
        return self.world.must("run", "work", "--app", app, "--", "sh", "-c", script).out

    def caches_in_home(self):
        return self.in_view("one", "find ~ -name '*.cache-*' | wc -l; ls ~/.cache/fontconfig 2>/dev/null | wc -l").split()

    def test_fonts_and_dictionaries_reach_every_app_and_no_cache_is_written_into_the_home(self):
        fonts = self.build("extra", ["fonts-dejavu-extra"], "qpkg.fonts")
        left_out = {finding["path"] for finding in fonts["findings"] if finding["rule"] == "extension"}
        self.assertIn("/usr/share/doc", left_out)
        again = self.world.must("build", self.world.folder / "extra.toml", "--out", self.world.folder / "again", "--json",
                                "--lock", self.world.folder / "built/org.example.extra/module.lock").json
        self.assertEqual(again["commit"], fonts["commit"])
        german = self.build("german", ["hunspell-de-de"], "qpkg.dictionaries")
        self.assertLessEqual(german["packages"], 40)
        self.build("one", ["fontconfig"], commands=["fc-list"])
        self.build("two", ["fontconfig", "fonts-lato"], commands=["fc-match"])
        self.build("speller", ["hunspell"], commands=["hunspell"])
        self.world.qpkg("repo", "add", "demo", self.world.site, "--yes")  # there already, after another test
        self.world.must("qube", "create", "work", "--base", "debian-12")
        self.world.must("install", "one", "two", "speller", "--into", "work", "--yes")
        self.assertNotIn("DejaVuSansCondensed", self.in_view("one", "fc-list"))
        self.world.must("install", "extra", "german", "--into", "work", "--yes")

        for app in ["one", "two"]:
            listed = self.in_view(app, "fc-list")
            self.assertIn("/run/qpkg/data/org.example.extra/share/fonts/truetype/dejavu/DejaVuSansCondensed.ttf", listed)
            self.assertIn("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf", listed)
        self.assertEqual(self.in_view("one", "ls /run/qpkg/volumes/org.example.extra/usr/lib/fontconfig/cache | wc -l"), "3\n")
        self.assertIn("Lato", self.in_view("two", "fc-match Lato"))
        self.assertNotIn("Lato", self.in_view("one", "fc-list"))
        self.assertEqual(self.caches_in_home(), ["0", "0"])

        self.assertEqual(self.in_view("speller", "echo Häuser Haeusser | LC_ALL=C.UTF-8 hunspell -d de_DE -l"), "Haeusser\n")

    def test_a_locale_of_an_extension_is_used_where_it_is_asked_for(self):
        self.build("locales", ["locales-all"], "qpkg.locales")
        self.build("plain", ["hello"])
        recipe, lock = self.cached_package(self.world, "quaint", "cd /usr/share/quaint; localedef -c -f charmap -i source quaint_XX || [ $? = 1 ]\n",
                                           {"usr/share/quaint/source": QUAINT, "usr/share/quaint/charmap": CHARMAP})
        self.world.must("build", recipe, "--lock", lock, "--out", self.world.folder / "built")
        self.world.publish(self.world.folder / "built/org.debian.quaint")
        self.world.qpkg("repo", "add", "demo", self.world.site, "--yes")
        self.world.must("qube", "create", "german", "--base", "debian-12")
        self.world.must("install", "plain", "quaint", "--into", "german", "--yes")
        day = ["run", "german", "--app", "plain", "--", "sh", "-c", "export LC_ALL=de_DE.UTF-8; date -d 2026-03-02 +%A; hello"]
        self.assertEqual(self.world.must(*day).out, "Monday\nHello, world!\n")
        self.world.must("install", "locales", "--into", "german", "--yes")
        self.assertEqual(self.world.must(*day).out, "Montag\nHallo, Welt!\n")
        # This app has a locale in an archive, which is there as before.
        for locale, answer in (("C.UTF-8", "UTF-8 Monday"), ("quaint_XX", "QUAINT Moonday"), ("de_DE.UTF-8", "UTF-8 Montag")):
            said = self.world.must("run", "german", "--app", "quaint", "--", "sh", "-c",
                                   f"export LC_ALL={locale}; echo $(locale charmap; date -d 2026-03-02 +%A)")
            self.assertEqual((said.out, said.err), (answer + "\n", ""))

    def test_a_theme_of_icons_brings_its_cache_which_programs_of_gtk_believe(self):
        again = [self.build("theme", ["adwaita-icon-theme"], "qpkg.icons")["commit"],
                 self.world.must("build", self.world.folder / "theme.toml", "--out", self.world.folder / "again", "--json",
                                 "--lock", self.world.folder / "built/org.example.theme/module.lock").json["commit"]]
        self.assertEqual(again[0], again[1])
        self.build("gtk", ["gtk-update-icon-cache"])
        self.world.qpkg("repo", "add", "demo", self.world.site, "--yes")
        self.world.must("qube", "create", "icons", "--base", "debian-12")
        self.world.must("install", "gtk", "theme", "--into", "icons", "--yes")
        looked = self.world.must("run", "icons", "--app", "gtk", "--", "sh", "-ec",
                                 "cd /run/qpkg/data/org.example.theme/share/icons/Adwaita; stat -c %Y . icon-theme.cache; "
                                 "gtk-update-icon-cache --validate .; grep -q document-open-symbolic icon-theme.cache").out.split()
        self.assertLess(int(looked[0]), int(looked[1]), "it would be taken for older than the theme")

    def test_a_build_that_finds_nothing_for_its_point_says_so(self):
        recipe = self.world.folder / "none.toml"
        recipe.write_text(RECIPE.format(app="none", packages='"hunspell-de-de"', exports="", extends='extends = "qpkg.fonts"'))
        answer = self.world.qpkg("build", recipe, "--out", self.world.folder / "none")
        self.assertEqual(answer.code, 3, answer.err)
        self.assertIn("nothing for qpkg.fonts", answer.err)


if __name__ == "__main__":
    unittest.main(verbosity=2)

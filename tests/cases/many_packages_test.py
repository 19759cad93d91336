#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A module of 1,500 packages is built, published and installed; a manifest once had room for 550."""

import hashlib
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from builder_test import APPLETS, MORE_APPLETS, with_libraries  # noqa: E402
from world_case import WorldCase  # noqa: E402

COUNT = 1500
# Package files are scripts here: see builder_test.py.
APT_GET = """#!/bin/sh
mkdir -p /usr/lib/many /var/lib/dpkg/info
: > /var/lib/dpkg/status
for file; do case $file in *.deb) . "$file";; esac; done
"""
SCRIPT = """printf 'Package: {0}\\nVersion: 1.0\\nArchitecture: all\\nSource: many (1.0)\\n' >> /var/lib/dpkg/status
printf 'Depends: libthing (>= 0.5)\\n\\n' >> /var/lib/dpkg/status
echo /usr/lib/many/{0} > /var/lib/dpkg/info/{0}.list
echo {0} > /usr/lib/many/{0}
"""
BASE = {"usr/bin/apt-get": APT_GET, "var/lib/dpkg/status": "Package: libthing\nVersion: 1.0\n",
        "var/lib/dpkg/info/libthing.list": "/.\n/usr/lib/libthing\n"}


class ManyPackages(WorldCase):
    @classmethod
    def make_world(cls, world):
        applets = tuple(name for name in APPLETS + MORE_APPLETS if name != "sh")
        files = {**BASE, **with_libraries("usr/bin/sh", "/usr/bin/dash"),
                 **with_libraries("usr/bin/setpriv", "/usr/bin/setpriv")}
        world.must("base", "import", world.base_archive(applets, files), "--id", "debian-12")
        world.make_keys()

    def write_packages(self):
        cache = self.world.root / "cache/debian-12/apt/archives"
        cache.mkdir(parents=True)
        commit = self.json_of("base", "list")["bases"][0]["commit"]
        lines = [f"qpkg-lock 1\nbase debian-12 {commit}\nepoch 1767225600\n"]
        for number in range(COUNT):
            name = f"package-{number:04}"
            script = SCRIPT.format(name).encode()
            (cache / f"{name}_1.0_all.deb").write_bytes(script)
            digest = hashlib.sha256(script).hexdigest()
            lines.append(f"package {name} 1.0 all {digest} {len(script)} http://deb.example/{name}.deb\n")
        (self.world.folder / "module.lock").write_text("".join(lines))
        (self.world.folder / "module.toml").write_text(
            '[app]\nid = "org.example.many"\nbase = "debian-12"\nsummary = "x"\n[source]\ntype = "packages"\n'
            'packages = ["package-0000"]\n')

    def test_it_builds_publishes_and_installs(self):
        self.write_packages()
        folder = self.world.folder

        built = self.json_of("build", folder / "module.toml", "--lock", folder / "module.lock",
                             "--out", folder / "built")
        module = folder / "built/org.example.many"
        self.world.publish(module)
        self.world.add_repository()
        self.world.must("qube", "create", "work", "--base", "debian-12")
        self.world.must("install", "many", "--into", "work", "--yes")

        self.assertEqual(built["packages"], COUNT)
        self.assertEqual(self.json_of("info", "many")["packages"], COUNT)
        self.assertEqual(self.json_of("why", "package-1499")["reasons"][0]["version"], "1.0")
        self.assertEqual(self.json_of("owns", "/usr/lib/many/package-0700")["owners"][0]["package"], "package-0700")
        tables = (self.world.root / "objects/qpkg-details").iterdir()
        (details,) = [table for table in tables if "\nfile\t" not in table.read_text()]  # the other is the base's
        rows = [line.split("\t") for line in details.read_text().splitlines()]
        self.assertEqual(sum(row[0] == "package" for row in rows), COUNT)
        self.assertIn(["needs", "package-0001", "libthing", ">=", "0.5"], rows)
        self.assertEqual({tuple(row[5:]) for row in rows if row[0] == "package"}, {("many", "1.0")})
        sizes = {name: (module / name).stat().st_size for name in ("manifest.json", "details.zst", "owners.zst")}
        print(f"{COUNT} packages: details {details.stat().st_size} bytes, served " +
              ", ".join(f"{name} {size}" for name, size in sizes.items()))
        self.assertLess(sizes["manifest.json"], 8192)


if __name__ == "__main__":
    unittest.main()

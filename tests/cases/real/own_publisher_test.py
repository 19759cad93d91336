#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Eight commands lay before the first app of somebody who has no repository. Now two: `setup`, and `install` of a package's
name, which is built, signed and published here; `upgrade` builds again what its distribution moved on from."""

import contextlib
import functools
import http.server
import os
import pathlib
import shutil
import sqlite3
import subprocess
import sys
import tarfile
import tempfile
import threading
import unittest

HERE = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(HERE.parent / "support"))
import own_mounts  # noqa: E402
from debian_base import DebianCase  # noqa: E402
from world_case import check_schema  # noqa: E402

PACK = r"""
pack() { # NAME VERSION FIELDS DATE: the tree lies in NAME
    mkdir -p "$1/DEBIAN"
    printf 'Package: %s\nVersion: %s\nArchitecture: all\nMaintainer: x <x@example.org>\nDescription: test\n%s' \
        "$1" "$2" "$3" > "$1/DEBIAN/control"
    find "$1" -exec touch -h -d "$4" {} +
    export SOURCE_DATE_EPOCH="$(date -d "$4" +%s)"
    dpkg-deb --root-owner-group -Zgzip -b "$1" "archive/$1_$2_all.deb" > /dev/null
}
rm -rf archive greeter libgreeter other3.1
mkdir -p archive greeter/usr/bin libgreeter/usr/share/greeter other3.1/usr/bin
printf '#!/bin/sh\ncat /usr/share/greeter/words\n' > greeter/usr/bin/greeter
printf '#!/bin/sh\necho other\n' > other3.1/usr/bin/other
chmod 755 */usr/bin/*
echo "hello from $LIBRARY" > libgreeter/usr/share/greeter/words
pack greeter 1.0 'Depends: libgreeter
' 2025-01-01
pack libgreeter "$LIBRARY" '' "$WHEN"
pack other3.1 1.0 '' 2025-01-01
cd archive
for deb in *.deb; do
    dpkg-deb -f "$deb"
    printf 'Filename: ./%s\nSize: %s\nSHA256: %s\n\n' "$deb" "$(stat -c %s "$deb")" "$(sha256sum < "$deb" | cut -d' ' -f1)"
done > Packages
{
    printf 'Origin: test\nSuite: test\nCodename: test\nDate: %s\nSHA256:\n' "$(date -Ru)"
    printf ' %s %s Packages\n' "$(sha256sum < Packages | cut -d' ' -f1)" "$(stat -c %s Packages)"
} > ../Release
rm -f InRelease
gpg --homedir ../gpg --batch --quiet --clearsign --output InRelease ../Release
"""


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


class Archive:
    """A signed archive of three packages that moves on."""

    def __init__(self, folder):
        self.folder = folder
        (folder / "gpg").mkdir(mode=0o700)
        home = ["gpg", "--homedir", folder / "gpg", "--batch", "--quiet"]
        subprocess.run([*home, "--passphrase", "", "--quick-gen-key", "test@example.org", "ed25519", "sign", "never"], check=True)
        self.key = subprocess.run([*home, "--export"], check=True, capture_output=True).stdout
        self.move_to("1.0", "2025-01-01")
        handler = functools.partial(Quiet, directory=folder / "archive")
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def move_to(self, library, when):
        subprocess.run(["sh", "-euc", PACK], cwd=self.folder, check=True, env=dict(os.environ, LIBRARY=library, WHEN=when))

    def close(self):
        self.server.shutdown()
        self.server.server_close()
        subprocess.run(["gpgconf", "--homedir", self.folder / "gpg", "--kill", "all"], check=False)


@contextlib.contextmanager
def mounted(volume):
    with tempfile.TemporaryDirectory() as place:
        subprocess.run(["mount", "-t", "erofs", "-o", "ro,loop", volume, place], check=True)
        try:
            yield place
        finally:
            subprocess.run(["umount", place], check=True)


class OwnPublisher(DebianCase):
    @classmethod
    def make_world(cls, world):
        super().make_world(world)
        cls.archive = Archive(pathlib.Path(cls.enterClassContext(tempfile.TemporaryDirectory())))
        cls.addClassCleanup(cls.archive.close)
        world.must("base", "import", cls.base_of_the_archive(world), "--id", "debian-12")

    @classmethod
    def base_of_the_archive(cls, world):
        """Debian's base, whose packages come from an archive of ours."""
        base = next(row for row in world.must("base", "list", "--json").json["bases"] if row["base"] == "debian-12")
        changed = world.folder / "changed"
        port = cls.archive.server.server_address[1]
        for path, content in {"etc/apt/sources.list": f"deb [signed-by=/etc/apt/test.gpg] http://127.0.0.1:{port} ./\n".encode(),
                              "etc/apt/test.gpg": cls.archive.key,
                              "etc/apt/apt.conf.d/90test": b'Acquire::http::Proxy::127.0.0.1 "DIRECT";\n'}.items():
            (changed / path).parent.mkdir(parents=True, exist_ok=True)
            (changed / path).write_bytes(content)
        tar = world.folder / "base.tar"
        with mounted(world.root / f"volumes/{base['volume']}.erofs") as place:
            subprocess.run(["tar", "-C", place, "--numeric-owner", "--exclude=./etc/apt/sources.list", "-cf", tar, "."], check=True)
        with tarfile.open(tar, "a") as archive:
            for path in sorted(changed.rglob("*")):
                if path.is_file():
                    archive.add(path, arcname="./" + str(path.relative_to(changed)))
        shutil.rmtree(changed)
        return tar

    def setUp(self):
        super().setUp()
        self.archive.move_to("1.0", "2025-01-01")
        self.world = self.copy_world()

    def set_up(self):
        return check_schema(self.world.must("setup", "--yes", "--json").json)

    def greet(self):
        return self.world.must("run", "work", "--", "greeter").out

    def volume_of(self, app):
        return next(row["volume"] for row in self.world.must("list", "work", "--json").json["apps"] if row["app"] == app)

    def test_two_commands_lead_to_an_app_and_the_same_upgrade_follows_the_archive(self):
        self.set_up()
        installed = check_schema(self.world.must("install", "greeter", "other3.1", "--into", "work", "--yes", "--json").json)
        self.assertEqual([row["change"] for row in installed["changes"]], ["add", "add"])
        self.assertEqual(self.greet(), "hello from 1.0\n")
        other = self.volume_of("org.debian.other3-1")
        self.assertEqual(self.world.qpkg("outdated", "--unchanged-exit-77").code, 77)
        self.assertIn("up to date", self.world.must("upgrade", "--yes").out)

        self.archive.move_to("1.1", "2025-06-01")

        told = check_schema(self.world.must("outdated", "--json").json)
        self.assertEqual([row["app"] for row in told["modules"]], ["org.debian.greeter"])
        self.assertEqual([(row["name"], row["from"], row["to"]) for row in told["packages"]], [("libgreeter", "1.0", "1.1")])
        shown = self.world.must("upgrade", "--dry-run").out
        self.assertIn("libgreeter 1.0 → 1.1", shown)
        self.assertEqual(self.greet(), "hello from 1.0\n")
        upgraded = self.world.must("upgrade", "--yes", "--json").json
        self.assertEqual([row["app"] for row in upgraded["changes"] if row["change"] == "upgrade"], ["org.debian.greeter"])
        self.assertEqual(self.greet(), "hello from 1.1\n")
        self.assertEqual(self.volume_of("org.debian.other3-1"), other)
        self.world.must("rollback", "work", "--yes")
        self.assertEqual(self.greet(), "hello from 1.0\n")

    def test_what_is_there_already_is_left_alone(self):
        made = self.set_up()
        self.assertEqual((made["base"], made["qube"], made["passphrase"]), ("debian-12", "work", False))
        keys = pathlib.Path(made["keys"])
        self.assertEqual((keys.stat().st_mode & 0o777, (keys / "root-1.key").stat().st_mode & 0o777), (0o700, 0o600))
        self.assertIs(self.set_up()["changed"], False)
        self.world.must("qube", "remove", "work", "--yes")
        self.assertIs(self.set_up()["changed"], True)
        shutil.rmtree(keys)
        gone = self.world.qpkg("setup", "--yes")
        self.assertEqual(gone.code, 3, gone.err)
        self.assertIn("its keys are not in", gone.err)

    def test_nothing_is_built_where_nobody_said_that_it_is_not_offered(self):
        self.set_up()
        self.world.make_keys()
        self.world.publish(self.world.make_module("org.example.tool", "1.0"))
        self.world.add_repository()
        self.assertEqual(self.world.qpkg("install", "greeter", "--into", "work", "--yes", "--offline").code, 3)
        with sqlite3.connect(self.world.root / "state.db") as database:
            database.execute("update trusted_role set bytes = x'7b7d' where repo = 'demo' and role = 'root'")

        answer = self.world.qpkg("install", "greeter", "--into", "work", "--yes")

        self.assertEqual(answer.code, 6, answer.out + answer.err)
        self.assertIn('cannot tell which app "greeter" means', answer.err)
        self.assertEqual(self.world.must("list", "work", "--json").json["apps"], [])
        self.assertFalse((self.world.root / "own/modules").exists())

    def test_a_name_that_nobody_has_and_one_that_another_repository_may_publish(self):
        self.set_up()
        missing = self.world.qpkg("install", "greter", "--into", "work", "--yes")
        self.assertEqual(missing.code, 3, missing.err)
        self.assertIn("did you mean greeter", missing.err)
        self.world.make_keys()
        self.world.publish(self.world.make_module("org.debian.tool", "1.0"))
        self.world.add_repository()
        foreign = self.world.qpkg("install", "greeter", "--into", "work", "--yes")
        self.assertEqual(foreign.code, 4, foreign.err)
        self.assertIn("belongs to repository demo", foreign.err)

    def test_a_plan_changes_nothing(self):
        self.set_up()
        shown = check_schema(self.world.must("install", "greeter", "--into", "work", "--dry-run", "--json").json)
        self.assertEqual([(row["app"], row["from"], row["packages"]) for row in shown["builds"]],
                         [("org.debian.greeter", "deb:greeter", 2)])
        self.assertFalse((self.world.root / "own/modules").exists())
        self.assertIn("qpkg setup", self.without_setup().err)

    def without_setup(self):
        fresh = self.copy_world()
        fresh.must("qube", "create", "work", "--base", "debian-12")
        answer = fresh.qpkg("install", "greeter", "--into", "work", "--yes")
        self.assertEqual(answer.code, 3)
        return answer


if __name__ == "__main__":
    own_mounts.enter()
    unittest.main(verbosity=2)

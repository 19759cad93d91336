# SPDX-License-Identifier: LGPL-2.1-or-later
"""Debian's base over a small signed archive of our own, which moves on when a test says so."""

import contextlib
import functools
import http.server
import os
import pathlib
import shutil
import subprocess
import tarfile
import tempfile
import threading

from debian_base import DebianCase

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


class MovingArchiveCase(DebianCase):
    """The base debian-12, whose packages come from `archive`."""

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

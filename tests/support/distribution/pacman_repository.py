# SPDX-License-Identifier: LGPL-2.1-or-later
"""A folder of pacman's packages as a signed repository. repo-add does the same, in half a second for each package."""

import base64
import gzip
import hashlib
import io
import subprocess
import tarfile

NAME = "test"
FIELDS = {"pkgbase": "BASE", "pkgver": "VERSION", "pkgdesc": "DESC", "size": "ISIZE", "url": "URL", "license": "LICENSE",
          "arch": "ARCH", "builddate": "BUILDDATE", "packager": "PACKAGER", "conflict": "CONFLICTS", "provides": "PROVIDES",
          "depend": "DEPENDS", "optdepend": "OPTDEPENDS"}


def sign_packages(folder, key):
    for package in sorted(folder.glob("*.pkg.tar.zst")):
        key.sign(package)


def index(folder, key):
    """Over all packages that lie in it, which are signed already."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", format=tarfile.GNU_FORMAT) as tar:
        for package in sorted(folder.glob("*.pkg.tar.zst")):
            add(tar, package)
    database = folder / f"{NAME}.db"
    database.write_bytes(gzip.compress(packed.getvalue(), mtime=0))
    key.sign(database)


def add(tar, package):
    told = told_by(package)
    content = package.read_bytes()
    row = {"FILENAME": [package.name], "NAME": told["pkgname"], "CSIZE": [str(len(content))],
           "SHA256SUM": [hashlib.sha256(content).hexdigest()],
           "PGPSIG": [base64.b64encode(package.with_name(package.name + ".sig").read_bytes()).decode()]}
    row |= {there: told[here] for here, there in FIELDS.items() if here in told}
    text = "".join(f"%{name}%\n" + "\n".join(values) + "\n\n" for name, values in row.items()).encode()
    folder = tarfile.TarInfo(f"{told['pkgname'][0]}-{told['pkgver'][0]}")
    folder.type, folder.mode = tarfile.DIRTYPE, 0o755
    tar.addfile(folder)
    file = tarfile.TarInfo(folder.name + "/desc")
    file.size = len(text)
    tar.addfile(file, io.BytesIO(text))


def told_by(package):
    """What .PKGINFO says; a key can have many values."""
    text = subprocess.run(["bsdtar", "-xOqf", package, ".PKGINFO"], check=True, stdout=subprocess.PIPE).stdout.decode()
    told = {}
    for line in text.splitlines():
        key, _, value = line.partition(" = ")
        told.setdefault(key, []).append(value)
    return told


def make_key_ring(folder, key):
    """Who may sign: pacman finds a key ring by its old name only, and believes keys that the ring trusts."""
    folder.mkdir(mode=0o700)
    (folder / "pubring.gpg").write_bytes(b"")
    gpg = ["gpg", "--homedir", folder, "--batch", "--quiet"]
    subprocess.run([*gpg, "--import", key.public], check=True)
    listed = subprocess.run([*gpg, "--with-colons", "--list-keys"], check=True, stdout=subprocess.PIPE, text=True).stdout
    fingerprint = next(line.split(":")[9] for line in listed.splitlines() if line.startswith("fpr:"))
    subprocess.run([*gpg, "--import-ownertrust"], check=True, input=f"{fingerprint}:6:\n", text=True)
    subprocess.run(["gpgconf", "--homedir", folder, "--kill", "all"], check=True)

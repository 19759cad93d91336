# SPDX-License-Identifier: LGPL-2.1-or-later
"""Debian's packages that a test distribution is made of, from the archive that this machine's apt knows."""

import io
import re
import shutil
import subprocess
import tarfile

# What a root needs to install packages, besides what these need. No package manager is among it: whose distribution it
# becomes decides about that.
BASE = """base-files base-passwd bash bsdutils coreutils dash debconf debianutils diffutils dpkg findutils grep gzip hostname
init-system-helpers libc-bin login ncurses-base ncurses-bin perl-base sed sysvinit-utils tar util-linux usr-is-merged""".split()
LEFT_OUT = {"usr-is-merged"}  # else another package would merge; its own check takes /lib64 for a mistake
# debootstrap's own hand: links of a merged /usr, first accounts, empty folders.
LINKS = ("bin", "sbin", "lib", "lib64")
FOLDERS = """boot dev home media mnt opt proc run srv sys var/lib/dpkg/info var/lib/dpkg/alternatives var/lib/dpkg/updates
var/lib/misc var/log var/cache/debconf""".split()
EMPTY_FILES = ("etc/fstab", "var/lib/dpkg/status", "var/lib/dpkg/diversions", "var/lib/dpkg/statoverride")
FILESYSTEM_FIELDS = """Package: filesystem
Version: 1-1
Architecture: all
Maintainer: Test <test@example.org>
Provides: usr-is-merged (= 37)
Description: folders and accounts of an empty root
"""


class DebianPackages:
    """Below `folder`: those of `BASE`, these, and all that they need, as on an empty machine."""

    def __init__(self, folder, names):
        self.folder = folder / "debs"
        self.options = ["-q", "-y", "-o", f"Dir::State::status={folder}/status", "-o", f"Dir::Cache::archives={self.folder}",
                        "-o", "APT::Sandbox::User=root", "-o", "APT::Keep-Downloaded-Packages=true", "--no-install-recommends"]
        (self.folder / "partial").mkdir(parents=True)
        (folder / "status").write_text("")
        base = self.addresses(BASE) - LEFT_OUT
        every = self.addresses([*BASE, *names]) - LEFT_OUT
        subprocess.run(["apt-get", *self.options, "--download-only", "install", *BASE, *names], check=True, capture_output=True)
        self.base = {"filesystem", *base}
        self.files = [self.make_filesystem(folder / "filesystem"), *(self.file_of(name) for name in sorted(every))]

    def addresses(self, names):
        """The packages that would be downloaded; the cache must not have any yet, or apt leaves them out."""
        said = subprocess.run(["apt-get", *self.options, "--print-uris", "install", *names], check=True, capture_output=True,
                              text=True).stdout
        return set(re.findall(r"^'[^']*' ([^_ ]+)_", said, re.MULTILINE))

    def file_of(self, name):
        return next(self.folder.glob(f"{name}_*.deb"))

    def make_filesystem(self, tree):
        for name in LINKS:
            (tree / "usr" / name).mkdir(parents=True)
            (tree / name).symlink_to(f"usr/{name}")
        for name in FOLDERS:
            (tree / name).mkdir(parents=True)
        for name, mode in (("tmp", 0o1777), ("var/tmp", 0o1777), ("root", 0o700)):
            (tree / name).mkdir(parents=True)
            (tree / name).chmod(mode)
        (tree / "etc").mkdir()
        for name in EMPTY_FILES:
            (tree / name).write_text("")
        self.add_accounts(tree / "etc")
        (tree / "DEBIAN").mkdir()
        (tree / "DEBIAN/control").write_text(FILESYSTEM_FIELDS)
        (tree / "DEBIAN/conffiles").write_text("/etc/passwd\n/etc/group\n/etc/fstab\n")
        file = self.folder / "filesystem_1-1_all.deb"
        subprocess.run(["dpkg-deb", "--root-owner-group", "-Zgzip", "-b", tree, file], check=True, capture_output=True)
        shutil.rmtree(tree)
        return file

    def add_accounts(self, etc):
        """Those that Debian's base begins with."""
        packed = subprocess.run(["dpkg-deb", "--fsys-tarfile", self.file_of("base-passwd")], check=True, stdout=subprocess.PIPE)
        with tarfile.open(fileobj=io.BytesIO(packed.stdout)) as tar:
            for name in ("passwd", "group"):
                text = tar.extractfile(f"./usr/share/base-passwd/{name}.master").read().decode()
                (etc / name).write_text(text.replace(":*:", ":x:"))

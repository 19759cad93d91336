# SPDX-License-Identifier: LGPL-2.1-or-later
"""This machine's dnf and pacman on a root of their own, with the test distribution and nothing of this machine's settings."""

import os
import pathlib
import subprocess

import pacman_repository

# Scripts of packages want devices, processes, and places that the root does not keep. A key server's agent that a package
# manager starts ends with the namespace.
INSIDE = r"""
root=$1
shift
mount --make-rprivate /
mkdir -p "$root/dev" "$root/proc" "$root/sys" "$root/tmp" "$root/run"
mount -t tmpfs -o mode=755 none "$root/dev"
for name in null zero full random urandom; do : > "$root/dev/$name"; mount --bind "/dev/$name" "$root/dev/$name"; done
ln -s /proc/self/fd "$root/dev/fd"
mount -t proc none "$root/proc"
mount -t tmpfs -o mode=1777 none "$root/tmp"
mount -t tmpfs -o mode=755 none "$root/run"
exec "$@"
"""
ENVIRONMENT = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC"}
# As of dnf 4.14 cache, log and state lie below the root, whatever their names; addresses and keys do not.
DNF = """[main]
gpgcheck=1
repo_gpgcheck=1
localpkg_gpgcheck=1
skip_if_unavailable=False
best=True
install_weak_deps=False
plugins=0
reposdir=/nonexistent
varsdir=/nonexistent
pluginconfpath=/nonexistent
logdir=/run
persistdir=/run/dnf
cachedir=/run/cache
metadata_expire=0
[test]
name=test
baseurl=file://{folder}/now/rpm
gpgkey=file://{folder}/key.asc
"""
PACMAN = """[options]
Architecture = x86_64
SigLevel = Required DatabaseRequired
LocalFileSigLevel = Required
NoProgressBar
[{name}]
Server = file://{folder}/now/pacman
"""


class Root:
    """An empty folder that becomes a root."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True)

    def run(self, *words, **environment):
        return subprocess.run(["unshare", "--mount", "--pid", "--fork", "--net", "--ipc", "--kill-child", "sh", "-euc", INSIDE,
                               "inside", self.folder, *words], env=ENVIRONMENT | environment, check=False,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def ask(self, *words):
        """What a program of the root says."""
        return self.run("/usr/sbin/chroot", self.folder, *words)


class DnfRoot(Root):
    kind = "rpm"

    def __init__(self, folder, distribution):
        super().__init__(folder)
        self.home = self.folder.with_name(self.folder.name + ".dnf")
        self.home.mkdir()
        (self.home / ".rpmmacros").write_text("%_dbpath /usr/lib/sysimage/rpm\n")  # Debian's: the home of who runs it
        (self.home / "dnf.conf").write_text(DNF.format(folder=distribution))

    def install(self, *names):
        return self.run("dnf", "-q", "-y", "-c", self.home / "dnf.conf", "--releasever=1", "--forcearch=x86_64",
                        f"--installroot={self.folder}", "install", *names, HOME=str(self.home))

    def upgrade(self):
        return self.run("dnf", "-q", "-y", "-c", self.home / "dnf.conf", "--releasever=1", "--forcearch=x86_64",
                        f"--installroot={self.folder}", "upgrade", HOME=str(self.home))


class PacmanRoot(Root):
    kind = "pacman"

    def __init__(self, folder, distribution):
        super().__init__(folder)
        self.home = self.folder.with_name(self.folder.name + ".pacman")
        (self.home / "cache").mkdir(parents=True)
        (self.home / "pacman.conf").write_text(PACMAN.format(name=pacman_repository.NAME, folder=distribution))
        (self.folder / "var/lib/pacman").mkdir(parents=True)
        self.keys = distribution / "pacman-keys"

    def pacman(self, *words):
        return self.run("pacman", "--config", self.home / "pacman.conf", "--root", self.folder, "--dbpath",
                        self.folder / "var/lib/pacman", "--cachedir", self.home / "cache", "--gpgdir", self.keys, "--logfile",
                        "/dev/null", "--hookdir", self.folder / "etc/pacman.d/hooks", "--noconfirm", "--color", "never", *words)

    def install(self, *names):
        return self.pacman("-Sy", *names)

    def upgrade(self):
        return self.pacman("-Syu")

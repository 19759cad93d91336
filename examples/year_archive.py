# SPDX-License-Identifier: LGPL-2.1-or-later
"""A small signed archive of Debian's own packages in two states: today's release of the distribution, and what its
security suite has made of it. In real states nearly everything goes on fitting; so a few packages are packed again, each as
maintainers have done it before, see `Repacks`."""

import functools
import gzip
import hashlib
import http.server
import pathlib
import shutil
import subprocess
import threading

SUITE = "bookworm"
INCLUDED = ["apt", "ca-certificates", "dbus", "netbase", "procps"]  # what `base build` takes besides what is required
OLD, NEW = "old", "new"
DATES = {OLD: "Sat, 01 Nov 2025 00:00:00 UTC", NEW: "Sun, 01 Nov 2026 00:00:00 UTC"}
HOLE = "CVE-2030-12345"  # nobody has it but the libc6 that is packed again
SIGNER = "archive@example.org"


def said(*words, **options):
    return subprocess.run(list(map(str, words)), check=True, capture_output=True, text=True, **options).stdout


class Offers:
    """What this machine's apt knows: of each package its version in the distribution, and the newest one."""

    def __init__(self):
        self.first, self.newest, self.priorities, self.required = {}, {}, {}, set()
        targets = said("apt-get", "indextargets", "--format", "$(SUITE) $(FILENAME)", "Created-By: Packages", f"Codename: {SUITE}")
        targets += said("apt-get", "indextargets", "--format", "$(SUITE) $(FILENAME)", "Created-By: Packages",
                        f"Codename: {SUITE}-security")
        for line in sorted(targets.splitlines(), key=lambda line: "security" in line):
            self.read(said("/usr/lib/apt/apt-helper", "cat-file", line.split(" ", 1)[1]))
        if not self.first:
            raise SystemExit(f"apt of this machine knows no packages of {SUITE}: apt-get update")

    def read(self, text):
        for block in text.split("\n\n"):
            fields = dict(line.split(": ", 1) for line in block.splitlines() if ": " in line and line[0] != " ")
            name = fields.get("Package")
            if not name:
                continue
            version = fields["Version"]
            self.first.setdefault(name, version)
            if name not in self.newest or is_newer(version, self.newest[name]):
                self.newest[name] = version
            self.priorities[name] = fields["Priority"]
            if fields.get("Essential") == "yes" or fields["Priority"] == "required":
                self.required.add(name)


def is_newer(version, than):
    return version != than and subprocess.run(["dpkg", "--compare-versions", version, "gt", than], check=False).returncode == 0


def closure(names, scratch):
    """These packages and all that they need, as on an empty machine."""
    for name in ("status", "cache/archives/partial"):
        (scratch / name).parent.mkdir(parents=True, exist_ok=True)
    (scratch / "status").write_text("")
    (scratch / "cache/archives/partial").mkdir(exist_ok=True)
    listed = said("apt-get", "-q", "-o", f"Dir::State::status={scratch}/status", "-o", f"Dir::Cache={scratch}/cache",
                  "--no-install-recommends", "--print-uris", "--yes", "install", *names)
    return {line.split()[1].split("_")[0] for line in listed.splitlines() if line.startswith("'")}


def in_place(file, old, new):
    """Programs have fixed places."""
    assert len(old) == len(new)
    file.write_bytes(file.read_bytes().replace(old, new))


class Repacks:
    """What makers of packages do to those who built on them, each with a package of Debian's."""

    def __init__(self, pool):
        self.pool = pool

    def run(self):
        self.renew(["libc6", "libc-bin"], self.tell_a_fix)
        self.renew(["apt", "apt-utils"], lambda tree, name: None)  # which go together: each asks for one version of the other
        self.renew(["libpam-runtime", "libpam-modules", "libpam-modules-bin", "libpam0g"], self.change_a_file_of_pam)
        self.renew(["libonig5", "libjq1", "jq"], self.give_another_soname)

    def renew(self, names, change):
        """In a version of its own; who asks for exactly the one before asks for this one."""
        found = {name: next(self.pool.glob(f"{name}_*.deb"), None) for name in names}
        for name, file in found.items():
            if file is None:
                continue
            tree = self.pool / "tree"
            said("dpkg-deb", "-R", file, tree)
            control = tree / "DEBIAN/control"
            version = said("dpkg-deb", "-f", file, "Version").strip()
            control.write_text(control.read_text().replace(f"\nVersion: {version}\n", f"\nVersion: {version}+year1\n")
                               .replace(f"(= {version})", f"(= {version}+year1)"))
            change(tree, name)
            file.unlink()
            said("dpkg-deb", "--root-owner-group", "-Zgzip", "-z1", "-b", tree, file)
            shutil.rmtree(tree)

    @staticmethod
    def tell_a_fix(tree, name):
        """libc says its own version when it is started."""
        for changelog in tree.glob(f"usr/share/doc/{name}/changelog.Debian.gz"):
            entry = f"glibc (2.36-9+year1) {SUITE}-security; urgency=high\n\n  * Fix {HOLE}, which nobody has found yet.\n\n"
            changelog.write_bytes(gzip.compress(entry.encode() + gzip.decompress(changelog.read_bytes()), mtime=0))
        for library in tree.glob("lib/*/libc.so.6"):
            in_place(library, b"stable release version 2.36", b"stable release of next year")

    @staticmethod
    def change_a_file_of_pam(tree, _):
        """What an application's package changes as well is made from this template."""
        for template in tree.glob("usr/share/pam/common-password"):
            template.write_text("# Debian has another opinion now\n" + template.read_text())

    @staticmethod
    def give_another_soname(tree, _):
        """A library breaks with what was linked to it, and its package keeps its name."""
        for file in tree.rglob("lib*.so.*"):
            if not file.is_symlink():
                in_place(file, b"libonig.so.5", b"libonig.so.6")
        for file in list(tree.rglob("libonig.so.5*")):
            target = file.readlink().name.replace("so.5", "so.6") if file.is_symlink() else None
            place = file.with_name(file.name.replace("so.5", "so.6"))
            if target:
                file.unlink()
                place.symlink_to(target)
            else:
                file.rename(place)
        for listed in tree.glob("DEBIAN/md5sums"):
            listed.unlink()


class Archive:
    """Of a base and these applications. `now` is served on this machine; `move` shows the other state."""

    def __init__(self, folder, apps, in_base):
        self.folder = pathlib.Path(folder)
        self.offers = Offers()
        required = [*sorted(self.offers.required), *INCLUDED, *in_base]
        names = sorted(closure([*required, *apps], self.folder))
        for state, versions in ((OLD, self.offers.first), (NEW, self.offers.newest)):
            self.download(state, {name: versions[name] for name in names})
        Repacks(self.pool(NEW)).run()
        self.moved = sum(1 for name in names if self.offers.first[name] != self.offers.newest[name])
        self.make_key()
        for state in (OLD, NEW):
            self.sign(state)
        self.move(OLD)
        handler = functools.partial(Quiet, directory=self.folder / "now")
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.location = f"http://127.0.0.1:{self.server.server_address[1]}"

    def pool(self, state):
        return self.folder / state / "pool"

    def download(self, state, versions):
        pool = self.pool(state)
        pool.mkdir(parents=True)
        missing = []
        for name, version in versions.items():
            there = next(self.pool(OLD).glob(f"{name}_*.deb")) if state == NEW and self.offers.first[name] == version else None
            if there:
                (pool / there.name).hardlink_to(there)
            else:
                missing.append(f"{name}={version}")
        if missing:
            said("apt-get", "-q", "-o", "APT::Sandbox::User=root", "download", *missing, cwd=pool)

    def make_key(self):
        home = self.folder / "gpg"
        home.mkdir(mode=0o700)
        self.gpg = ["gpg", "--homedir", home, "--batch", "--quiet"]
        said(*self.gpg, "--passphrase", "", "--quick-gen-key", SIGNER, "ed25519", "sign", "never")
        self.key = self.folder / "archive.gpg"
        said(*self.gpg, "--output", self.key, "--export")

    def sign(self, state):
        top = self.folder / state
        index = top / f"dists/{SUITE}/main/binary-amd64"
        index.mkdir(parents=True)
        with open(index / "Packages", "w", encoding="utf-8") as packages:
            for deb in sorted(self.pool(state).glob("*.deb")):
                digest = hashlib.sha256(deb.read_bytes()).hexdigest()
                fields = said("dpkg-deb", "-f", deb).splitlines()
                priority = self.offers.priorities[deb.name.split("_")[0]]  # the archive's word, not the package's
                fields = [line for line in fields if not line.startswith("Priority:")]
                packages.write("\n".join(fields) + f"\nPriority: {priority}\nFilename: pool/{deb.name}\n"
                               f"Size: {deb.stat().st_size}\nSHA256: {digest}\n\n")
        digest = hashlib.sha256((index / "Packages").read_bytes()).hexdigest()
        release = top / f"dists/{SUITE}/Release"
        release.write_text(f"Origin: Example\nSuite: {SUITE}\nCodename: {SUITE}\nArchitectures: amd64\nComponents: main\n"
                           f"Date: {DATES[state]}\nSHA256:\n {digest} {(index / 'Packages').stat().st_size} "
                           "main/binary-amd64/Packages\n")
        said(*self.gpg, "--clearsign", "--output", release.with_name("InRelease"), release)

    def move(self, state):
        link = self.folder / "next"
        link.symlink_to(state)
        link.rename(self.folder / "now")

    def close(self):
        self.server.shutdown()
        self.server.server_close()
        subprocess.run(["gpgconf", "--homedir", self.folder / "gpg", "--kill", "all"], check=False)


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass

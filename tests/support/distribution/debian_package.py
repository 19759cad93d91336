# SPDX-License-Identifier: LGPL-2.1-or-later
"""One of Debian's package files, as makers of other kinds of packages need it: fields, scripts, and its files below a merged
/usr."""

import email.utils
import gzip
import io
import os
import pathlib
import re
import subprocess
import tarfile
from typing import NamedTuple

MERGED = ("bin", "sbin", "lib", "lib32", "lib64", "libx32")
SCRIPTS = {"postinst": 0o755, "config": 0o755, "templates": 0o644}  # debconf looks for the last two beside the first
RECORDS = "/var/lib/dpkg/info"
FALLBACK_TIME = 1700000000  # of a package without a changelog
RENEWAL = "+1"  # for dpkg, rpm and pacman alike newer: pacman takes letters here for an older version
SHOWN_CHANGES = 5
RELATION = re.compile(r"\s*([^\s(:\[]+)(?::\w+)?\s*(?:\(\s*(<<|<=|=|>=|>>)\s*([^)\s]+)\s*\))?")


class Version(NamedTuple):
    epoch: str  # empty when there is none
    upstream: str
    revision: str

    @classmethod
    def of(cls, text):
        epoch, rest = text.split(":", 1) if ":" in text else ("", text)
        upstream, revision = rest.rsplit("-", 1) if "-" in rest else (rest, "0")
        return cls(epoch, upstream, "99999" if revision == "." else revision)  # "-." is Debian's "after each revision"


class Relation(NamedTuple):
    name: str
    operator: str  # as rpm and pacman write it; empty: each version
    version: str


class Change(NamedTuple):
    version: str
    author: str
    time: int
    lines: list


def merged(path):
    """Where a path lies below a merged /usr."""
    return "/usr" + path if path.lstrip("/").split("/")[0] in MERGED else path


class DebianPackage:
    """`renewed` names packages that have a newer version in this state of the distribution."""

    def __init__(self, file, renewed=()):
        self.file = pathlib.Path(file)
        self.renewed = frozenset(renewed)
        self.members = self.read_members()
        self.fields = self.read_fields()
        self.name = self.fields["Package"]
        self.version = self.fields["Version"] + (RENEWAL if self.name in self.renewed else "")
        self.summary, *self.description = self.fields["Description"].splitlines()
        listed = self.members.get("conffiles", b"").decode().split("\n")
        self.settings = {merged(line) for line in listed if line.startswith("/")}

    def part(self, which):
        return subprocess.run(["dpkg-deb", which, self.file], check=True, stdout=subprocess.PIPE).stdout

    def read_members(self):
        with tarfile.open(fileobj=io.BytesIO(self.part("--ctrl-tarfile"))) as tar:
            return {os.path.basename(member.name): tar.extractfile(member).read() for member in tar if member.isfile()}

    def read_fields(self):
        fields, key = {}, None
        for line in self.members["control"].decode().splitlines():
            if line[:1] in (" ", "\t"):
                fields[key] += "\n" + line
            elif ":" in line:
                key, value = line.split(":", 1)
                fields[key] = value.strip()
        return fields

    def relations(self, field):
        """Groups of alternatives."""
        groups = self.fields.get(field, "").replace("\n", " ").split(",")
        return [[self.relation(one) for one in group.split("|")] for group in groups if group.strip()]

    def relation(self, text):
        name, operator, version = RELATION.match(text).groups(default="")
        if operator == "=" and name in self.renewed:  # of one source with this one, and renewed with it
            version += RENEWAL
        return Relation(name, {"<<": "<", ">>": ">"}.get(operator, operator), version)

    def provided(self):
        """Other names of the package. Debian's have no version unless one is written; elsewhere one without is every version."""
        return [Relation(one.name, "=", one.version or self.version) for group in self.relations("Provides") for one in group]

    def refused(self):
        """What must not be there beside it, but for what it is itself."""
        own = {self.name, *(one.name for one in self.provided())}
        return [one for field in ("Conflicts", "Breaks") for group in self.relations(field) for one in group
                if one.name not in own]

    def unpack(self, tree):
        """Its files below `tree`; the members of the archive by their absolute path there."""
        entries = {}
        with tarfile.open(fileobj=io.BytesIO(self.part("--fsys-tarfile"))) as tar:
            for member in tar:
                path = "/" + member.name.removeprefix("./").strip("/")
                if not (member.issym() and path[1:] in MERGED):  # those links are the merge
                    path = merged(path)
                if path == "/" or (member.isdir() and path in entries):
                    continue
                member.name = path[1:]
                if member.islnk():
                    member.linkname = merged("/" + member.linkname.removeprefix("./"))[1:]
                tar.extract(member, tree)
                entries[path] = member
        for name in SCRIPTS.keys() & self.members.keys():
            path = f"{RECORDS}/{self.name}.{name}"
            entries[path] = self.add(tree, path, self.members[name], SCRIPTS[name])
        if self.name in self.renewed:
            path = f"/usr/share/doc/{self.name}/RENEWED"
            entries[path] = self.add(tree, path, f"{self.version}\n".encode(), 0o644)
        return entries

    @staticmethod
    def add(tree, path, content, mode):
        """A file more, with the entry that an archive would have of it."""
        file = pathlib.Path(f"{tree}{path}")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
        file.chmod(mode)
        entry = tarfile.TarInfo(path[1:])
        entry.mode, entry.uname, entry.gname = mode, "root", "root"
        return entry

    def document(self, tree, *names):
        """The first of these that it brings, as text."""
        for name in names:
            file = pathlib.Path(f"{tree}/usr/share/doc/{self.name}/{name}")
            if file.is_file():
                content = file.read_bytes()
                return (gzip.decompress(content) if name.endswith(".gz") else content).decode(errors="replace")
        return ""

    def changes(self, tree):
        """The newest entries of its changelog, newest first."""
        found, version, lines = [], "", []
        for line in self.document(tree, "changelog.Debian.gz", "changelog.gz").splitlines():
            head, tail = re.match(r"\S+ \(([^)]+)\)", line), re.match(r" -- (.*>)  (.*)", line)
            if head:
                version, lines = head[1], []
            elif tail:
                found.append(Change(version, tail[1], int(email.utils.parsedate_to_datetime(tail[2]).timestamp()), lines))
                if len(found) == SHOWN_CHANGES:
                    break
            elif line.strip():
                lines.append(line.strip().lstrip("*-+ "))
        if self.name in self.renewed and found:
            found.insert(0, Change(self.version, found[0].author, found[0].time + 86400, ["Fix CVE-2030-12345, made up."]))
        return found

    def time(self, tree):
        """When it was made, as its changelog tells."""
        changes = self.changes(tree)
        return changes[0].time if changes else FALLBACK_TIME

    def licences(self, tree):
        return sorted(set(re.findall(r"^License: *(\S.*)$", self.document(tree, "copyright"), re.MULTILINE)))

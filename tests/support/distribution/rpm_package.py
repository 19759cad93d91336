# SPDX-License-Identifier: LGPL-2.1-or-later
"""A Debian package as an RPM with the same files, relations and scripts."""

import os
import shutil
import subprocess
import time

from debian_package import RECORDS, DebianPackage, Version

# The files stay as they are; and the same input gives the same package.
MACROS = r"""%global debug_package %{nil}
%global __os_install_post %{nil}
%global _build_id_links none
%global _binary_payload w3.zstdio
%global _buildhost test.invalid
%global _docdir_fmt %{name}
%global use_source_date_epoch_as_buildtime 1
%global clamp_mtime_to_source_date_epoch 1
%global source_date_epoch_from_changelog 0
%global __requires_exclude ^(perl|python3?|pkgconfig)[( ]|^(perl|/usr/bin/pkg-config|/usr/local/.*)$
"""
SHELLS = (b"#!/bin/sh", b"#!/bin/bash")


def evr(text):
    """Epoch, version and release; rpm allows no second hyphen, and orders ~ and + as Debian does."""
    epoch, upstream, revision = Version.of(text)
    return (f"{epoch}:" if epoch else "") + upstream.replace("-", "^") + "-" + revision


def one(relation):
    return f"{relation.name} {relation.operator} {evr(relation.version)}" if relation.operator else relation.name


def any_of(group):
    return one(group[0]) if len(group) == 1 else "(" + " or ".join(map(one, group)) + ")"


def escaped(text):
    return text.replace("%", "%%")


class RpmPackage:
    """`base` names the packages that are configured when all of them are unpacked, as Debian does with an empty root; each
    other one is configured as soon as it is there."""

    def __init__(self, package: DebianPackage, base, work):
        self.package, self.in_base = package, package.name in base
        self.work = work / package.name
        self.tree = self.work / "tree"

    def build(self, folder):
        """Writes folder/NAME-VERSION-RELEASE.ARCH.rpm."""
        self.tree.mkdir(parents=True)
        entries = self.package.unpack(self.tree)
        spec = self.work / "package.spec"
        spec.write_text("\n".join([MACROS, *self.head(), *self.relations(entries), *self.text(), *self.scripts(),
                                   *self.files(entries), *self.changelog()]) + "\n")
        done = subprocess.run(["rpmbuild", "-bb", "--quiet", "--define", f"_topdir {self.work}/top", "--define",
                               f"_rpmdir {folder}", "--define", "_rpmfilename %{NAME}-%{VERSION}-%{RELEASE}.%{ARCH}.rpm", spec],
                              env=os.environ | {"SOURCE_DATE_EPOCH": str(self.package.time(self.tree))}, check=False,
                              capture_output=True, text=True)
        if done.returncode != 0:
            raise RuntimeError(f"rpmbuild, {self.package.name}: {done.stderr[-1500:]}")
        shutil.rmtree(self.work)

    def head(self):
        epoch, version, release = Version.of(self.package.version)
        yield f"Name: {self.package.name}"
        yield f"Version: {version.replace('-', '^')}"
        yield f"Release: {release}"
        if epoch:
            yield f"Epoch: {epoch}"
        if self.package.fields["Architecture"] == "all":
            yield "BuildArch: noarch"
        yield f"Summary: {escaped(self.package.summary)}"
        yield f"License: {escaped(' AND '.join(self.package.licences(self.tree)) or 'LicenseRef-see-copyright')}"
        yield f"URL: {self.package.fields.get('Homepage', 'https://example.org/')}"
        yield "Vendor: test"

    def relations(self, entries):
        if self.package.name != "filesystem":
            yield "Requires(pre): filesystem"
        for group in self.package.relations("Depends"):
            yield "Requires: " + any_of(group)
            if "postinst" in self.package.members:  # else rpm may run the script before what it needs is there
                yield "Requires(post): " + any_of(group)
        for group in self.package.relations("Pre-Depends"):
            yield "Requires(pre): " + any_of(group)
        for group in self.package.relations("Recommends"):
            yield "Recommends: " + any_of(group)
        for relation in self.package.provided():
            yield "Provides: " + one(relation)
        for relation in self.package.refused():
            yield "Conflicts: " + one(relation)
        if self.package.name == "libc6":
            yield "Provides: rtld(GNU_HASH)"  # rpm finds it needed by each program
        for path, entry in entries.items():  # others ask for it where it was before the merge
            if path.startswith(("/usr/bin/", "/usr/sbin/")) and not entry.isdir():
                yield "Provides: " + path.removeprefix("/usr")

    def text(self):
        yield "%description"
        yield from (escaped(line.strip()) for line in self.package.description)
        yield "%install"
        yield f"cp -a {self.tree}/. %{{buildroot}}"

    def scripts(self):
        start = f"DPKG_MAINTSCRIPT_PACKAGE={self.package.name} DPKG_ROOT= DEBIAN_FRONTEND=noninteractive"
        if "postinst" in self.package.members:
            yield "%posttrans" if self.in_base else "%post"
            yield f"{start} DPKG_MAINTSCRIPT_NAME=postinst exec {RECORDS}/{self.package.name}.postinst configure ''"
        before = self.package.members.get("preinst", b"")
        if before.startswith(SHELLS) and not self.in_base:
            yield "%pre"
            yield f"export {start} DPKG_MAINTSCRIPT_NAME=preinst"
            yield "set -- install"
            yield escaped(before.decode())

    def files(self, entries):
        yield "%files"
        for path, entry in sorted(entries.items()):
            kind = "%dir " if entry.isdir() else "%config(noreplace) " if path in self.package.settings else ""
            mode = "-" if entry.issym() else f"{entry.mode & 0o7777:04o}"
            name = "".join(f"[{letter}]" if letter in "[*?" else letter for letter in path)
            yield f'%attr({mode}, {entry.uname or "root"}, {entry.gname or "root"}) {kind}"{escaped(name)}"'

    def changelog(self):
        """By day, and no entry is newer than the one before it: rpm refuses that."""
        yield "%changelog"
        day_before = None
        for change in self.package.changes(self.tree):
            day = change.time // 86400
            if day_before is None or day <= day_before:
                day_before = day
                yield f"* {time.strftime('%a %b %d %Y', time.gmtime(change.time))} {escaped(change.author)} - {evr(change.version)}"
                yield from ("- " + escaped(line) for line in change.lines)

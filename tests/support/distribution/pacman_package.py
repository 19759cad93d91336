# SPDX-License-Identifier: LGPL-2.1-or-later
"""A Debian package as a package of pacman with the same files, relations and scripts."""

import os
import pathlib
import shutil
import subprocess

from debian_package import RECORDS, DebianPackage, Version

ARCHITECTURES = {"all": "any", "amd64": "x86_64"}
BASE_LIST = "/usr/lib/deb-configure.base"
# Packages of the base are configured when all of them are unpacked, as Debian does with an empty root.
HOOK = f"""[Trigger]
Operation = Install
Type = Path
Target = {RECORDS[1:]}/*.postinst

[Action]
Description = Configuring packages of the base...
When = PostTransaction
Exec = /usr/lib/deb-configure
NeedsTargets
"""
CONFIGURE = f"""#!/bin/sh
# Packages of the base; the paths of their scripts come on standard input.
export DEBIAN_FRONTEND=noninteractive DPKG_ROOT= DPKG_MAINTSCRIPT_NAME=postinst
while read -r script; do
    name=${{script##*/}}
    name=${{name%.postinst}}
    grep -qx "$name" {BASE_LIST} || continue
    DPKG_MAINTSCRIPT_PACKAGE=$name "/$script" configure '' || echo "error: $name was not configured"
done
"""
# .MTREE is the list of all files; pacman wants its own three first.
PACK = r"""
cd "$1"
names() { find . -mindepth 1 -printf '%P\0' | LC_ALL=C sort -z; }
names | bsdtar --null -cnf - --format=mtree --options='!all,use-set,type,uid,gid,mode,time,size,sha256,link' --files-from - |
    gzip -nc > ../mtree
mv ../mtree .MTREE
touch -d "@$3" .MTREE
names | bsdtar --null -cnf - --no-fflags --no-xattrs --no-acls --files-from - | zstd -q -3 -f -o "$2" -
"""


def plain(text):
    """Pacman knows no ~ and no second hyphen; letters after a digit are older there, which keeps most of the order."""
    epoch, upstream, revision = Version.of(text)
    return (f"{epoch}:" if epoch else "") + upstream.replace("~", "").replace("-", "_") + "-" + revision.replace("~", "")


def one(relation):
    return f"{relation.name}{relation.operator}{plain(relation.version)}" if relation.operator else relation.name


class PacmanPackage:
    """`base` names the packages that the root begins with; `known` are all names that the distribution has."""

    def __init__(self, package: DebianPackage, base, known, work):
        self.package, self.base, self.known = package, base, known
        self.tree = pathlib.Path(work) / package.name / "tree"

    def build(self, folder):
        """Writes folder/NAME-VERSION-ARCH.pkg.tar.zst."""
        self.tree.mkdir(parents=True)
        self.package.unpack(self.tree)
        if self.package.name == "filesystem":
            self.add_hook()
        when = self.package.time(self.tree)
        fields = dict(self.fields(when))
        lines = [f"{key} = {value}" for key, values in fields.items() for value in ([values] if isinstance(values, str) else values)]
        (self.tree / ".PKGINFO").write_text("\n".join(lines) + "\n")
        self.add_script()
        for place in self.tree.rglob("*"):
            if place.lstat().st_mtime > when:
                os.utime(place, (when, when), follow_symlinks=False)
        name = f"{self.package.name}-{fields['pkgver']}-{fields['arch']}.pkg.tar.zst"
        subprocess.run(["bash", "-euo", "pipefail", "-c", PACK, "pack", self.tree, folder / name, str(when)], check=True)
        shutil.rmtree(self.tree.parent)

    def add_hook(self):
        self.package.add(self.tree, "/usr/share/libalpm/hooks/deb-configure.hook", HOOK.encode(), 0o644)
        self.package.add(self.tree, "/usr/lib/deb-configure", CONFIGURE.encode(), 0o755)
        self.package.add(self.tree, BASE_LIST, "".join(f"{name}\n" for name in sorted(self.base)).encode(), 0o644)

    def fields(self, when):
        package = self.package
        yield "pkgname", package.name
        yield "pkgbase", package.fields.get("Source", package.name).split()[0]
        yield "pkgver", plain(package.version)
        yield "pkgdesc", package.summary
        yield "url", package.fields.get("Homepage", "https://example.org/")
        yield "builddate", str(when)
        yield "packager", package.fields["Maintainer"]
        yield "size", str(sum(place.lstat().st_size for place in self.tree.rglob("*") if not place.is_dir()))
        yield "arch", ARCHITECTURES[package.fields["Architecture"]]
        yield "license", package.licences(self.tree) or "unknown"
        yield "depend", [*(["filesystem"] if package.name != "filesystem" else []),
                         *(self.first_known(group) for field in ("Pre-Depends", "Depends") for group in package.relations(field))]
        yield "optdepend", [group[0].name for field in ("Recommends", "Suggests") for group in package.relations(field)]
        yield "provides", [one(relation) for relation in package.provided()]
        yield "conflict", [one(relation) for relation in package.refused()]
        yield "backup", sorted(path[1:] for path in package.settings)

    def first_known(self, group):
        """Pacman knows no alternatives."""
        return one(next((relation for relation in group if relation.name in self.known), group[0]))

    def add_script(self):
        if self.package.name in self.base or "postinst" not in self.package.members:
            return
        run = (f"DEBIAN_FRONTEND=noninteractive DPKG_MAINTSCRIPT_PACKAGE={self.package.name} DPKG_MAINTSCRIPT_NAME=postinst "
               f"DPKG_ROOT= {RECORDS}/{self.package.name}.postinst configure")
        (self.tree / ".INSTALL").write_text(f"post_install() {{\n    {run} ''\n}}\npost_upgrade() {{\n    {run} \"$2\"\n}}\n")

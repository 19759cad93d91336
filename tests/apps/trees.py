# SPDX-License-Identifier: LGPL-2.1-or-later
"""What is where in a root, and how two roots differ: differences that a rule of rules.toml explains, and others."""

import fnmatch
import pathlib
import tomllib
from typing import NamedTuple

PLACES = ("usr", "etc", "opt", "var/lib", "var/cache", "var/games")
LIST = ["find", *(f"/{place}" for place in PLACES), "-printf", r"%p\0%y\0%m\0%U:%G\0%s\0%l\0"]
FIELDS = 6


class Entry(NamedTuple):
    kind: str  # as find says: f, d, l …
    mode: str  # octal
    owner: str  # USER:GROUP, numbers
    size: str  # bytes; of files only
    link: str  # where a link leads


class Difference(NamedTuple):
    path: str
    what: str  # missing, added, unpacked (NAME.gz became NAME), or the name of the field
    wanted: str
    found: str

    def __str__(self):
        return f"{self.path}: {self.what}" + (f" {self.found} instead of {self.wanted}" if self.wanted else "")


def entries(listed):
    """Output of LIST → {path: Entry}."""
    words = listed.split("\0")[:-1]
    found = {}
    for path, kind, mode, owner, size, link in zip(*(words[n::FIELDS] for n in range(FIELDS)), strict=True):
        found[path] = Entry(kind, mode, owner, size if kind == "f" else "", link)
    return found


def is_unpacked(path, wanted, found):
    """The same thing without its .gz; of a link, where it leads, too."""
    there = found.get(path.removesuffix(".gz"))
    here = wanted[path]
    return (path.endswith(".gz") and there is not None and path.removesuffix(".gz") not in wanted
            and (here.kind, here.mode, here.owner, here.link.removesuffix(".gz")) ==
            (there.kind, there.mode, there.owner, there.link.removesuffix(".gz")))


def is_readable_besides(here, there):
    return here.kind == "f" and int(there.mode, 8) == int(here.mode, 8) | 0o444


def is_right_taken(here, there, field):
    """A program that ran with the rights of its owner or group does not: neither bit is there, and so no such group."""
    rights = int(here.mode, 8) & 0o6000
    return (here.kind == "f" and rights != 0 and int(there.mode, 8) == int(here.mode, 8) & ~0o6000
            and (field == "mode" or (field == "owner" and there.owner == "0:0")))


def kind_of_difference(here, there, field):
    if is_right_taken(here, there, field):
        return "right"
    return "readable" if field == "mode" and is_readable_besides(here, there) else field


def differences(wanted, found):
    """Ascending by path. Of what is missing or added as a whole only the topmost folder is named."""
    unpacked = {path for path in wanted.keys() - found.keys() if is_unpacked(path, wanted, found)}
    all_of_it = [Difference(path, "unpacked", "", "") for path in unpacked]
    for path in sorted((wanted.keys() | found.keys()) - unpacked - {path.removesuffix(".gz") for path in unpacked}):
        here, there = wanted.get(path), found.get(path)
        if here is None or there is None:
            what = "added" if here is None else "missing"
            parent = str(pathlib.PurePosixPath(path).parent)
            if not (all_of_it and path.startswith(all_of_it[-1].path + "/") and all_of_it[-1].what == what
                    and parent not in (wanted if here is None else found)):
                all_of_it.append(Difference(path, what, "", ""))
            continue
        if here.kind != there.kind:
            all_of_it.append(Difference(path, "kind", here.kind, there.kind))
            continue
        for field in ("mode", "owner", "size", "link"):
            if getattr(here, field) != getattr(there, field):
                what = kind_of_difference(here, there, field)
                all_of_it.append(Difference(path, what, getattr(here, field), getattr(there, field)))
    return sorted(all_of_it)


class Rules:
    """Each rule says what may differ where, and why."""

    def __init__(self, file):
        self.rows = tomllib.loads(file.read_text())["rule"]
        self.used = set()

    def explain(self, difference):
        for row in self.rows:
            if difference.what in row["what"] and any(fnmatch.fnmatchcase(difference.path, path) for path in row["paths"]):
                self.used.add(row["why"])
                return row["why"]
        return None

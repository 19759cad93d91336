# SPDX-License-Identifier: LGPL-2.1-or-later
"""Trees that foreign code shaped are reached through one door, and trees are removed in one way.

Where installations and archives are handled no call of std::filesystem takes a path to the disk: it would follow links.
std::filesystem::remove_all enters what is mounted in a tree, wherever it is called; openat2 may have to be asked again."""

import re

import sources

FOREIGN = ("src/build/", "src/workshop/", "src/adapters/apt/", "src/adapters/archive/")
LEXICAL = {"path", "perms", "absolute", "file_type"}
CALL = re.compile(r"\b(?:fs|std::filesystem)::([a-z_]+)\s*[({]")
REMOVAL = re.compile(r"\bremove_all\s*\(")
OPENAT2 = re.compile(r"\bSYS_openat2\b")
OWN_OPENAT2 = "src/core/open_within.cpp"
PROGRAM = ("src/", "cli/", "include/", "signing/", "repo-format/")


def check(path, content):
    if not str(path).startswith(PROGRAM):
        return
    for number, line in enumerate(content.splitlines(), 1):
        if REMOVAL.search(line):
            yield f"{path}:{number}: remove_all enters mounts: files::remove_tree (qpkg/core/removal.hpp)"
        if OPENAT2.search(line) and str(path) != OWN_OPENAT2:
            yield f"{path}:{number}: openat2 fails while others rename: open_within (core/open_within.hpp)"
        for name in CALL.findall(line) if str(path).startswith(FOREIGN) else ():
            if name not in LEXICAL:
                yield f"{path}:{number}: fs::{name} may follow a link out of a tree: ForeignTree (qpkg/core/foreign_tree.hpp)"


def main():
    code = sources.files(".cpp", ".hpp")
    sources.finish([finding for path in code for finding in check(path, sources.text(path))], len(code))


if __name__ == "__main__":
    main()

# SPDX-License-Identifier: LGPL-2.1-or-later
"""What belongs to one package manager stands in its own folder: nothing else of the program knows its words.

Help texts may: they are for people who know their distribution."""

import re

import sources

WORDS = {
    "src/adapters/apt/": re.compile(r"\bapt\b|dpkg|mmdebstrap|\.deb\b|debconf", re.IGNORECASE),
}
TABLE = "cli/sources/package_sources.cpp"
PROGRAM = ("src/", "cli/", "include/", "signing/", "repo-format/")


def check(path, content):
    if not str(path).startswith(PROGRAM) or str(path) == TABLE:
        return
    for folder, words in WORDS.items():
        if str(path).startswith(folder):
            continue
        for number, line in enumerate(content.splitlines(), 1):
            for word in words.findall(line):
                yield f"{path}:{number}: \"{word}\" belongs to {folder}"


def main():
    code = sources.files(".cpp", ".hpp")
    sources.finish([finding for path in code for finding in check(path, sources.text(path))], len(code))


if __name__ == "__main__":
    main()

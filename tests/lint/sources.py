# SPDX-License-Identifier: LGPL-2.1-or-later
"""The files the checks of this folder look at, and how they report."""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
NOT_OURS = {".git", "build", ".cache", "out", "site", "keys"}
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.MULTILINE)


def files(*suffixes):
    """Every file of the repository whose name ends in one of `suffixes`, relative to the root, sorted."""
    found = []
    for path in ROOT.rglob("*"):
        relative = path.relative_to(ROOT)
        if relative.parts[0] not in NOT_OURS and path.name.endswith(suffixes) and path.is_file():
            found.append(relative)
    return sorted(found)


def text(path):
    return (ROOT / path).read_text(encoding="utf-8")


def includes(path):
    """(line number, "<" or '"', name) of each #include of a file."""
    content = text(path)
    return [(content.count("\n", 0, m.start(1)) + 1, m[1], m[2]) for m in INCLUDE.finditer(content)]


def table(name):
    """The rows of a table file of this folder, split at blanks."""
    lines = (ROOT / "tests/lint" / name).read_text(encoding="utf-8").splitlines()
    return [line.split() for line in lines if line.strip() and not line.startswith("#")]


def finish(findings, checked):
    """Prints what was found and ends the program: 0 when there is nothing. Having looked at nothing is a failure."""
    for finding in findings:
        print(finding)
    print(f"{len(findings)} findings in {checked} places")
    sys.exit(1 if findings or checked == 0 else 0)

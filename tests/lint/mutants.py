# SPDX-License-Identifier: LGPL-2.1-or-later
"""Each mutant of tests/mutants is where it says: a check that was moved, and is switched off no more, is found here at once."""

import tomllib

import sources


def findings_in(rows, place):
    names = set()
    for row in rows:
        if row["name"] in names:
            yield f'{place}: "{row["name"]}" is there twice'
        names.add(row["name"])
        file = sources.ROOT / row["file"]
        found = sources.text(row["file"]).count(row["from"]) if file.is_file() else 0
        if found != 1:
            yield f'{place}: "{row["name"]}": {row["file"]} has its text {found} times'
        if row["from"] == row["to"]:
            yield f'{place}: "{row["name"]}" changes nothing'


def main():
    findings, checked = [], 0
    for place in sorted((sources.ROOT / "tests/mutants/checks").glob("*.toml")):
        rows = tomllib.loads(place.read_text(encoding="utf-8"))["check"]
        checked += len(rows)
        findings += findings_in(rows, place.name)
    sources.finish(findings, checked)


if __name__ == "__main__":
    main()

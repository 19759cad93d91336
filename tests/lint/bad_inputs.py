#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Every numbered bad input has a test that bears its number, which `ctest -R "bad input"` then runs. Prints them all."""

import pathlib
import re
import sys

TESTS = pathlib.Path(__file__).resolve().parents[1]
LAST = 72
NAMES = [("*.cpp", r'TEST_CASE\("([^"]*)"'), ("CMakeLists.txt", r'(?:add_test\(NAME|qpkg_fault_test\(|qpkg_cli_test\(\w+)\s*"([^"]*)"')]


def numbers(name):
    """bad input 7, bad inputs 12 and 13, bad inputs 43 to 48, bad inputs 37, 38, 65 and 66."""
    found = re.search(r"bad inputs? ((?:\d+)(?:(?:, | and | to )\d+)*)", name)
    words = re.findall(r"\d+|to", found.group(1)) if found else []
    cases = []
    for before, word in zip([""] + words, words):
        if word != "to":
            cases += range(cases[-1] + 1, int(word) + 1) if before == "to" else [int(word)]
    return cases


def main():
    tests = {}
    for pattern, name_of_test in NAMES:
        for file in sorted(TESTS.rglob(pattern)):
            for name in re.findall(name_of_test, file.read_text()):
                for case in numbers(name):
                    tests.setdefault(case, []).append(name)
    missing = [case for case in range(1, LAST + 1) if case not in tests]
    for case in sorted(tests):
        for name in tests[case]:
            print(f"{case:3}  {name}")
    if missing or not set(tests) <= set(range(1, LAST + 1)):
        print(f"bad inputs without a test: {missing}; unknown: {sorted(set(tests) - set(range(1, LAST + 1)))}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

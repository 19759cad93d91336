#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Switches off one check after the other (checks/*.toml) and shows that some test notices each time.

usage: run.py [--share I/N] [WORD...]

Words: only checks whose name contains one of them. A share: those marked as sentinels, and of the others every N-th.

Works on a copy of the tree below build/mutants, so an interruption leaves nothing switched off. Exit 1 when a mutant
survives: then a check is not tested, or not needed.
"""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import time
import tomllib

SOURCE = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(SOURCE / "tests/support"))
import share as shares  # noqa: E402

COPY = SOURCE / "build" / "mutants" / "source"
BUILD = SOURCE / "build" / "mutants" / "build"
DRIVEN = ["qpkg", "qpkg-agent", "qpkg-run", "qpkg-describe", "make-module"]  # what command-line tests run
LONGEST_TEST = 600  # seconds: a mutant may run in circles, or wait for ever
PATIENCE, TIMES_SLOWER = 30, 8  # seconds and what a test took without a mutant, until it counts as one that does not end


def copy_tree():
    """The files that git knows, as they are now; unchanged ones keep their time, so that little is compiled again."""
    listed = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=SOURCE,
                            check=True, capture_output=True, text=True).stdout.split("\0")
    wanted = {name for name in listed if name and (SOURCE / name).is_file()}
    for old in [path for path in COPY.rglob("*") if path.is_file()]:
        if str(old.relative_to(COPY)) not in wanted:
            old.unlink()
    for name in wanted:
        source, copy = SOURCE / name, COPY / name
        if copy.is_file() and copy.read_bytes() == source.read_bytes():
            continue
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, copy)
        copy.chmod(source.stat().st_mode & 0o777)


def targets(tests):
    """What has to be built for a program of tests, or for the script tests/KIND/NAME_test.py, written KIND:NAME."""
    return {name for test in tests for name in (DRIVEN if ":" in test else [test])}


def compile_for(tests):
    """The compiler's words when it fails."""
    done = subprocess.run(["ninja", "-C", BUILD, *sorted(targets(tests))], capture_output=True, text=True)
    return "" if done.returncode == 0 else done.stdout + done.stderr


def failing_test(name, patience=LONGEST_TEST):
    """The first test that fails, or nothing. `patience`: seconds."""
    if ":" in name:
        kind, script_name = name.split(":")
        script = COPY / "tests" / kind / f"{script_name}_test.py"
        words, first = ["python3", "-B", script, "--failfast"], r"^(?:FAIL|ERROR): (\S+)"
    else:
        words, first = [BUILD / "bin" / name, "--no-colors", "--abort-after=1"], r"TEST CASE:\s+(.*)"
    try:
        done = subprocess.run(words, cwd=BUILD / "tests", env=dict(os.environ, QPKG_BIN_DIR=str(BUILD / "bin")),
                              capture_output=True, text=True, errors="replace", timeout=patience)
    except subprocess.TimeoutExpired:
        return "(time ran out)"
    if done.returncode == 0:
        return None
    named = re.search(first, done.stdout + done.stderr, re.MULTILINE)
    return named.group(1).strip() if named else f"(exit {done.returncode})"


class Mutant:
    def __init__(self, check):
        self.name = check["name"]
        self.path = COPY / check["file"]
        self.tests = check.get("tests", ["unit-tests"])
        self.text = self.path.read_text()
        if self.text.count(check["from"]) != 1:
            sys.exit(f"run.py: {self.name}: {check['file']} has {self.text.count(check['from'])} times: {check['from']}")
        self.changed = self.text.replace(check["from"], check["to"])

    def noticed_by(self, patience):
        """`patience`: by test, seconds."""
        self.path.write_text(self.changed)
        try:
            broken = compile_for(self.tests)
            if broken:
                sys.exit(f"run.py: {self.name}: the mutant does not compile\n{broken}")
            return next(filter(None, (failing_test(test, patience[test]) for test in self.tests)), None)
        finally:
            self.path.write_text(self.text)


def main(words):
    share = None
    if words[:1] == ["--share"]:
        share, words = words[1], words[2:]
    files = sorted((pathlib.Path(__file__).parent / "checks").glob("*.toml"))
    checks = [check for file in files for check in tomllib.loads(file.read_text())["check"]]
    copy_tree()
    checks = [check for check in checks if not words or any(word in check["name"] for word in words)]
    mutants = [Mutant(check) for check in shares.chosen(checks, share, always=lambda check: check.get("sentinel", False))]
    subprocess.run(["cmake", "-S", COPY, "-B", BUILD, "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Dev",
                    "-DCMAKE_CXX_FLAGS_DEV=-O0 -w", "-DCMAKE_CXX_COMPILER_LAUNCHER=ccache", "--log-level=NOTICE"],
                   check=True)
    tests = sorted({test for mutant in mutants for test in mutant.tests})
    print(f"{len(mutants)} checks; first everything as it is", flush=True)
    patience = {}
    for test in tests:
        broken = compile_for([test])
        began = time.monotonic()
        failing = broken or failing_test(test)
        patience[test] = min(LONGEST_TEST, PATIENCE + TIMES_SLOWER * (time.monotonic() - began))
        if failing:
            sys.exit(f"run.py: {test} fails without any mutant: {failing}")
    survivors = []
    for mutant in mutants:
        began = time.monotonic()
        test = mutant.noticed_by(patience)
        print(f"{'noticed ' if test else 'SURVIVED'}  {mutant.name:<48} {test or ''}  "
              f"({time.monotonic() - began:.0f} s)", flush=True)
        if not test:
            survivors.append(mutant.name)
    print(f"{len(mutants) - len(survivors)} of {len(mutants)} switched-off checks were noticed")
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

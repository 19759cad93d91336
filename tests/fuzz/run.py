#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Fuzzes the targets of a build for a time each, several at once, and prints how often each was executed.

usage: run.py BIN-DIRECTORY SECONDS [--share I/N [--only-share]] [NAME...]

With a share: the targets of sentinels.txt and every N-th of the others, or with --only-share these alone. What they find
and the inputs they keep lie beside BIN-DIRECTORY, in found/ and new/. Exit 1 when one found something.
"""

import argparse
import concurrent.futures
import os
import pathlib
import re
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))
import share as shares  # noqa: E402

LAST_WORDS = 4000  # characters of a finding's report that are shown


def sentinels():
    lines = (HERE / "sentinels.txt").read_text().splitlines()
    return {line for line in lines if line and not line.startswith("#")}


def wanted(options):
    known = sorted(path.stem for path in HERE.glob("*.cpp"))
    unknown = [name for name in options.names if name not in known]
    if unknown:
        sys.exit(f"run.py: no target {', '.join(unknown)}; there are {', '.join(known)}")
    if options.names:
        return options.names
    if options.only_share:
        return shares.chosen([name for name in known if name not in sentinels()], options.share)
    return shares.chosen(known, options.share, always=lambda name: name in sentinels())


def fuzz(options, name):
    """How often it ran, and what it found."""
    found, new = options.bin.parent / "found", options.bin.parent / "new" / name
    found.mkdir(exist_ok=True)
    new.mkdir(parents=True, exist_ok=True)
    done = subprocess.run([options.bin / f"fuzz-{name}", f"-max_total_time={options.seconds}", "-print_final_stats=1",
                           f"-artifact_prefix={found}/{name}-", new, HERE / "corpus" / name],
                          capture_output=True, text=True, errors="replace", check=False)
    runs = re.search(r"stat::number_of_executed_units:\s+(\d+)", done.stderr)
    return int(runs[1]) if runs else 0, "" if done.returncode == 0 else done.stderr[-LAST_WORDS:]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("bin", type=lambda text: pathlib.Path(text).resolve())
    parser.add_argument("seconds", type=int)
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--share")
    parser.add_argument("--only-share", action="store_true")
    options = parser.parse_args()
    names, findings, executions = wanted(options), 0, 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for name, (runs, report) in zip(names, pool.map(lambda one: fuzz(options, one), names)):
            print(f"{'FOUND  ' if report else 'nothing'}  {name:<24} {runs:>12} executions", flush=True)
            if report:
                print(report)
                findings += 1
            executions += runs
    print(f"{len(names)} targets, {options.seconds} s each, {executions} executions, {findings} findings")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())

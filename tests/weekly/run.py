#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Tests that are dear and rarely fail, in parts (parts.toml), each of which leaves a record.

usage: run.py [--status] [--part NAME[:I/N]]...

Without words it runs each part whose inputs have changed since its record, or that has none, or that failed. A part that
is a table too long for one run takes one share of it each time, after that of its record. --status says how each part
stands, and ends with 1 when one is missing, out of date or failed. A record names what was tested by a digest of the
input files, and by the last commit that touched them, for people.
"""

import argparse
import datetime
import hashlib
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import time
import tomllib

HERE = pathlib.Path(__file__).resolve().parent
SOURCE = HERE.parents[1]
RECORDS = HERE / "records"
LOGS = SOURCE / "build" / "weekly"
sys.path.insert(0, str(HERE.parent / "support"))
import share as shares  # noqa: E402

LONGEST_PART = 20  # minutes
LONGEST_WEEK = 150  # minutes, all parts together
SHOWN_LINES = 30  # of the log of a part that failed


def git(*words, text=None):
    return subprocess.run(["git", *words], cwd=SOURCE, check=True, capture_output=True, text=True, input=text).stdout


class Part:
    def __init__(self, row):
        self.name = row["name"]
        self.shows = row["shows"]
        self.command = row["command"]
        self.inputs = row["inputs"]
        self.minutes = row["minutes"]
        self.shares = row.get("shares", 1)
        self.says = re.compile(row["says"], re.MULTILINE)

    @property
    def place(self):
        return RECORDS / f"{self.name}.json"

    def record(self):
        return json.loads(self.place.read_text()) if self.place.is_file() else None

    def files(self):
        listed = git("ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", *self.inputs).split("\0")
        return sorted({name for name in listed if (SOURCE / name).is_file() and name})

    def digest(self):
        """Of the input files as they lie there, so a change that is not committed counts."""
        names = self.files()
        hashes = git("hash-object", "--stdin-paths", text="\n".join(names)).split()
        return hashlib.sha256("\n".join(map(" ".join, zip(hashes, names))).encode()).hexdigest()

    def state(self):
        record = self.record()
        if record is None:
            return "missing"
        if record["inputs"] != self.digest():
            return "out of date"
        return "current" if record["result"] == "passed" else "failed"

    def next_share(self):
        record = self.record()
        last = shares.parse(record["share"]) if record else (self.shares, self.shares)
        return f"{last[0] % self.shares + 1}/{self.shares}" if last[1] == self.shares else f"1/{self.shares}"


def load():
    parts = [Part(row) for row in tomllib.loads((HERE / "parts.toml").read_text())["part"]]
    too_long = [part.name for part in parts if part.minutes > LONGEST_PART]
    week = sum(part.minutes for part in parts)
    if too_long or week > LONGEST_WEEK:
        sys.exit(f"weekly: parts over {LONGEST_PART} minutes: {too_long}; all together {week} of {LONGEST_WEEK}")
    blind = [part.name for part in parts if not part.files()]
    if blind:
        sys.exit(f"weekly: no file is an input of {blind}")
    return parts


def execute(part, share, log):
    """The exit code; a part that takes longer than it may, or is interrupted, is ended with all it started."""
    words = [word.replace("{share}", share) for word in part.command]
    with subprocess.Popen(words, cwd=SOURCE, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
                          start_new_session=True) as process:
        try:
            return process.wait(timeout=part.minutes * 60)
        except subprocess.TimeoutExpired:
            log.write(f"weekly: {part.name} took more than {part.minutes} minutes\n".encode())
            return None
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)


def run(part, share):
    share = share or part.next_share()
    print(f"==== {part.name} {share}: {part.shows}", flush=True)
    LOGS.mkdir(parents=True, exist_ok=True)
    place = LOGS / f"{part.name}.log"
    inputs, began = part.digest(), time.monotonic()
    with place.open("wb") as log:
        code = execute(part, share, log)
    said = place.read_text(errors="replace")
    words = part.says.findall(said)
    passed = code == 0 and bool(words)  # a run that does not say what it did has tested nothing
    record = {
        "commit": git("log", "-1", "--format=%H", "--", *part.inputs).strip(),
        "inputs": inputs,
        "result": "passed" if passed else "failed",
        "said": words[-1] if words else "",
        "seconds": round(time.monotonic() - began),
        "share": share,
        "when": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d"),
    }
    RECORDS.mkdir(exist_ok=True)
    part.place.write_text(json.dumps(record, indent=2, sort_keys=True) + "\n")
    if not passed:
        print("\n".join(said.splitlines()[-SHOWN_LINES:]))
    print(f"{part.name} {record['result']} in {record['seconds']} s: {record['said'] or place}", flush=True)
    return passed


def show(parts):
    states = [(part, part.state(), part.record()) for part in parts]
    for part, state, record in states:
        told = f"{record['when']}, {record['seconds']} s, share {record['share']}: {record['said']}" if record else ""
        print(f"{part.name:<14} {state:<12} {told}".rstrip())
    return 0 if all(state == "current" for _, state, _ in states) else 1


def selected(parts, words):
    """(part, share) for each word NAME[:I/N]."""
    known = {part.name: part for part in parts}
    for word in words:
        name, _, share = word.partition(":")
        if name not in known:
            sys.exit(f'weekly: no part "{name}"; there are {", ".join(known)}')
        if share:
            shares.parse(share)
        yield known[name], share


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("--status", action="store_true")
    parser.add_argument("--part", action="append", default=[])
    options = parser.parse_args()
    parts = load()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    if options.status:
        return show(parts)
    if options.part:
        chosen = list(selected(parts, options.part))
    else:
        chosen = [(part, "") for part in parts if part.state() != "current"]
    if not chosen:
        print("every part is current")
    return 0 if all([run(part, share) for part, share in chosen]) else 1


if __name__ == "__main__":
    sys.exit(main())

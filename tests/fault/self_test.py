# SPDX-License-Identifier: LGPL-2.1-or-later
"""self_test.py STAND_IN: the harness accepts a program that is right, and convicts the same program without its syncs."""

import pathlib
import sys
import tempfile

import harness
from disk import Disk


def files_below(state):
    return {str(path.relative_to(state)) for path in pathlib.Path(state).rglob("*")}


def an_operation(program, state):
    def clean(_):
        harness.call_checked([program, state, "gc"])
        return files_below(state)

    return harness.Operation(
        name="set", command=[program, state, "set", "new"],
        observe=lambda _: harness.call_checked([program, state, "get"]),
        check=lambda _: harness.call_checked([program, state, "verify"]), clean=clean)


def main():
    program = sys.argv[1]
    with tempfile.TemporaryDirectory() as folder, Disk(folder) as disk:
        harness.call_checked([program, disk.state, "set", "old"])
        disk.keep_as_pristine()
        trial = harness.Trial(disk, an_operation(program, disk.state))
        found = list(harness.failures(trial))
        print(f"with every sync: {found or 'nothing'}")
        for word in ("/objects", "/current"):
            noticed = harness.first_failure_without(word, trial)
            print(f"without the syncs of {word}: {noticed}")
            if noticed is None:
                found.append(f"no sync of {word} goes unnoticed")
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()

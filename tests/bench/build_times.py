#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a build from nothing costs, without ccache, in a directory of its own below build/times.

usage: build_times.py PRESET TARGET...

Builds one target after the other and says after each what all steps so far cost, so that a small target shows its own
share of a larger one behind it (`build_times.py dev qpkg all`). A step's seconds are those of the clock and grow when
others use the machine; the seconds of the processor hardly do.
"""

import os
import pathlib
import resource
import shutil
import subprocess
import sys

SOURCE = pathlib.Path(__file__).resolve().parents[2]
DEAREST = 10


def steps(log):
    """(seconds, output) of each step in a .ninja_log, the dearest first. A step with several outputs is one; of a step
    that ran twice the last run counts."""
    by_output = {}
    for line in log.splitlines():
        if not line.startswith("#"):
            start, end, _, output, command = line.split("\t")
            by_output[output] = (int(start), int(end), command)
    by_run = {run: output for output, run in by_output.items()}
    return sorted((((end - start) / 1000, output) for (start, end, _), output in by_run.items()), reverse=True)


def processor_seconds():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def readable(output):
    """The source file that an object was made of, or the output itself."""
    folder, _, name = output.partition("/CMakeFiles/")
    return f"{folder}/{name.partition('.dir/')[2].removesuffix('.o')}" if output.endswith(".o") else output


def main(preset, targets):
    directory = SOURCE / "build/times" / preset
    shutil.rmtree(directory, ignore_errors=True)
    subprocess.run(["cmake", "--preset", preset, "-B", directory, "-DCMAKE_CXX_COMPILER_LAUNCHER=", "--log-level=NOTICE"],
                   cwd=SOURCE, stdout=subprocess.DEVNULL, check=True)
    before = processor_seconds()
    for target in targets:
        subprocess.run(["cmake", "--build", directory, "--parallel", os.environ.get("QPKG_JOBS") or str(os.cpu_count()),
                        "--target", target], check=True)
        done = steps((directory / ".ninja_log").read_text(encoding="utf-8"))
        print(f"\n{target}: {len(done)} steps, {sum(seconds for seconds, _ in done):.0f} step-seconds, "
              f"{processor_seconds() - before:.0f} s of the processor")
        for seconds, output in done[:DEAREST]:
            print(f"{seconds:8.1f} s  {readable(output)}")
        print(flush=True)


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    main(sys.argv[1], sys.argv[2:])

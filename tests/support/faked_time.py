# SPDX-License-Identifier: LGPL-2.1-or-later
"""Another clock for one program, by libfaketime."""

import pathlib
import subprocess
import unittest

from small_world import Answer
from world_case import PROGRAMS


def require_faketime():
    found = list(pathlib.Path("/usr/lib").glob("*/faketime/libfaketime.so.1"))
    if not found:
        raise unittest.SkipTest("libfaketime is not installed")
    if b"__asan_init" in (PROGRAMS / "qpkg").read_bytes():
        raise unittest.SkipTest("a sanitizer's runtime and libfaketime each want to be asked first")
    return str(found[0])


def qpkg_at(world, time, *words):
    """qpkg begins at "2040-01-01 00:00:00", or later than now, at "+700d"."""
    require_faketime()
    command = ["faketime", *(["-f"] if time.startswith("+") else []), time]
    done = subprocess.run([*command, str(PROGRAMS / "qpkg"), *map(str, words)], text=True, check=False,
                          capture_output=True, stdin=subprocess.DEVNULL,
                          env={"PATH": "/usr/bin:/bin:/usr/sbin:/sbin", "QPKG_ROOT": str(world.root),
                               "FAKETIME_DONT_RESET": "1"})
    return Answer(done)

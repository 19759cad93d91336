#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""losetup for tests: devices are files in $QPKG_FAKE_LOOPS that hold the path of what they show."""

import os
import pathlib
import sys

loops = pathlib.Path(os.environ["QPKG_FAKE_LOOPS"])
words = sys.argv[1:]

if words[0] == "--list":
    assert words[1:] == ["--noheadings", "--raw", "--output", "NAME,BACK-FILE"], words
    for device in sorted(loops.iterdir()):
        print(f"/dev/{device.name} {device.read_text()}")
elif words[0] == "--find":
    assert words[1:3] == ["--show", "--read-only"], words
    image = pathlib.Path(words[3])
    if not image.exists():
        sys.exit(f"losetup: {image}: failed to set up loop device: No such file or directory")
    numbers = [int(device.name[4:]) for device in loops.iterdir()]
    name = f"loop{max(numbers, default=4000) + 1}"
    (loops / name).write_text(str(image))
    print(f"/dev/{name}")
elif words[0] == "--detach":
    (loops / pathlib.Path(words[1]).name).unlink()
else:
    sys.exit(f"losetup: unknown option {words}")

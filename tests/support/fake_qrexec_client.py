#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""qrexec-client for tests: notes the call in $QPKG_FAKE_QREXEC/calls, and is what answer, hang or status say there."""

import os
import pathlib
import sys
import time

folder = pathlib.Path(os.environ["QPKG_FAKE_QREXEC"])
with open(folder / "calls", "a", encoding="ascii") as calls:
    calls.write(" ".join(sys.argv[1:]) + "\n")
if (folder / "hang").exists():
    time.sleep(30)
if (folder / "answer").exists():
    sys.stdout.buffer.write((folder / "answer").read_bytes())
if (folder / "status").exists():
    sys.exit(int((folder / "status").read_text()))

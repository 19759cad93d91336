# SPDX-License-Identifier: LGPL-2.1-or-later
"""Import this before `tuf`: runs the program again by Debian's Python, with Debian 13's python3-tuf on its path."""

import os
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
PROGRAMS = pathlib.Path(os.environ["QPKG_BIN_DIR"])

if "QPKG_PYTHON_TUF" not in os.environ:
    found = subprocess.run([HERE / "python_tuf.sh"], check=True, stdout=subprocess.PIPE, text=True).stdout.strip()
    os.environ.update(QPKG_PYTHON_TUF=found, PYTHONPATH=found)
    os.execv("/usr/bin/python3", ["/usr/bin/python3", "-B", *sys.argv])
sys.path.insert(0, str(HERE.parent / "support"))

# SPDX-License-Identifier: LGPL-2.1-or-later
"""A mount namespace for a whole script, so that what it mounts is seen by nobody else and goes with it."""

import os
import sys

INSIDE = "QPKG_TEST_INSIDE"


def enter():
    """To be called first: the script begins again, once, in a namespace of its own."""
    if INSIDE not in os.environ:
        os.execvpe("unshare", ["unshare", "--mount", sys.executable, "-B", *sys.argv], dict(os.environ, **{INSIDE: "1"}))

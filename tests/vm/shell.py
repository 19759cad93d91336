# SPDX-License-Identifier: LGPL-2.1-or-later
"""The shell of guest_serve.sh: lines of base64 go in, output and "=== STATUS" come back."""

import base64
import re

END = re.compile(rb"=== (\d+)\r?\n$")


class Result:
    """What a command in the guest did; `out` holds both streams."""

    def __init__(self, status, out):
        self.status = status
        self.out = out

    def __repr__(self):
        return f"exit {self.status}: {self.out}"


class Shell:
    """Speaks over `connection`, a socket; `left` says how many seconds there are, or raises TimeoutError."""

    def __init__(self, connection, left):
        self._connection = connection
        self._left = left
        self._pending = b""

    def ready(self):
        """Waits for the guest's shell; what was printed before it, and the status of the start."""
        while True:
            found = END.search(self._pending)
            if found:
                out, self._pending = self._pending[:found.start()], b""
                return Result(int(found[1]), out.decode(errors="replace").replace("\r\n", "\n"))
            self._connection.settimeout(self._left())
            got = self._connection.recv(65536)
            if not got:
                raise RuntimeError("the machine has ended")
            self._pending += got

    def run(self, script):
        self._connection.sendall(base64.b64encode(script.encode()) + b"\n")
        return self.ready()

    def pending(self):
        """What was printed since the last answer, for people."""
        return self._pending.decode(errors="replace")

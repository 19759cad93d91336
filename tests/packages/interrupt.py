#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""interrupt.py BIN: Ctrl-C in a real terminal, at each stage of building a base and a module from Debian's packages.

Each time the program ends with 130, and nothing of it is left: no mount, no loop device, no process, no file besides
the cache of downloads. Afterwards the same command succeeds. Needs root and a network.
"""

import os
import pathlib
import pty
import re
import subprocess
import sys
import tempfile
import time

INTERRUPTED = 130
PATIENCE = 600  # seconds for one command
# What every state directory has, also an empty one.
SKELETON = {"root", "root/build", "root/cache", "root/lock", "root/objects", "root/objects/config"}
STAGE = re.compile(rb"\r\x1b\[K  (\S+) ")


class Terminal:
    """A command that runs on a terminal of its own, as its foreground process group."""

    def __init__(self, argv, environment):
        self.output = b""
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.execve(argv[0], argv, environment)

    def stages(self):
        """The stages that the progress bar has shown, in order."""
        return list(dict.fromkeys(name.decode() for name in STAGE.findall(self.output)))

    def read(self):
        """False at the end."""
        try:
            got = os.read(self.fd, 4096)
        except OSError:  # how a terminal says that nobody holds it any more
            return False
        self.output += got
        return bool(got)

    def press_control_c(self):
        os.write(self.fd, b"\x03")

    def exit_code(self):
        while self.read():
            pass
        os.close(self.fd)
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])


class Machine:
    def __init__(self, programs, folder):
        self.qpkg = str(pathlib.Path(programs).resolve() / "qpkg")
        self.folder = pathlib.Path(folder)
        self.environment = dict(os.environ, QPKG_ROOT=str(self.folder / "root"), TMPDIR=str(self.folder / "tmp"),
                                TERM="xterm")  # with a progress bar
        (self.folder / "tmp").mkdir()

    def start(self, words):
        return Terminal([self.qpkg, *words], self.environment)

    def left(self):
        """All that an interrupted command could leave behind. Downloads are kept on purpose."""
        root, store = self.folder / "root", self.folder / "root/objects"
        files = {str(path.relative_to(self.folder)) for path in self.folder.rglob("*")
                 if not (path.is_dir() and (path.parent == root or store in path.parents))}  # an empty state's own
        return {
            "files": {name for name in files - SKELETON
                      if not name.startswith("root/cache/") and "state.db" not in name},
            "mounts": {line.split()[4] for line in open("/proc/self/mountinfo", encoding="ascii")},
            "loops": set(subprocess.run(["losetup", "--noheadings", "--output", "BACK-FILE"], check=True,
                                        capture_output=True, text=True).stdout.split()),
            "processes": self.processes(),
        }

    def processes(self):
        """Processes that this test has started, or that hold something below its folder."""
        found = set()
        for directory in pathlib.Path("/proc").glob("[0-9]*"):
            try:
                environment = (directory / "environ").read_bytes()
                name = (directory / "comm").read_text().strip()
            except OSError:  # ended meanwhile
                continue
            if f"QPKG_ROOT={self.folder}/root".encode() in environment:
                found.add(name)
        return found

    def interrupted_at(self, stage, words):
        """What is wrong after Ctrl-C at `stage`, as text; nothing when all is well."""
        before = self.left()
        terminal = self.start(words)
        while stage not in terminal.stages() and terminal.read():
            pass
        time.sleep(0.3)  # into the stage, where other programs run
        terminal.press_control_c()
        code = terminal.exit_code()
        after = self.left()
        wrong = [f"{kind} left: {sorted(after[kind] - before[kind])[:5]}"
                 for kind in before if after[kind] - before[kind]]
        if code != INTERRUPTED:
            wrong.append(f"exit {code}: {terminal.output[-500:]!r}")
        return wrong


def try_all(machine, words, stages):
    """Interrupts the command at each of these stages; then lets it end and says which stages it has."""
    failed = False
    for stage in stages:
        wrong = machine.interrupted_at(stage, words)
        print(f"{words[0]}: Ctrl-C in {stage}: {'; '.join(wrong) or 'nothing is left'}", flush=True)
        failed = failed or bool(wrong)
    whole = machine.start(words)
    code = whole.exit_code()
    print(f"{words[0]}: then exit {code}, through the stages {' '.join(whole.stages())}", flush=True)
    if code != 0 or not set(stages) <= set(whole.stages()):
        print(whole.output[-2000:].decode(errors="replace"))
        failed = True
    return failed


def go_apart():
    """Into a mount namespace of its own: what other tests mount meanwhile is not counted."""
    if "QPKG_APART" not in os.environ:
        os.environ["QPKG_APART"] = "yes"
        os.execvp("unshare", ["unshare", "--mount", "--propagation", "private", sys.executable, "-B", *sys.argv])


def main():
    go_apart()
    with tempfile.TemporaryDirectory(prefix="qpkg-interrupt-", dir="/var/tmp") as folder:
        machine = Machine(sys.argv[1], folder)
        failed = try_all(machine, ["base", "build", "debian-12"], ["download", "install"])
        build = ["build", "--from", "deb:git", "--base", "debian-12", "--out", str(machine.folder / "out")]
        failed = try_all(machine, build, ["download", "install"]) or failed
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()

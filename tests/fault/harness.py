# SPDX-License-Identifier: LGPL-2.1-or-later
"""Lets an operation die, or be interrupted, at each of its fault points and looks at what is left.

The points are traced once. Then, for each of them and each way to end, on a fresh copy of the prepared state:
  1. what a user sees is the old state or the new one, and the checks of the program find nothing wrong;
  2. the same command, given again, succeeds and leads to the new state;
  3. after a clean-up the disk holds the same files as if nothing had happened.
"""

import dataclasses
import os
import signal
import subprocess
from collections.abc import Callable

TIME_LIMIT = 120  # seconds for one command
NO_SPACE = 7  # exit codes
PARTLY = 10  # recorded, but not live in every qube
INTERRUPTED = 130
MOST_UNREACHED = 2  # a step that depends on the clock may be there in one run and not in the next


@dataclasses.dataclass(frozen=True)
class Operation:
    """One state-changing command on a prepared state. The callables get the state directory."""

    name: str
    command: list[str]
    observe: Callable[[object], object]  # what a user sees; compared with ==
    check: Callable[[object], None]  # raises when something is damaged
    clean: Callable[[object], object]  # removes garbage; gives what is then on the disk
    repeated: tuple[int, ...] = (0,)  # exit codes that are right when the new state is there already
    cleaner: bool = False  # the command is itself the clean-up: old and new look the same to a user


class Broken(Exception):
    """An invariant does not hold."""


def command_line(argv):
    return " ".join(map(str, argv))


def call(argv, **faults):
    """Runs a command, with fault settings as in include/qpkg/core/fault.hpp, in a process group of its own."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("QPKG_FAULT_")}
    environment |= {f"QPKG_FAULT_{name.upper()}": str(value) for name, value in faults.items()}
    return subprocess.run(argv, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          timeout=TIME_LIMIT, check=False, start_new_session=True)


def call_checked(argv):
    result = call(argv)
    if result.returncode != 0:
        raise Broken(f"{command_line(argv)}: exit {result.returncode}: {result.stderr.strip()[-800:]}")
    return result.stdout


class Trial:
    """One operation on one disk, with the old and the new state known."""

    def __init__(self, disk, operation):
        self.disk = disk
        self.operation = operation
        self.unreached = 0
        disk.reset()
        self.old = operation.observe(disk.state)
        self.points = self._trace()
        self.new = operation.observe(disk.state)
        if self.old == self.new and not operation.cleaner:
            raise Broken(f"{operation.name} changes nothing a user can see: the test would prove nothing")
        operation.check(disk.state)
        self.clean = operation.clean(disk.state)

    def _trace(self):
        trace = self.disk.mount_point / "trace"
        trace.unlink(missing_ok=True)
        result = call(self.operation.command, trace=trace)
        if result.returncode != 0:
            raise Broken(f"{self.operation.name} fails without any fault: {result.stderr.strip()[-800:]}")
        points = trace.read_text().splitlines() if trace.exists() else []
        if not points:
            raise Broken(f"{self.operation.name} reaches no fault point: the test would prove nothing")
        return points

    def kill(self, number):
        self.disk.reset()
        self._judge(self._allowed_after(call(self.operation.command, kill=number)))

    def interrupt(self, number):
        """Ctrl-C: the program either ends as interrupted with everything as before, or finishes what it promised."""
        self.disk.reset()
        result = call(self.operation.command, interrupt=number)
        if result.returncode not in (0, INTERRUPTED):
            raise Broken(f"exit {result.returncode}: {result.stderr.strip()[-800:]}")
        self._judge([self.new] if result.returncode == 0 else [self.old])

    def fill_disk(self, number):
        """From a point on no byte is free: an error that says so, and the old state; or the new one, when it fitted."""
        self.disk.reset()
        filler = self.disk.mount_point / "filler"
        try:
            result = call(self.operation.command, full=f"{number}:{filler}")
        finally:
            filler.unlink(missing_ok=True)
        said = result.returncode == 0 or any(words in result.stderr.lower() for words in ("no space", "not enough space"))
        if not said or result.returncode not in (0, NO_SPACE, PARTLY):
            raise Broken(f"exit {result.returncode}: {result.stderr.strip()[-800:]}")
        self._judge([self.old] if result.returncode == NO_SPACE else [self.new])

    def lose_power(self, number, **faults):
        self.disk.reset()
        result = call(self.operation.command, power=f"{number}:{self.disk.mount_point}", **faults)
        self.disk.restart()
        self._judge(self._allowed_after(result))

    def lose_power_after_success(self, **faults):
        """The command said it was done: from then on only the new state is right."""
        self.disk.reset()
        result = call(self.operation.command, **faults)
        self.disk.lose_power()
        self.disk.restart()
        if result.returncode != 0:
            raise Broken(f"exit {result.returncode}: {result.stderr.strip()[-800:]}")
        self._judge([self.new])

    def _allowed_after(self, result):
        """The states that are right after a command that was to die."""
        if result.returncode == -signal.SIGKILL:
            return [self.old, self.new]
        self.unreached += 1
        if result.returncode != 0 or self.unreached > MOST_UNREACHED:
            raise Broken(f"did not die at the point but with {result.returncode}: {result.stderr.strip()[-800:]}")
        return [self.new]

    def _judge(self, allowed):
        found = self.operation.observe(self.disk.state)
        if found not in allowed:
            raise Broken(f"neither old nor new state: {difference(found, allowed)}")
        self.operation.check(self.disk.state)
        self._repeat(already_done=found == self.new)
        again = self.operation.observe(self.disk.state)
        if again != self.new:
            raise Broken(f"the second try ends in another state: {difference(again, [self.new])}")
        self.operation.check(self.disk.state)
        left = self.operation.clean(self.disk.state)
        if left != self.clean:
            raise Broken(f"after the clean-up the disk is not as without the fault: {difference(left, [self.clean])}")

    def _repeat(self, already_done):
        result = call(self.operation.command)
        if result.returncode not in (self.operation.repeated if already_done else (0,)):
            raise Broken(f"the second try: exit {result.returncode}: {result.stderr.strip()[-800:]}")


def difference(found, allowed):
    """Short and to the point: what of `found` is in none of `allowed`, and what of the last of them is missing."""
    if isinstance(found, (set, frozenset)):
        unexpected = sorted(found - set().union(*allowed))[:5]
        missing = sorted(set(allowed[-1]) - found)[:5]
        return f"unexpected {unexpected}, missing {missing}"
    return f"{found!r}, allowed {allowed!r}"[:1500]


def ways_to_die(trial, **faults):
    """(description, action) for each. With `faults` only losses of power, with those faults in force. Besides power, each
    point is lost in one other way, in turns; with QPKG_FAULT_ALL_WAYS in all."""
    others = (("killed", trial.kill), ("disk full", trial.fill_disk), ("interrupted", trial.interrupt))
    for number, point in enumerate(trial.points, 1):
        yield f"power lost at point {number} ({point})", lambda number=number: trial.lose_power(number, **faults)
        if not faults:
            for name, die in others if "QPKG_FAULT_ALL_WAYS" in os.environ else [others[number % len(others)]]:
                yield f"{name} at point {number} ({point})", lambda number=number, die=die: die(number)
    yield "power lost after success", lambda: trial.lose_power_after_success(**faults)


def failures(trial, **faults):
    """Every way to die that breaks an invariant, as text, one after the other."""
    for way, die in ways_to_die(trial, **faults):
        try:
            die()
        except (Broken, subprocess.TimeoutExpired) as broken:
            yield f"{trial.operation.name}: {way}: {broken}"


def first_failure_without(word, trial):
    """The first thing that goes wrong when the syncs of paths with `word` are skipped, None when nothing does."""
    return next(failures(trial, no_sync=word), None)

#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Applications that Debian packages, as modules in a qube and beside it as apt installs them: the same, or the row fails.

usage: run.py [--share I/N] [NAME...]

Names: only these rows. A share: the sentinels, which are built twice, and of the others every N-th. Each row of the
table is one application of apps.toml, or a pair of them in one qube: built, a second time with equal commits, its task done in both, lines on
standard error that plain apt's has not, and paths that differ without a rule of rules.toml. A log for each, and the
pictures of windows, are left below build/apps. Needs root. QPKG_BASE_ROOT: a state directory that has the base.
"""

import contextlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib

HERE = pathlib.Path(__file__).resolve().parent
SOURCE = HERE.parents[1]
LOGS = SOURCE / "build" / "apps"
sys.path[:0] = [str(HERE), str(HERE.parent / "support")]
os.environ.setdefault("QPKG_BIN_DIR", str(SOURCE / "build" / "bin"))
import own_mounts  # noqa: E402
import plain_root  # noqa: E402
import share as shares  # noqa: E402
import trees  # noqa: E402
import words  # noqa: E402
from small_world import SmallWorld  # noqa: E402

BASE = "debian-12"
TASK_SECONDS = 240
WINDOW_SECONDS = 120
ENDING_SECONDS = 5
SETTLE_SECONDS = 3  # a window that is there may still complain
SHOWN = 8  # lines below a row; the log has all
LONGEST_COMPLAINT = 400


class Screen:
    """A display that nobody sees."""

    def __enter__(self):
        reader, writer = os.pipe()
        self.server = subprocess.Popen(["Xvfb", "-displayfd", str(writer), "-screen", "0", "1280x800x24"],
                                       pass_fds=[writer], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(writer)
        with os.fdopen(reader) as told:
            self.name = f":{told.readline().strip()}"
        return self

    def __exit__(self, *_):
        self.server.kill()
        self.server.wait()

    def has_window(self, title):
        return subprocess.run(["xdotool", "search", "--onlyvisible", "--name", title], capture_output=True, check=False,
                              env=dict(os.environ, DISPLAY=self.name)).returncode == 0

    def picture(self, file):
        subprocess.run(["import", "-display", self.name, "-window", "root", file], check=False, capture_output=True)


class Outcome:
    """What a task did: why it is no success, if it is none, and its words."""

    def __init__(self, failure, out, err):
        self.failure, self.out, self.err = failure, out, err


def do_task(app, start, home, screen, picture):
    """`start(script, display, **streams)` begins it; `home`: where its files are."""
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
        process = start(app["task"], screen.name, stdout=out, stderr=err)
        failure = watch_window(app["window"], process, screen) if "window" in app else None
        if "window" in app:
            time.sleep(SETTLE_SECONDS)
            screen.picture(picture)
            process.terminate()
        try:
            code = process.wait(ENDING_SECONDS if "window" in app else TASK_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            code = None
            if "window" not in app:  # who has a window may ask whether to save, or ignore the signal as unshare does
                failure = f"not done after {TASK_SECONDS} seconds"
        said = []
        for stream in (out, err):
            stream.seek(0)
            said.append(stream.read())
    if "window" not in app:
        failure = failure or judge(app, code, said[0], home)
    return Outcome(failure, *said)


def watch_window(title, process, screen):
    end = time.monotonic() + WINDOW_SECONDS
    while time.monotonic() < end:
        if screen.has_window(title):
            return None
        if process.poll() is not None:
            return f"ended with {process.returncode} before its window came"
        time.sleep(0.5)
    return f"no window {title} after {WINDOW_SECONDS} seconds"


def judge(app, code, out, home):
    if code != 0:
        return f"exit {code}"
    if "says" in app and not re.search(app["says"], out, re.MULTILINE):
        return f"does not say {app['says']}"
    if "makes" in app:
        made = home / app["makes"]
        if not made.is_file() or not made.read_bytes().startswith(app["begins"].encode("latin-1")):
            return f"makes no {app['makes']} that begins with {app['begins']!r}"
    return None


def build(world, packages, out, *more, extends=None):
    """As somebody would who knows the packages' names alone."""
    name = packages[0]
    origin = [f"--from=deb:{name}", f"--base={BASE}"]
    if len(packages) > 1 or extends:
        recipe = world.folder / f"{name}.toml"
        point = f'extends = "{extends}"\n' if extends else ""
        recipe.write_text(f'[app]\nid = "org.debian.{name.replace(".", "-")}"\nbase = "{BASE}"\n{point}[source]\ntype = "packages"\n'
                          f'packages = {json.dumps(packages)}\n')
        origin = [recipe]
    return world.must("build", *origin, "--out", out, *more, "--json").json


def offer(world, module):
    """By the repository that the qubes take it from."""
    is_first = not world.site.exists()
    world.publish(module)
    if is_first:
        world.add_repository()
    shutil.rmtree(module)


class Pair:
    """Two applications in one qube: whichever comes first, nothing is asked, and both are there by their names."""

    def __init__(self, pair, world, log):
        self.apps, self.world, self.log = pair["apps"], world, log
        self.cells, self.complaints = [], []

    def run(self):
        began = time.monotonic()
        ids = []
        for app in self.apps:
            report = build(self.world, app["packages"], self.world.folder / "out")
            offer(self.world, pathlib.Path(report["directory"]))
            ids.append(report["app"])
        self.cells += [f"{time.monotonic() - began:.0f} s", "-"]
        for order in (ids, ids[::-1]):
            self.world.must("qube", "create", "pair", "--base", BASE)
            for app in order:
                self.install(app)
            for app in self.apps:
                self.start(app, order)
            self.world.qpkg("qube", "stop", "pair")
            self.world.must("qube", "remove", "pair", "--yes")
        self.cells.append("FAILED" if self.complaints else "done")

    def install(self, app):
        """`--yes` is for the plan's question; any other would be refused."""
        done = self.world.must("install", app, "--into", "pair", "--yes", "--json").json
        self.log.write(json.dumps(done, indent=1) + "\n")
        self.complaints += [f"{row['name']} was {row['from']}'s" for row in done["names"] if row["from"]]

    def start(self, app, order):
        answer = self.world.qpkg("run", "pair", "--", "sh", "-c", app["task"])
        self.log.write(f"== {app['task']}, {order[0]} came first: {answer.code}\n{answer.out}{answer.err}\n")
        if answer.code != 0 or not re.search(app["says"], answer.out, re.MULTILINE):
            self.complaints.append(f"{app['task']}: exit {answer.code}, does not say {app['says']}; {order[0]} came first")


class Trial:
    """One application from its packages to its row."""

    def __init__(self, app, world, log):
        self.app, self.world, self.log = app, world, log
        self.name = app["packages"][0]
        self.qube = re.sub("[^a-z0-9]", "", self.name)
        self.home = world.root / "qubes" / self.qube / "home/user"
        self.cells = []
        self.complaints = []

    def note(self, title, text):
        self.log.write(f"== {title}\n{text}\n")
        self.log.flush()

    def cell(self, text, complaints=()):
        self.cells.append(text)
        self.complaints += complaints

    def build(self, out, *more):
        report = build(self.world, self.app["packages"], out, *more)
        self.note("build", json.dumps(report, indent=1))
        return report

    def run(self):
        out = self.world.folder / "out"
        began = time.monotonic()
        report = self.build(out)
        self.cell(f"{time.monotonic() - began:.0f} s")
        module = pathlib.Path(report["directory"])
        self.build_again(report, module)
        archives = plain_root.locked_archives(module)
        offer(self.world, module)
        self.world.must("qube", "create", self.qube, "--base", BASE)
        self.world.must("install", report["app"], "--into", self.qube, "--yes")
        with self.plain_root(archives) as root:
            unexplained = self.compare_trees(root, report["app"])
            if "shared" in self.app:
                root.install(self.share(**self.app["shared"]))
            self.compare_tasks(root)
            self.cell(str(len(unexplained)), unexplained)
        self.world.qpkg("qube", "stop", self.qube)
        self.world.must("qube", "remove", self.qube, "--yes")
        self.world.must("gc", "--keep", "0", "--yes")

    def share(self, packages, point):
        """Brings an extension into the qube; returns the archives that plain apt takes for the same."""
        report = build(self.world, packages, self.world.folder / "out", extends=point)
        self.note("extension", json.dumps(report, indent=1))
        archives = plain_root.locked_archives(report["directory"])
        offer(self.world, pathlib.Path(report["directory"]))
        self.world.must("install", report["app"], "--into", self.qube, "--yes")
        return archives

    def build_again(self, report, module):
        if not self.app.get("sentinel"):
            self.cell("-")
            return
        again = self.world.folder / "again"
        other = self.build(again, "--lock", module / "module.lock")
        shutil.rmtree(again)
        same = other["commit"] == report["commit"]
        self.cell("same" if same else "OTHER", () if same else [f"commit {other['commit']} instead of {report['commit']}"])

    @contextlib.contextmanager
    def plain_root(self, archives):
        folder = self.world.folder / "plain"
        root = plain_root.over_base(self.world, BASE, folder)
        try:
            root.install(archives)
            yield root
        finally:
            root.close()
            shutil.rmtree(folder)

    def start_here(self, script, display, **streams):
        view = ["--app", self.name] if self.app.get("view") else []
        command = [self.world.programs / "qpkg", "--root", self.world.root, "run", self.qube, *view, "--", "sh", "-c", script]
        return subprocess.Popen([*map(str, command)], stdin=subprocess.DEVNULL, env=dict(os.environ, DISPLAY=display),
                                **streams)

    def both(self, root, turn):
        with Screen() as screen:
            here = do_task(self.app, self.start_here, self.home, screen, LOGS / f"{self.name}.png")
        self.world.qpkg("qube", "stop", self.qube)
        with Screen() as screen:
            there = do_task(self.app, root.start, root.root / "home/user", screen, LOGS / f"{self.name}.apt.png")
        for where, outcome in (("in the qube", here), ("plain apt", there)):
            self.note(f"task {where}, {turn}", f"{outcome.failure or 'done'}\n-- out\n{outcome.out}-- err\n{outcome.err}")
            self.note("compared in place of", "\n".join(words.changed_lines(outcome.err)))
        return here, there

    def compare_tasks(self, root):
        here, there = self.both(root, "first")
        failures = [f"in the qube: {here.failure}"] if here.failure else []
        if there.failure:  # a row that proves nothing
            failures.append(f"under plain apt: {there.failure}")
        if not failures:
            failures = [f"{name} is another than under plain apt" for name in self.app.get("same", ())
                        if (self.home / name).read_bytes() != (root.root / "home/user" / name).read_bytes()]
        self.cell("FAILED" if failures else "done", failures)
        more = words.lines_more(here.err, there.err)
        if more and not failures:  # what a program says now and then is no difference
            again_here, again_there = self.both(root, "again")
            once_more = {words.comparable(line) for line in again_here.err.splitlines()}
            more = [line for line in words.lines_more(here.err, there.err + again_there.err)
                    if words.comparable(line) in once_more]
        self.cell(str(len(more)), [f"says: {line}" for line in more])

    def compare_trees(self, root, app):
        listed = self.world.qpkg("run", self.qube, "--as-root", "--", "qpkg-run", f"--view={app}", *trees.LIST)
        rules = trees.Rules(HERE / "rules.toml")
        unexplained = []
        for difference in trees.differences(trees.entries(root.list(trees.LIST)), trees.entries(listed.out)):
            why = rules.explain(difference)
            self.log.write(f"tree: {difference}: {why or 'NO RULE'}\n")
            if not why:
                unexplained.append(str(difference))
        return unexplained


HEADINGS = ("application", "build", "again", "task", "words", "paths")
ROW = "{:<40}{:>8}{:>8}{:>9}{:>8}{:>8}"


def name_of(row):
    return " + ".join(app["packages"][0] for app in row.get("apps", [row]))


def try_row(row, world):
    """Whether it is as under plain apt; prints its row."""
    name = name_of(row)
    with open(LOGS / f"{name.replace(' ', '')}.log", "w", encoding="utf-8", errors="surrogateescape") as log:
        trial = (Pair if "apps" in row else Trial)(row, world, log)
        try:
            trial.run()
        except (AssertionError, RuntimeError, subprocess.CalledProcessError) as error:
            trial.complaints.append(str(error).strip().replace("\n", " | ")[:LONGEST_COMPLAINT])
            trial.cells += ["FAILED"]
    print(ROW.format(name, *(trial.cells + [""] * len(HEADINGS))[:len(HEADINGS) - 1]))
    for line in trial.complaints[:SHOWN]:
        print(f"    {line}")
    if len(trial.complaints) > SHOWN:
        print(f"    and {len(trial.complaints) - SHOWN} more: {log.name}")
    sys.stdout.flush()
    return not trial.complaints


def main(arguments):
    share = None
    if arguments[:1] == ["--share"]:
        share, arguments = arguments[1], arguments[2:]
    table = tomllib.loads((HERE / "apps.toml").read_text())
    rows = [row for row in table["app"] + table["pair"] if not arguments or name_of(row) in arguments]
    chosen = shares.chosen(rows, share, always=lambda row: row.get("sentinel", False))
    LOGS.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="qpkg-apps-", dir="/var/tmp") as folder:
        world = SmallWorld(folder, os.environ["QPKG_BIN_DIR"])
        there = os.environ.get("QPKG_BASE_ROOT")
        if there:
            shutil.copytree(there, world.root, symlinks=True)
        else:
            world.must("base", "build", BASE, "--id", BASE)
        world.make_keys()
        print(ROW.format(*HEADINGS), flush=True)
        good = sum(try_row(row, world) for row in chosen)
    print(f"{good} of {len(chosen)} applications are as under plain apt")
    return 0 if good == len(chosen) else 1


if __name__ == "__main__":
    own_mounts.enter()
    sys.exit(main(sys.argv[1:]))

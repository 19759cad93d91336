#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""--dry-run changes nothing, anywhere: every writing command of the program's own table is run with it, and without."""

import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))
from whole_state import differences, running, whole_state  # noqa: E402
from world_case import WorldCase, check_schema  # noqa: E402

RECIPE = """
[app]
id = "org.example.made"
base = "debian-12"
summary = "made"

[source]
type = "packages"
packages = ["made"]
"""
POLICY = """
ask = ["true"]

[[role]]
name = "publisher"
namespaces = ["org.example"]
longest_days = 400
"""


def lose_a_volume(world):
    shutil.rmtree(world.root / "volumes")
    (world.root / "volumes").mkdir()


def start_a_qube(world):
    world.must("qube", "start", "work")


def state_of(world):
    """With what runs of its qubes."""
    return whole_state(world.folder, running(world.root))


class Case:
    """One command line that would change something. `code`: of the real one. `before`: what makes it necessary."""

    def __init__(self, *words, code=0, before=None, stdin=None):
        self.words = words
        self.code = code
        self.before = before
        self.stdin = stdin


def pack_a_build(world):
    subprocess.run(["tar", "-C", world.folder / "2.0/org.example.hello", "-cf", world.folder / "one.tar", "."], check=True)


def bring_another_base(world):
    world.make_base("other-base")
    world.must("qube", "create", "bare", "--base", "debian-12")


def cases(world):
    """command → its case. What needs the network (base build, build, ci) begins its work, and then fails without it."""
    folder, keys, site = world.folder, world.keys, world.site
    there = ("--repo", site, "--keys", keys)
    newest = folder / "3.0/org.example.hello"
    return {
        "install": Case("install", "third", "--into", "work", "--yes"),
        "remove": Case("remove", "hello", "--from", "work", "--yes"),
        "upgrade": Case("upgrade", "--yes"),
        "download": Case("download", "third", "--into", "work", "--yes"),
        "check": Case("check"),
        "rollback": Case("rollback", "work", "--yes"),
        "hold": Case("hold", "hello", "--in", "work"),
        "unhold": Case("unhold", "hello", "--in", "personal"),
        "export": Case("export", "hello", "hello", "--in", "work", "--drop", "--yes"),
        "gc": Case("gc", "--keep", "0", "--yes"),
        "restore": Case("restore", "--yes", before=lose_a_volume),
        "run": Case("run", "work", "--", "touch", "/home/user/made"),
        "shell": Case("shell", "work", stdin="touch /home/user/made\n"),
        "repo add": Case("repo", "add", "second", folder / "second/site", "--yes"),
        "repo modify": Case("repo", "modify", "demo", "--require", "warn"),
        "repo remove": Case("repo", "remove", "demo"),
        "import": Case("import", folder / "news.bundle"),
        "bundle import": Case("bundle", "import", folder / "news.bundle"),
        "inventory export": Case("inventory", "export", "--out", folder / "inventory.json"),
        "qube create": Case("qube", "create", "third", "--base", "debian-12"),
        "qube set": Case("qube", "set", "work", "--layout", "composed", "--yes"),
        "qube start": Case("qube", "start", "work"),
        "qube stop": Case("qube", "stop", "work", before=start_a_qube),
        "rebase": Case("rebase", "bare", "--to", "other-base", "--yes", before=bring_another_base),
        "qube remove": Case("qube", "remove", "personal", "--yes"),
        "setup": Case("setup", "--yes"),
        "ci": Case("ci", folder / "module.toml", *there, code=9),
        "base build": Case("base", "build", "debian-12", "--mirror", "file:///nowhere", code=1),
        "base import": Case("base", "import", folder / "base.tar", "--id", "other"),
        "build": Case("build", folder / "module.toml", "--out", folder / "built", code=9),
        "rebuild": Case("rebuild", "hello", "--without-origin", "--built", folder / "2.0/org.example.hello", "--key",
                        folder / "second/keys/publisher.key", "--out", folder / "statements"),
        "accept": Case("accept", folder / "one.tar", folder / "one.tar", "--app", "org.example.hello", "--base", "debian-12", "--first",
                       "hello", "--out", folder / "accepted", before=pack_a_build),
        "key new": Case("key", "new", "--out", folder / "more-keys", "--no-passphrase"),
        "key rotate": Case("key", "rotate", "timestamp", *there, "--add", folder / "second/keys/timestamp.key"),
        "root init": Case("root", "init", "--out", folder / "first-root", "--root-threshold", "1",
                          "--targets-threshold", "1", "--root-key", keys / "root-1.key", "--targets-key",
                          keys / "targets-1.key", "--snapshot-key", keys / "snapshot.key", "--timestamp-key",
                          keys / "timestamp.key"),
        "root add-sig": Case("root", "add-sig", folder / "to-sign", "--keys", keys, "--yes"),
        "root rotate": Case("root", "rotate", *there, "--threshold", "3"),
        "publish": Case("publish", newest, *there),
        "promote": Case("promote", "org.example.tried", "--from", "testing", *there),
        "sign": Case("sign", "--tbs", folder / "to-sign", "--keys", keys, "--yes"),
        "vault serve": Case("vault", "serve", "--vault", folder / "vault", stdin=folder / "asked"),
        "mirror sync": Case("mirror", "sync", site, "--to", folder / "mirror"),
        "bundle create": Case("bundle", "create", "--repo", site, "--out", folder / "made.bundle"),
    }


IN_DOM0 = {"base adopt"}  # where others make the qubes: tests/cases/outside_roots_test.py


class DryRuns(WorldCase):
    """A world in which each command has something to do."""

    @classmethod
    def make_world(cls, world):
        world.make_all()
        world.must("install", "hello", "--into", "work", "--into", "personal", "--yes")
        world.must("hold", "hello", "--in", "personal")
        world.must("install", "other", "--into", "work", "--yes")
        cls.publish_more(world)
        cls.make_second(world)
        (world.folder / "module.toml").write_text(RECIPE)
        cls.make_vault(world)
        scratch = tempfile.TemporaryDirectory(prefix="qpkg-cli-")
        cls.addClassCleanup(scratch.cleanup)
        cls.scratch = pathlib.Path(scratch.name)

    @classmethod
    def publish_more(cls, world):
        world.publish(world.make_module("org.example.hello", "2.0", out=world.folder / "2.0"),
                      world.make_module("org.example.third", "1.0"))
        world.must("publish", world.make_module("org.example.tried", "1.0"), "--channel", "testing", "--repo", world.site,
                   "--keys", world.keys)
        world.make_module("org.example.hello", "3.0", out=world.folder / "3.0")
        world.must("bundle", "create", "--repo", world.site, "--out", world.folder / "news.bundle")

    @classmethod
    def make_second(cls, world):
        """Another publisher."""
        keys = world.folder / "second/keys"
        world.must("key", "new", "--out", keys, "--no-passphrase")
        module = world.make_module("net.example.far", "1.0", out=world.folder / "second/out")
        world.must("publish", module, "--repo", world.folder / "second/site", "--keys", keys)

    @classmethod
    def make_vault(cls, world):
        """What waits for signatures, and the bytes that a vault is asked with."""
        prepared = world.folder / "to-sign"
        world.must("publish", world.folder / "3.0/org.example.hello", "--repo", world.site, "--keys", world.keys,
                   "--prepare", prepared)
        world.qpkg("sign", "--tbs", prepared, "--out", world.folder / "nothing", "--vault",
                   f"tee {world.folder / 'asked'}")  # its answer is none: only the question is wanted
        (world.folder / "vault").mkdir()
        (world.folder / "vault/policy.toml").write_text(POLICY)
        shutil.copytree(world.keys, world.folder / "vault/keys")

    def run_in(self, world, case, *more):
        before = [*map(str, case.words)]
        dashes = before.index("--") if "--" in before else len(before)
        words = before[:dashes] + [*more] + before[dashes:]
        answer = world.qpkg(*words, stdin=case.stdin, TMPDIR=str(self.scratch))
        self.assertEqual(list(self.scratch.iterdir()), [], "temporary files were left behind")
        return answer

    def prepared(self, name):
        world = self.copy_world()
        case = cases(world)[name]
        if case.before:
            case.before(world)
        self.addCleanup(world.qpkg, "qube", "stop", "work")
        return world, case, state_of(world)

    def test_every_command_that_writes_has_a_case(self):
        table = dict(line.split("\t") for line in self.world.must("__commands").out.splitlines())

        self.assertEqual({name for name, effect in table.items() if effect == "writes"}, cases(self.world).keys() | IN_DOM0)

    def test_a_dry_run_shows_a_plan_and_leaves_the_whole_state_as_it_is(self):
        for name in cases(self.common):
            with self.subTest(name):
                world, case, before = self.prepared(name)

                answer = self.run_in(world, case, "-n")

                self.assertEqual(answer.code, 0, answer.err)
                lines = answer.out.splitlines()
                self.assertEqual(lines[-1:], ["Dry run: nothing was changed."])
                self.assertGreater(len(lines), 1, "no plan was shown")
                self.assertEqual(differences(before, state_of(world)), [])

    def test_a_dry_run_tells_scripts_so(self):
        for name in cases(self.common):
            with self.subTest(name):
                world, case, before = self.prepared(name)

                answer = self.run_in(world, case, "-n", "--json")

                document = check_schema(answer.json)
                self.assertEqual((document["changed"], document["dry_run"]), (False, True))
                self.assertEqual(differences(before, state_of(world)), [])

    def test_the_same_command_without_it_changes_the_state(self):
        for name in cases(self.common):
            with self.subTest(name):
                world, case, before = self.prepared(name)

                answer = self.run_in(world, case)

                self.assertEqual(answer.code, case.code, answer.err)
                self.assertNotEqual(differences(before, state_of(world)), [])

    def test_where_there_is_no_state_none_is_made(self):
        """Of those that need none to say what they would do."""
        for name in ["publish", "key new", "mirror sync", "bundle create", "root init", "inventory export"]:
            with self.subTest(name):
                world = self.copy_world()
                shutil.rmtree(world.root)
                case = cases(world)[name]

                answer = self.run_in(world, case, "-n")

                self.assertEqual(answer.code, 0, answer.err)
                self.assertFalse(world.root.exists())

    def test_a_command_that_was_killed_stays_unfinished(self):
        world = self.copy_world()
        world.qpkg("install", "third", "--into", "work", "--yes", QPKG_FAULT_KILL="1")
        before = state_of(world)

        world.must("remove", "hello", "--from", "work", "-n")

        self.assertEqual(differences(before, state_of(world)), [])


if __name__ == "__main__":
    unittest.main()

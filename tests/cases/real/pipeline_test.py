#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A pipeline was a pile of commands, and what a killed one left was anybody's guess. `ci` builds what is outdated, only that,
publishes it in one version, and goes on where a killed run ended."""

import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(HERE.parent / "support"))
import own_mounts  # noqa: E402
from faked_time import qpkg_at, require_faketime  # noqa: E402
from moving_archive import MovingArchiveCase  # noqa: E402
from world_case import KILLED, PROGRAMS, check_schema  # noqa: E402

SOURCES = HERE.parents[1]
RUNNER = "gitlab-ci-local@4.61.1"  # it has the schema of GitLab's files; newer ones need a newer Node.js than Debian's

RECIPE = """[app]
id = "org.example.{name}"
base = "debian-12"
[source]
type = "packages"
packages = ["{package}"]
[test]
run = ["{test}"]
"""


def runner_of_gitlab():
    """Where its program is, from the registry of npm."""
    place = SOURCES / ".cache/runner"
    program = place / "node_modules/.bin/gitlab-ci-local"
    if not program.exists():
        if not shutil.which("npm") and not os.environ.get("QPKG_TESTS_STRICT"):
            raise unittest.SkipTest("npm is not installed")
        subprocess.run(["npm", "install", "--silent", "--no-fund", "--prefix", place, RUNNER], check=True)
    return program


class Pipeline(MovingArchiveCase):
    @classmethod
    def make_world(cls, world):
        super().make_world(world)
        world.make_keys()

    def setUp(self):
        super().setUp()
        self.recipes = self.world.folder / "recipes"
        self.write("greeter", "greeter", "greeter")
        self.write("other", "other3.1", "other")

    def write(self, name, package, test):
        (self.recipes / name).mkdir(parents=True, exist_ok=True)
        (self.recipes / name / "module.toml").write_text(RECIPE.format(name=name, package=package, test=test))

    def ci(self, *more, **environment):
        return self.world.qpkg("ci", self.recipes, "--repo", self.world.site, "--keys", self.world.keys, *more, **environment)

    def document(self, *more, code=0):
        answer = self.ci(*more, "--json")
        self.assertEqual(answer.code, code, answer.out + answer.err)
        return check_schema(answer.json)

    def states(self, document):
        return {job["name"].removeprefix("org.example."): job["state"] for job in document["jobs"]}

    def listed(self):
        """Of whoever trusts the repository."""
        publisher = max(self.world.site.glob("tuf/*.publisher.json"), key=lambda path: int(path.name.split(".")[0]))
        return sorted(json.loads(publisher.read_text())["signed"]["targets"])

    def test_only_what_is_outdated_is_built_and_all_of_it_is_one_publication(self):
        first = self.document("--report", self.world.folder / "report")
        self.assertEqual(self.states(first), {"greeter": "built", "other": "built"})
        self.assertEqual(first["version"], 1)
        self.assertEqual(self.document("--unchanged-exit-77", code=77)["changed"], False)

        self.archive.move_to("1.1", "2025-06-01")

        plan = self.document("--plan")
        self.assertEqual(self.states(plan), {"greeter": "outdated", "other": "current"})
        self.assertEqual([(row["name"], row["from"], row["to"]) for row in plan["packages"]], [("libgreeter", "1.0", "1.1")])
        second = self.document("--report", self.world.folder / "report")
        self.assertEqual(self.states(second), {"greeter": "built", "other": "current"})
        self.assertEqual([(row["app"], row["sequence"], row["new"]) for row in second["releases"]],
                         [("org.example.greeter", 2, True)])
        self.assertEqual(json.loads((self.world.folder / "report/report.json").read_text()), second)
        page = (self.world.folder / "report/index.html").read_text()
        self.assertIn("libgreeter 1.0 → 1.1", page)
        self.world.must("repo", "add", "demo", self.world.site, "--yes")
        self.world.must("qube", "create", "work", "--base", "debian-12")
        self.world.must("install", "greeter", "--into", "work", "--yes")
        self.assertEqual(self.world.must("run", "work", "--", "greeter").out, "hello from 1.1\n")

    def test_old_releases_go_off_the_list(self):
        for number in range(4):
            self.archive.move_to(f"1.{number}", "2025-01-01")
            document = self.document("--keep", "2", "--keep-days", "0")
        self.assertEqual(len(document["retired"]), 1)
        self.assertEqual([path for path in self.listed() if "/greeter/" in path],
                         [f"org.example/greeter/x86_64/stable-{number}.json" for number in (3, 4)])

    def ci_at(self, when, *more):
        answer = qpkg_at(self.world, when, "ci", self.recipes, "--repo", self.world.site, "--keys", self.world.keys, "--keep", "1",
                         "--keep-days", "0", "--json", *more)
        self.assertEqual(answer.code, 0, answer.out + answer.err)
        return check_schema(answer.json)

    def test_what_went_off_the_list_goes_when_nobody_holds_that_list_any_more(self):
        require_faketime()
        for number in range(3):
            self.archive.move_to(f"1.{number}", "2025-01-01")
            self.document("--keep", "1", "--keep-days", "0")
        mirror = self.world.folder / "mirror"
        sync = ["mirror", "sync", self.world.site, "--to", mirror, "--inputs"]
        self.world.must(*sync)
        everything = {place: self.files_of(place) for place in (self.world.site, mirror)}
        self.ci_at("+20d")
        self.assertLessEqual(everything[self.world.site], self.files_of(self.world.site))

        told = self.ci_at("+60d")

        self.assertGreater(told["pruned"], 0)
        gone = everything[self.world.site] - self.files_of(self.world.site)
        self.assertLessEqual({"ostree", "targets", "details"}, {name.split("/")[0] for name in gone})
        self.assertEqual(qpkg_at(self.world, "+60d", *sync).code, 0)
        for place in (self.world.site, mirror):
            self.assertEqual(len(list(place.rglob("targets/org.example/greeter/**/*.json"))), 1)
            self.assertEqual(qpkg_at(self.world, "+60d", "mirror", "verify", place).code, 0)
        self.assertEqual(self.ci_at("+61d")["pruned"], 0)

    @staticmethod
    def files_of(place):
        return {str(path.relative_to(place)) for path in place.rglob("*") if path.is_file()}

    def test_a_build_that_fails_publishes_nothing_and_what_was_built_is_kept(self):
        self.write("broken", "greeter", "echo no luck; false")

        failed = self.document(code=1)

        self.assertEqual(self.states(failed), {"broken": "failed", "greeter": "built", "other": "built"})
        self.assertNotIn("version", failed)
        self.assertFalse((self.world.site / "tuf/timestamp.json").exists())
        going_on = self.document("--keep-going", code=10)
        self.assertEqual(self.states(going_on), {"broken": "failed", "greeter": "kept", "other": "kept"})
        self.assertEqual(len(self.listed()), 2)
        self.write("broken", "greeter", "true")
        self.assertEqual(self.states(self.document()), {"broken": "built", "greeter": "current", "other": "current"})

    def rebuild(self, code):
        key = self.world.folder / "rebuilder/publisher.key"
        if not key.exists():
            self.world.must("key", "new", "--out", key.parent, "--no-passphrase")
        answer = self.world.qpkg("rebuild", "greeter", "--key", key, "--out", self.world.folder / "statements", "--json")
        self.assertEqual(answer.code, code, answer.out + answer.err)
        return check_schema(answer.json)

    def test_what_is_listed_can_be_built_again_when_its_distribution_has_it_no_more(self):
        self.ci()
        self.world.must("repo", "add", "demo", self.world.site, "--yes")
        self.archive.move_to("1.1", "2025-06-01")
        shutil.rmtree(self.world.root / "cache")

        mirror = self.world.folder / "mirror"
        self.world.must("mirror", "sync", self.world.site, "--to", mirror, "--inputs")
        kept = {path.name for path in self.world.site.glob("inputs/*")}
        self.assertEqual({path.name for path in mirror.glob("inputs/*")}, kept)
        self.assertIn("is already current", self.world.must("mirror", "sync", self.world.site, "--to", mirror, "--inputs").out)

        agreed = self.rebuild(0)

        self.assertEqual((agreed["reproduced"], agreed["origin_proven"]), (True, True))
        self.assertTrue(pathlib.Path(agreed["statement"]).exists())
        shutil.rmtree(self.world.folder / "statements")
        table = next(self.world.site.glob("inputs/*.origin"))
        for kept in (table.read_text().replace("_InRelease", "_Other"), None):
            if kept:
                for each in self.world.site.glob("inputs/*.origin"):
                    each.write_text("\n".join([kept.splitlines()[0], *sorted(kept.splitlines()[1:])]) + "\n")
            else:
                for each in self.world.site.glob("inputs/*.origin"):
                    each.unlink()
            doubted = self.rebuild(5)
            self.assertEqual((doubted["reproduced"], doubted["origin_proven"], doubted["statement"]), (True, False, ""))
            self.assertIn("origin not proven", doubted["origin_doubt"])
            self.assertFalse((self.world.folder / "statements").exists())

    def test_a_run_that_is_killed_anywhere_is_finished_by_the_same_command(self):
        trace = self.world.folder / "trace"
        self.ci(QPKG_FAULT_TRACE=str(trace))
        expected = self.listed()
        points = trace.read_text().split()
        self.assertIn("ci.built", points)
        # The other points of publishing are gone over by tests/fault.
        for name in ("ci.built", "publish.objects", "publish.timestamp", "ci.published"):
            with self.subTest(name):
                world = self.world = self.copy_world()
                shutil.copytree(self.recipes, world.folder / "recipes", dirs_exist_ok=True)
                self.recipes = world.folder / "recipes"
                killed = self.ci(QPKG_FAULT_KILL=str(points.index(name) + 1))
                self.assertEqual(killed.code, KILLED, killed.err)
                again = self.ci()
                self.assertEqual(again.code, 0, again.err)
                self.assertEqual(self.listed(), expected)

    def test_two_at_once_do_what_one_does(self):
        command = [PROGRAMS / "qpkg", "ci", self.recipes, "--repo", self.world.site, "--keys", self.world.keys]
        both = [subprocess.Popen(command, env=dict(os.environ, QPKG_ROOT=str(self.world.root)), text=True,
                                 stdout=subprocess.PIPE, stderr=subprocess.PIPE) for _ in range(2)]
        said = [(process.communicate(), process.returncode) for process in both]
        codes = sorted(code for _, code in said)
        self.assertEqual(codes[0], 0, said)
        self.assertIn(codes[1], (0, 8), said)
        self.assertEqual(len(self.listed()), 2)
        self.assertEqual(self.document("--unchanged-exit-77", code=77)["changed"], False)

    def test_a_runner_of_gitlab_runs_the_file_and_a_client_installs(self):
        runner, project = runner_of_gitlab(), self.world.folder / "project"
        shutil.copytree(self.recipes, project)
        shutil.copy(SOURCES / "packaging/ci/gitlab-ci.yml", project / ".gitlab-ci.yml")
        for words in (["init", "--quiet"], ["remote", "add", "origin", "https://git.example.org/us/recipes.git"], ["add", "."],
                      ["-c", "user.name=us", "-c", "user.email=us@example.org", "commit", "--quiet", "-m", "recipes"]):
            subprocess.run(["git", *words], cwd=project, check=True)
        places = {"QPKG_KEYS": self.world.keys, "QPKG_SITE": self.world.site, "QPKG_ROOT": self.world.root}
        done = subprocess.run([runner, "--force-shell-executor",
                               *(word for name, place in places.items() for word in ("--variable", f"{name}={place}"))],
                              env=dict(os.environ, PATH=f"{PROGRAMS}:{os.environ['PATH']}"), capture_output=True, text=True,
                              check=False, cwd=project)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("PASS", done.stdout)
        pages = list(project.rglob(".gitlab-ci-local/artifacts/**/report/index.html"))
        self.assertEqual(len(pages), 1, done.stdout)

        client = self.world.folder / "client"
        shutil.copytree(self.world.root, client, symlinks=True)
        self.world.must("repo", "add", "demo", self.world.site, "--yes", root=client)
        self.world.must("qube", "create", "work", "--base", "debian-12", root=client)
        self.world.must("install", "greeter", "--into", "work", "--yes", root=client)
        self.assertEqual(self.world.must("run", "work", "--", "greeter", root=client).out, "hello from 1.0\n")

    def test_what_is_wrong_is_said_in_one_sentence_before_anything_is_built(self):
        nowhere = self.world.folder / "nowhere"
        for words, code, said in [(("--keys", nowhere), 3, "nowhere"), (("--jobs", "0"), 2, "--jobs")]:
            answer = self.world.qpkg("ci", self.recipes, "--repo", self.world.site, *([] if "--keys" in words else ["--keys", self.world.keys]),
                                     *words)
            self.assertEqual(answer.code, code, answer.err)
            self.assertEqual(len(re.findall("^Failed: ", answer.err, re.M)), 1, answer.err)
            self.assertIn(said, answer.err)
            self.assertFalse((self.world.root / "ci/built").exists())

    def test_a_package_that_vanished_and_an_archive_that_lies(self):
        package = next(self.archive.folder.glob("archive/greeter_*.deb"))
        kept = package.read_bytes()
        package.unlink()
        self.assertEqual(self.states(self.document(code=1)), {"greeter": "failed", "other": "built"})
        package.write_bytes(kept)
        shutil.rmtree(self.world.root / "cache")  # lists that apt has it does not ask for again
        packages = self.archive.folder / "archive/Packages"
        packages.write_bytes(packages.read_bytes() + b"\n")
        self.assertEqual(set(self.states(self.document(code=1)).values()), {"failed"})
        self.assertFalse((self.world.site / "tuf/timestamp.json").exists())


if __name__ == "__main__":
    own_mounts.enter()
    unittest.main(verbosity=2)

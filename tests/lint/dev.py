# SPDX-License-Identifier: LGPL-2.1-or-later
"""`./dev` does what its words say, or refuses them before anything is installed, built or removed. A copy of it runs among
programs that only write down how they were called."""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/bench"))
import build_times  # noqa: E402

CALLED = '#!/bin/sh\necho "${0##*/} $*" >>"$CALLS"\n'
EFFECTS = ["apt-get", "clang-tidy-16", "clang-format-14", "cmake", "ctest", "npm", "python3", "rm", "sudo"]
SCRIPTS = ["tests/apps/run.py", "examples/demo.sh", "examples/airgap.sh", "packaging/build.sh", "tests/fuzz/run.py", "tests/mutants/run.py",
           "tests/packages/installed.sh", "tests/packages/reproducible.sh", "tests/lint/linked.sh", "tests/trixie.sh",
           "tests/weekly/run.py", "tests/bench/deltas.sh", "tests/bench/build_times.py"]


class Dev(unittest.TestCase):
    def setUp(self):
        made = tempfile.TemporaryDirectory()
        self.addCleanup(made.cleanup)
        self.tree = pathlib.Path(made.name)
        self.calls = self.tree / "calls"
        shutil.copy(ROOT / "dev", self.tree)
        for name in [*SCRIPTS, *(f"stubs/{name}" for name in EFFECTS)]:
            self.program(name, CALLED)
        self.program("stubs/dpkg-query", "#!/bin/sh\necho installed\n")
        for name in ["cli", "include", "repo-format", "signing", "src"]:
            (self.tree / name).mkdir()
        (self.tree / "src/any.cpp").touch()
        for name in ["manifest", "roles"]:
            (self.tree / f"tests/fuzz/{name}.cpp").touch()

    def program(self, name, text):
        path = self.tree / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(0o755)

    def dev(self, *words):
        environment = dict(os.environ, PATH=f"{self.tree}/stubs:{os.environ['PATH']}", CALLS=str(self.calls))
        return subprocess.run([self.tree / "dev", *words], env=environment, capture_output=True, text=True, check=False)

    def called(self):
        return self.calls.read_text().splitlines() if self.calls.exists() else []

    def assert_refused(self, line):
        done = self.dev(*line.split())
        self.assertEqual((done.returncode, done.stdout, self.called()), (2, "", []), line)
        self.assertRegex(done.stderr, rf"(?m)^  {line.split()[0]} ", "the usage of the command is told")
        others = set(re.findall(r"(?m)^  ([a-z]+)", done.stderr)) - {line.split()[0]}
        self.assertEqual(others, set(), line)

    def assert_accepted(self, line):
        done = self.dev(*line.split())
        self.assertEqual(done.returncode, 0, f"{line}: {done.stderr}")

    def test_unknown_words_are_refused(self):
        for line in ["setup x", "build nonsense", "build dev asan", "build dev --times", "build --times x", "test nonsense", "test unit cli", "test mutants --foo",
                     "test mutants --share", "demo decade", "demo airgap vm", "lint --foo", "lint --share", "lint --share 1",
                     "fmt x", "fuzz soon", "fuzz 5 nobody", "fuzz 5 --share", "package x", "clean x"]:
            with self.subTest(line):
                self.assert_refused(line)

    def test_a_word_that_is_a_pattern_is_one_that_nobody_knows(self):
        self.assert_refused("build *")
        self.assert_refused("test unit|cli")

    def test_an_unknown_command_is_refused(self):
        done = self.dev("nonsense")
        self.assertEqual((done.returncode, done.stdout, self.called()), (2, "", []))

    def test_known_words_are_accepted(self):
        for line in ["setup", "build", "build asan", "build dom0", "build --times", "build --times release", "test unit", "test fuzz-seeds", "test real-cases",
                     "test asan", "test asan-programs", "test asan-programs --share 1/2", "test real-cases", "test real-cases --share 2/2", "test fault", "test mutants layer", "test mutants --share 2/8 layer", "test apps", "test apps --share 2/10", "test apps jq git", "test weekly --status", "demo", "demo airgap",
                     "demo vm", "demo libvirt", "demo year", "lint", "lint --share 1/6", "fmt", "fuzz", "fuzz 5",
                     "fuzz 5 manifest roles", "fuzz 5 --share 1/10 --only-share", "bench deltas openssl", "package",
                     "clean", "help"]:
            with self.subTest(line):
                self.assert_accepted(line)

    def test_what_others_call_is_accepted(self):
        steps = re.search(r"^readonly steps=\((.*)\)$", (ROOT / ".ci/run").read_text(), re.MULTILINE)[1]
        lines = [line.strip('"') for line in re.findall(r'"[^"]+"', steps)]
        parts = tomllib.loads((ROOT / "tests/weekly/parts.toml").read_text())["part"]
        lines += [" ".join(part["command"][1:]).replace("{share}", "1/8") for part in parts if part["command"][0] == "./dev"]
        self.assertGreater(len(lines), 10)
        for name in " ".join(lines).split():
            if (ROOT / f"tests/fuzz/{name}.cpp").exists():
                (self.tree / f"tests/fuzz/{name}.cpp").touch()
        for line in lines:
            if "vm" not in line:  # reads the log of a ctest that did not run
                with self.subTest(line):
                    self.assert_accepted(line)

    def test_a_demonstration_builds_the_program_alone(self):
        for line in ["demo", "demo airgap"]:
            with self.subTest(line):
                self.calls.unlink(missing_ok=True)
                self.assert_accepted(line)
                builds = [call for call in self.called() if call.startswith("cmake --build")]
                self.assertEqual([call.partition(" --target ")[2] for call in builds], ["qpkg"])

    def test_times_are_those_of_the_demonstration_then_of_everything(self):
        self.assert_accepted("build --times asan")
        self.assertIn("build_times.py asan qpkg all", self.called())

    def test_every_label_of_a_test_is_a_kind(self):
        files = [ROOT / "tests/CMakeLists.txt", *ROOT.glob("tests/*/CMakeLists.txt")]
        labels = {label for file in files for label in re.findall(r"LABELS ([a-z-]+)", file.read_text())} - {"vm"}
        self.assertGreater(len(labels), 5)
        for label in labels:
            with self.subTest(label):
                self.assert_accepted(f"test {label}")


class BuildTimes(unittest.TestCase):
    LOG = """# ninja log v5
0\t1500\t9\tcli/CMakeFiles/qpkg_cli.dir/help.cpp.o\ta
1500\t4500\t9\tlib/libx.a\tb
1500\t4500\t9\tlib/libx.map\tb
0\t9000\t9\tbin/qpkg\tc
100\t300\t9\tbin/qpkg\tc
"""

    def test_a_step_counts_once_and_as_it_ran_last(self):
        self.assertEqual([(seconds, name.split(".")[0]) for seconds, name in build_times.steps(self.LOG)],
                         [(3.0, "lib/libx"), (1.5, "cli/CMakeFiles/qpkg_cli"), (0.2, "bin/qpkg")])

    def test_an_object_is_called_by_its_source(self):
        self.assertEqual(build_times.readable("cli/CMakeFiles/qpkg_cli.dir/commands/du.cpp.o"), "cli/commands/du.cpp")
        self.assertEqual(build_times.readable("bin/qpkg"), "bin/qpkg")


if __name__ == "__main__":
    unittest.main()

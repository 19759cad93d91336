#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Templates of Qubes: their owner says which base they stand for, and they say what they are made of. A new app that does not
fit is refused; what is installed goes on; what a template answers is believed no further."""

import os
import pathlib
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from base_levels_test import base_files, rows  # noqa: E402
from qubes_case import QubesCase  # noqa: E402
from small_world import write_files  # noqa: E402
from world_case import PROGRAMS  # noqa: E402

BASE = "debian-12"
FIT = "debian-12, fits"


def described(root, name="minimal"):
    return subprocess.run([PROGRAMS / "qpkg-describe", name, root], check=True, capture_output=True).stdout


class OutsideRoots(QubesCase):
    """Base and template hold the same; hello takes something of each kind."""

    @classmethod
    def make_world(cls, world):
        world.must("base", "import", world.base_archive(files=base_files()), "--id", BASE)
        (table,) = (world.root / "objects/qpkg-details").iterdir()
        cls.base_table = table.read_text()
        (row,) = [line for line in cls.base_table.splitlines() if line.startswith("file\t/etc/greeting\t")]
        fitting = rows("takes\tlibhello.so.1\t", "needs\thello\tthing\t=\t1.0", f"shadows\t/etc/greeting\t{row.split()[2]}")
        world.make_keys()
        world.publish(world.make_module("org.example.hello", "1.0", details=fitting),
                      world.make_module("org.example.other", "1.0"))

    def template(self, name="template", **files):
        root = self.world.folder / name
        write_files(root, base_files(**files))
        return root

    def answer(self, data):
        (self.dom0.qrexec / "answer").write_bytes(data)

    def adopt(self, answer, *words, code=0):
        self.answer(answer)
        self.dom0.qubesd.start("minimal")
        return self.json_of("base", "adopt", "minimal", "--as", BASE, *words, code=code)

    def whole_state(self):
        return [self.json_of("base", "list"), self.json_of("status"), sorted(os.listdir(self.dom0.root / "objects/qpkg-details"))
                if (self.dom0.root / "objects/qpkg-details").exists() else []]

    # What a root says

    def test_a_root_says_of_its_files_what_a_base_of_them_says(self):
        root = self.template()
        (root / "etc/greeting").chmod(0o640)
        told = {line for line in described(root).decode().splitlines() if line.split("\t")[0] in ("file", "gives", "provides")}
        of_base = {line for line in self.base_table.splitlines() if line.split("\t")[0] in ("file", "gives", "provides")}
        self.assertEqual({line for line in of_base if line.split("\t")[1] in ("/etc/greeting", "libhello.so.1")},
                         {line for line in told if line.split("\t")[1] in ("/etc/greeting", "libhello.so.1")})
        self.assertLessEqual(told, of_base | {line for line in told if line.startswith("file\t/var/lib/dpkg")})

    def test_what_people_and_logs_write_is_not_told(self):
        root = self.template()
        write_files(root, {"home/user/secret": "x", "var/log/syslog": "x", "root/.bash_history": "x", "rw/disk": "x",
                           "usr/share/doc/x/copyright": "x", "homework": "x"})
        (root / "etc/link").symlink_to("greeting")
        os.mkfifo(root / "etc/pipe")
        told = described(root).decode()
        for path in ("/home/", "/var/log/", "/root/", "/rw/", "/usr/share/doc/", "/etc/pipe"):
            self.assertNotIn(path, told)
        for path in ("/homework", "/etc/link"):
            self.assertIn(f"file\t{path}\t", told)

    # What its owner says

    def test_a_new_app_that_does_not_fit_is_refused_and_one_that_fits_is_not(self):
        self.assertEqual(self.adopt(described(self.template(version="1.1", library=False)))["level"], 1)
        self.refused(4, "does not fit base debian-12: .*libhello.so.1.*and 1 more|thing: = 1.0 by hello needed, there is 1.1",
                     "install", "hello", "--into", "work", "--yes")
        self.assertEqual(self.dom0.features("work"), {})
        self.install("other", "--into", "work")
        self.assertEqual(self.adopt(described(self.template("again")))["misfits"], [])
        self.install("hello", "--into", "work")

    def test_what_is_installed_goes_on_and_is_named(self):
        self.install("hello", "other", "--into", "work")
        self.assertEqual(self.qube("work")["fit"], "not checked")
        before = self.dom0.features("work")
        report = self.adopt(described(self.template(greeting="good evening\n")))
        self.assertEqual(report["qubes"], ["work"])
        ((app, qube),) = [(row["app"], row["qube"]) for row in report["misfits"]]
        self.assertEqual((app, qube), ("org.example.hello", "work"))
        self.assertIn("/etc/greeting: the file it was built over expected, there is another file", report["misfits"][0]["what"])
        self.assertEqual(self.dom0.features("work"), before)
        self.assertEqual(self.qube("work")["fit"], "does not fit")
        self.assertIn("DOES NOT FIT ITS TEMPLATE", self.dom0.must("status").out)
        self.publish_next()
        self.dom0.must("upgrade", "--yes")
        self.assertEqual(self.dom0.announced("work"), ["org.example.hello 2.0", "org.example.other 1.0"])
        answer = self.dom0.must("rollback", "work", "--yes")
        self.assertRegex(answer.err, "hello 1.0 does not fit the template of work: .*qvm-volume revert")
        self.assertEqual(self.dom0.features("work")["qpkg.slot.a"] in before.values(), True)

    def test_after_an_update_of_the_template_nobody_knows(self):
        self.adopt(described(self.template()))
        self.install("hello", "--into", "work")
        self.assertEqual(self.qube("work")["fit"], "fits")
        self.assertIn(FIT, self.dom0.must("status").out)
        self.dom0.qubesd.qubes["minimal"].features["last-update"] = "2026-11-30 10:00:00"
        self.assertEqual(self.qube("work")["fit"], "not checked")
        self.install("hello", "--into", "personal")
        self.adopt(described(self.template()))
        self.assertEqual({row["fit"] for row in self.json_of("status")["qubes"]}, {"fits"})

    def test_another_template_of_an_old_name_was_not_asked(self):
        self.adopt(described(self.template()))
        self.dom0.qubesd.qubes["minimal"].uuid = "00000000-0000-4000-8000-000000000009"
        self.install("hello", "--into", "work")
        self.assertEqual(self.qube("work")["fit"], "not checked")
        self.dom0.must("gc", "--yes")
        self.assertEqual(self.json_of("base", "list")["adopted"], [])
        self.assertEqual(len(os.listdir(self.dom0.root / "objects/qpkg-details")), 1, "only hello's")

    def test_what_was_adopted_stays_and_is_listed(self):
        self.adopt(described(self.template()), "--level", "3")
        self.dom0.must("gc", "--yes")
        ((root, base, level),) = [(row["root"], row["base"], row["level"]) for row in self.json_of("base", "list")["adopted"]]
        self.assertEqual((root, base, level), ("minimal", BASE, 3))
        self.refused(4, "level 1 needed, there is level 3", "install", "hello", "--into", "work", "--yes")

    def test_the_backend_is_told_and_a_dry_run_tells_nobody(self):
        self.dom0.qubesd.create("fedora", "TemplateVM")
        self.dom0.qubesd.start("fedora")
        self.answer(described(self.template(), "fedora"))
        plan = self.dom0.must("base", "adopt", "fedora", "--as", "org.example.fedora", "--dry-run").out
        self.assertEqual(plan.splitlines()[-1], "Dry run: nothing was changed.")
        told = self.json_of("base", "adopt", "fedora", "--as", "org.example.fedora", "--dry-run")
        self.assertEqual((told["root"], told["base"], told["dry_run"]), ("fedora", "org.example.fedora", True))
        self.assertNotIn("qpkg.base", self.dom0.qubesd.qubes["fedora"].features)
        self.assertEqual(self.dom0.agent_calls(), [])
        self.dom0.must("base", "adopt", "fedora", "--as", "org.example.fedora")
        self.assertEqual(self.dom0.qubesd.qubes["fedora"].features["qpkg.base"], "org.example.fedora")
        self.assertEqual(self.dom0.agent_calls(), ["-d fedora root:QUBESRPC qpkg.Describe dom0"])

    # What is refused

    def test_an_answer_that_is_none_changes_nothing(self):
        good = described(self.template())
        self.adopt(good)
        self.install("hello", "--into", "work")
        before = self.whole_state()
        path = b"file\t/etc/../shadow\t" + b"0" * 64 + b"\n"
        for name, answer, says in (("garbage", os.urandom(3000), "it is no description of a root"),
                                   ("nothing", b"", "it is no description of a root"),
                                   ("cut", good[:-30], "the answer of minimal: "),
                                   ("unsorted", good + good.splitlines(True)[2], "the answer of minimal: "),
                                   ("outside", b"".join(sorted(good.splitlines(True)[2:] + [path])), "no description"),
                                   ("outside the root", b"".join(good.splitlines(True)[:2]) + path, "the answer of minimal: "),
                                   ("newer", good.replace(b"qpkg-root 1", b"qpkg-root 7"), "it is of another qpkg"),
                                   ("another's", described(self.template("b"), "fedora"), "it speaks of fedora"),
                                   ("much", good + b"x" * (17 << 20), "says more of itself than 16.0 MiB")):
            with self.subTest(name):
                self.answer(answer)
                refused = self.dom0.qpkg("base", "adopt", "minimal", "--as", BASE)
                self.assertNotEqual(refused.code, 0)
                self.assertIn(says, refused.err)
                self.assertEqual(self.whole_state(), before)

    def test_a_template_that_does_not_answer_is_told_as_that(self):
        self.refused(4, "minimal does not run.*\n.*qvm-start minimal", "base", "adopt", "minimal", "--as", BASE)
        self.dom0.qubesd.start("minimal")
        (self.dom0.qrexec / "status").write_text("127")
        self.refused(1, "does not say what it is made of: .silence.\n.*qpkg-agent", "base", "adopt", "minimal", "--as", BASE)
        (self.dom0.qrexec / "hang").touch()
        self.refused(1, "did not say in time", "base", "adopt", "minimal", "--as", BASE, QPKG_DESCRIBE_SECONDS="1")
        self.assertEqual(self.json_of("base", "list")["adopted"], [])

    def test_only_a_root_stands_for_a_base(self):
        self.refused(2, "work starts from minimal, and is no root.*\n.*base adopt minimal --as BASE",
                     "base", "adopt", "work", "--as", BASE)
        self.refused(3, "there is no qube nobody", "base", "adopt", "nobody", "--as", BASE)
        self.refused(2, "No Base", "base", "adopt", "minimal", "--as", "No Base")
        self.install("hello", "--into", "work")
        self.dom0.qubesd.start("minimal")
        self.refused(4, "its apps are for base debian-12\n.*--as debian-12", "base", "adopt", "minimal", "--as", "org.example.else")
        refused = self.world.qpkg("base", "adopt", "minimal", "--as", BASE)
        self.assertEqual((refused.code, "start from bases that qpkg knows" in refused.err), (9, True), refused.err)


if __name__ == "__main__":
    unittest.main()

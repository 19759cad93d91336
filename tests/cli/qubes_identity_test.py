#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A record is of one qube: clones and renamed qubes keep what they have, a new qube of an old name starts empty."""

import pathlib
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))
from qubes_case import QubesCase  # noqa: E402


class Identity(QubesCase):
    def listed(self):
        return sorted((row["qube"], row["app"], row["version"]) for row in self.json_of("list")["apps"])

    def recreate(self, name):
        self.dom0.qubesd.remove(name)
        self.dom0.qubesd.create(name, "AppVM", "minimal")

    def test_a_new_qube_of_an_old_name_starts_empty(self):
        self.install("hello", "--into", "work")
        self.recreate("work")
        self.assertEqual(self.listed(), [])
        self.publish_next()
        for command in [["upgrade"], ["install", "other", "--into", "personal"]]:
            answer = self.dom0.qpkg(*command, "--yes")
            self.assertEqual(self.dom0.features("work"), {})
            self.assertEqual("work is another qube than the one" in answer.err, command == ["upgrade"])
        self.install("other", "--into", "work")
        self.assertEqual(self.dom0.announced("work"), ["org.example.other 1.0"])
        self.assertEqual(self.listed(), [("personal", "org.example.other", "1.0"), ("work", "org.example.other", "1.0")])

    def test_a_new_qube_of_an_old_name_is_never_written_to_while_it_runs(self):
        self.install("hello", "--into", "work")
        self.recreate("work")
        self.dom0.qubesd.start("work")
        self.install("other", "--into", "personal")
        self.assertEqual((self.dom0.features("work"), self.dom0.disks("work")), ({}, {}))

    def test_a_clone_is_shown_kept_and_recorded(self):
        self.install("hello", "--into", "work")
        self.dom0.qubesd.clone("work", "copy")
        self.assertEqual(self.listed(), [("copy", "org.example.hello", "1.0"), ("work", "org.example.hello", "1.0")])
        self.assertEqual(self.qube("copy")["apps"], 1)
        self.dom0.must("remove", "hello", "--from", "work", "--yes")
        self.dom0.must("gc", "--keep", "0", "--yes")
        self.dom0.qubesd.start("copy")
        self.assertEqual(set(self.dom0.disks("copy")), {"xvdqa"})
        self.publish_next()
        self.dom0.must("upgrade", "--yes")
        self.assertEqual(self.dom0.announced("copy"), ["org.example.hello 2.0"])
        self.assertEqual(self.listed(), [("copy", "org.example.hello", "2.0")])

    def test_what_a_qube_keeps_names_of_is_never_overwritten_by_an_install(self):
        self.install("hello", "--into", "work")
        self.dom0.qubesd.clone("work", "copy")
        self.install("other", "--into", "copy")
        self.assertEqual(self.dom0.announced("copy"), ["org.example.hello 1.0", "org.example.other 1.0"])

    def test_a_renamed_qube_takes_its_apps_along(self):
        self.install("hello", "other", "--into", "work")
        self.dom0.must("qube", "set", "work", "--layout", "composed", "--yes")
        self.dom0.qubesd.rename("work", "job")
        self.dom0.must("gc", "--keep", "0", "--yes")
        self.dom0.must("qube", "remove", "work", "--yes")
        self.dom0.must("gc", "--keep", "0", "--yes")
        self.dom0.qubesd.start("job")
        self.publish_next()
        self.dom0.must("upgrade", "--yes")
        self.assertEqual(self.dom0.announced("job"), ["org.example.hello 2.0", "org.example.other 1.0"])
        self.assertEqual(len(self.dom0.disks("job")), 1, "it is composed as it was")

    def test_gc_keeps_what_only_a_named_disposable_has(self):
        self.install("hello", "--into", "work")
        self.dom0.qubesd.create("sys-hello", "DispVM", "work")
        self.dom0.must("remove", "hello", "--from", "work", "--yes")
        self.dom0.must("gc", "--keep", "0", "--yes")
        self.dom0.qubesd.start("sys-hello")

    def test_a_dry_run_and_reading_record_nothing(self):
        self.install("hello", "--into", "work")
        self.dom0.qubesd.clone("work", "copy")
        before = (self.dom0.root / "state.db").read_bytes()
        for command in [["list"], ["status"], ["doctor"]]:
            self.dom0.qpkg(*command)
        self.assertEqual((self.dom0.root / "state.db").read_bytes(), before)

    def test_the_list_says_what_is_recorded_where_qubes_cannot_be_asked(self):
        self.install("hello", "--into", "work")
        answer = self.dom0.qpkg("list", QPKG_QUBESD_SOCKET="/nowhere")
        self.assertEqual(answer.code, 0)
        self.assertIn("work  hello", answer.out)
        self.assertIn("this is what is recorded", answer.err)

    def test_a_clone_of_which_too_little_is_known_is_named_and_left_alone(self):
        self.install("hello", "--into", "work")
        self.dom0.qubesd.clone("work", "copy")
        del self.dom0.qubesd.qubes["minimal"].features["qpkg.base"]
        features = dict(self.dom0.features("copy"))
        finding = [row for row in self.json_of("doctor", code=1)["findings"] if row["subject"] == "copy"]
        self.assertEqual(len(finding), 1)
        self.assertRegex(finding[0]["words"], "not recorded: nobody has said which base it has")
        self.dom0.must("gc", "--keep", "0", "--yes")
        self.assertEqual(self.dom0.features("copy"), features)


if __name__ == "__main__":
    unittest.main()

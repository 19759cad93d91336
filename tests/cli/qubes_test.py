#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The qubes backend from outside, over a fake qubesd: what it asks, what it says, and what it makes of bad answers."""

import os
import pathlib
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))
from fake_qubesd import Problem, answers, never_answers  # noqa: E402
from qubes_case import QubesCase  # noqa: E402


class Qubes(QubesCase):
    # The whole way

    def test_an_install_into_a_halted_qube_sets_features_and_the_next_start_has_the_disk(self):
        answer = self.dom0.must("install", "hello", "--into", "work", "--yes", "--verbose")
        self.assertIn("hello 1.0 is in work, generation 1", answer.out)
        self.assert_golden("qubes-install-halted", answer.err)
        self.assertEqual(self.dom0.announced("work"), ["org.example.hello 1.0"])
        self.assertEqual(self.dom0.features("personal"), {})
        self.assertEqual(self.dom0.agent_calls(), [])
        self.dom0.qubesd.start("work")
        self.assertEqual(self.dom0.disks("work"), {"xvdqa": self.dom0.features("work")["qpkg.slot.a"]})
        self.assertTrue(self.qube("work")["running"])
        self.assertFalse(self.qube("work")["outdated"])
        self.assertEqual([row["qube"] for row in self.json_of("list")["apps"]], ["work"])
        self.assertEqual([row["name"] for row in self.json_of("qube", "list")["qubes"]], ["work"])

    def test_a_running_qube_gets_its_apps_at_once_each_on_a_loop_device_of_its_own(self):
        self.dom0.qubesd.start("work")
        self.dom0.qubesd.start("personal")
        answer = self.dom0.must("install", "hello", "--into", "work", "--into", "personal", "--yes", "--verbose")
        self.assert_golden("qubes-install-running", answer.err)
        self.assertEqual(set(self.dom0.disks("work")), {"xvdqa"})
        self.assertEqual(self.dom0.disks("work"), self.dom0.disks("personal"))
        self.assertNotEqual(list(self.dom0.qubesd.qubes["work"].disks), list(self.dom0.qubesd.qubes["personal"].disks))
        self.assertTrue(all(options["read-only"] == "yes" for options in self.dom0.qubesd.qubes["work"].disks.values()))
        self.assertEqual(self.dom0.agent_calls(), ["-d personal root:QUBESRPC qpkg.Refresh dom0",
                                                   "-d work root:QUBESRPC qpkg.Refresh dom0"])
        self.dom0.must("gc")
        self.assertEqual(self.dom0.qpkg("install", "hello", "--into", "work", "--yes", "--unchanged-exit-77").code, 77)

    def test_an_upgrade_takes_a_free_slot_then_gives_the_old_one_back(self):
        self.install("hello", "other", "--into", "work")
        self.dom0.qubesd.start("work")
        before = self.dom0.disks("work")
        self.publish_next()
        answer = self.dom0.must("upgrade", "--yes", "--verbose")
        self.assert_golden("qubes-upgrade-running", answer.err)
        self.assertEqual(self.dom0.announced("work"), ["org.example.hello 2.0", "org.example.other 1.0"])
        after = self.dom0.disks("work")
        self.assertEqual(set(after), {"xvdqb", "xvdqc"})
        self.assertEqual(after["xvdqb"], before["xvdqb"], "the other app keeps its disk")
        self.assertFalse(self.qube("work")["outdated"])

    def test_a_name_that_changes_hands_is_told_to_a_running_qube_beside_the_same_disk(self):
        tool = {"usr/bin/tool": "#!/bin/sh\n"}
        self.world.publish(self.world.make_module("org.example.one", "1.0", tool),
                           self.world.make_module("org.example.two", "1.0", tool, second=["tool"]))
        self.install("one", "two", "--into", "work")
        self.dom0.qubesd.start("work")
        disks = self.dom0.disks("work")
        answer = self.dom0.must("install", "two", "--into", "work", "--prefer", "two", "--yes", "--verbose")
        self.assert_golden("qubes-names-running", answer.err)
        told = [value for value in self.dom0.features("work").values() if value.endswith(" command:tool")]
        self.assertEqual([line.split()[0] for line in told], ["org.example.one"])
        self.assertEqual(self.dom0.disks("work"), disks)
        self.assertEqual(self.dom0.agent_calls(), ["-d work root:QUBESRPC qpkg.Refresh dom0"])

    def test_a_device_that_qubesd_notices_late_is_waited_for(self):
        self.dom0.qubesd.start("work")
        for name, misbehave in [("told of", None), ("torn", answers(b"1\0\0connection-", pause=0.01)),
                                ("events are refused", answers(b"")), ("too much", answers(b"1\0" + b"x" * 5000 * 20))]:
            with self.subTest(name):
                self.dom0.qubesd.notices_after = 0.3
                if misbehave:
                    self.dom0.qubesd.misbehave = lambda method, connection, answer=misbehave: (
                        method == "admin.Events" and answer(method, connection))
                answer = self.dom0.qpkg("install", "hello", "--into", "work", "--yes", "--verbose")
                self.assertIn("admin.Events+ dom0 name dom0", answer.err)
                if name == "too much":
                    self.assertEqual(answer.code, 10)
                    self.assertIn("an event longer than 64 KiB", answer.err)
                else:
                    self.assertEqual(answer.code, 0, answer.err)
                    self.assertEqual(len(self.dom0.disks("work")), 1)
                self.dom0.qubesd.misbehave = None
                self.dom0.qubesd.notices_after = 0
                self.dom0.must("remove", "hello", "--from", "work", "--yes")

    def test_a_volume_that_programs_run_from_stays_until_they_end(self):
        self.install("hello", "--into", "work")
        self.dom0.qubesd.start("work")
        self.publish_next()
        in_use = self.dom0.qrexec / "answer"
        in_use.write_text("in-use a\n")
        answer = self.dom0.must("upgrade", "--yes")
        self.assertIn("work is running an older generation until its programs end.", answer.out)
        self.assertEqual(sorted(self.dom0.disks("work")), ["xvdqa", "xvdqb"])
        self.assertEqual(self.dom0.announced("work"), ["org.example.hello 2.0"])
        self.assertTrue(self.qube("work")["outdated"])
        self.dom0.must("hold", "hello", "--in", "work")
        self.assertEqual(sorted(self.dom0.disks("work")), ["xvdqa", "xvdqb"])
        in_use.unlink()
        self.dom0.must("unhold", "hello", "--in", "work")
        self.assertEqual(sorted(self.dom0.disks("work")), ["xvdqb"])
        self.assertFalse(self.qube("work")["outdated"])

    def test_an_upgrade_of_as_many_apps_as_there_are_slots_waits_for_the_old_volumes(self):
        apps = [f"org.example.app{number}" for number in range(26)]
        self.world.publish(*[self.world.make_module(app, "1.0") for app in apps])
        self.install(*apps, "--into", "work")
        self.dom0.qubesd.start("work")
        self.world.publish(self.world.make_module(apps[0], "2.0"))
        self.dom0.must("upgrade", "--yes")
        self.assertEqual(len(self.dom0.disks("work")), 26)
        self.assertIn("org.example.app0 2.0", self.dom0.announced("work"))
        self.assertFalse(self.qube("work")["outdated"])

    def test_apps_past_the_slots_are_composed_and_upgraded_while_the_qube_runs(self):
        apps = [f"org.example.app{number:02}" for number in range(27)]
        self.world.publish(*[self.world.make_module(app, "1.0") for app in apps])
        self.install(*apps, "--into", "work")
        self.dom0.qubesd.start("work")
        self.assertEqual(list(self.dom0.disks("work")), ["xvdqa"])
        self.assertEqual(self.dom0.announced("work"), [f"{app} 1.0" for app in apps])
        self.world.publish(self.world.make_module(apps[3], "2.0"))
        self.dom0.must("upgrade", "--yes")
        self.assertEqual(list(self.dom0.disks("work")), ["xvdqb"])
        self.assertIn("org.example.app03 2.0", self.dom0.announced("work"))
        self.assertEqual(len(self.dom0.announced("work")), 27)
        self.assertFalse(self.qube("work")["outdated"])

        self.dom0.must("remove", apps[0], "--from", "work", "--yes")
        self.assertEqual(len(self.dom0.disks("work")), 26)

    def test_a_composed_qube_is_told_of_each_app_of_its_one_disk(self):
        self.install("hello", "--into", "work")
        self.dom0.must("qube", "set", "work", "--layout", "composed", "--yes")
        self.dom0.qubesd.start("work")
        answer = self.dom0.must("install", "other", "--into", "work", "--yes", "--verbose")
        self.assert_golden("qubes-composed-running", answer.err)
        self.assertEqual(len(self.dom0.disks("work")), 1)
        self.assertEqual(self.dom0.announced("work"), ["org.example.hello 1.0", "org.example.other 1.0"])
        self.dom0.must("remove", "hello", "--from", "work", "--yes")
        self.assertEqual(self.dom0.announced("work"), ["org.example.other 1.0"])

    def test_rollback_and_remove(self):
        self.install("hello", "--into", "work")
        self.publish_next()
        self.dom0.must("upgrade", "--yes")
        self.dom0.qubesd.start("work")
        answer = self.dom0.must("rollback", "work", "--yes", "--verbose")
        self.assert_golden("qubes-rollback", answer.err)
        self.assertEqual(self.dom0.announced("work"), ["org.example.hello 1.0"])
        answer = self.dom0.must("remove", "hello", "--from", "work", "--yes", "--verbose")
        self.assert_golden("qubes-remove", answer.err)
        self.assertEqual(self.dom0.features("work"), {})
        self.assertEqual(self.dom0.disks("work"), {})
        self.assertEqual(list(self.dom0.loops.iterdir()), [])
        self.assertEqual(list((self.dom0.root / "attached").iterdir()), [])

    def test_a_qube_that_starts_or_is_paused_has_its_disks_and_gets_others_when_it_answers(self):
        self.install("hello", "--into", "work")
        for state, begin, words in [("Paused", self.pause, "work is paused"),
                                    ("Transient", self.dom0.qubesd.begin_to_start, "work is still starting")]:
            with self.subTest(state):
                begin("work")
                self.assertTrue(self.qube("work")["running"])
                self.assertFalse(self.qube("work")["outdated"])
                self.refused(10, words, "install", "other", "--into", "work", "--yes")
                self.assertEqual(set(self.dom0.disks("work")), {"xvdqa"})
                self.assertEqual(self.dom0.agent_calls(), [])
                self.dom0.qubesd.unpause("work")
                self.install("other", "--into", "work")
                self.assertEqual(set(self.dom0.disks("work")), {"xvdqa", "xvdqb"})
                self.dom0.must("remove", "other", "--from", "work", "--yes")
                (self.dom0.qrexec / "calls").unlink()
                self.dom0.qubesd.stop("work")

    def pause(self, qube):
        self.dom0.qubesd.start(qube)
        self.dom0.qubesd.pause(qube)

    def test_a_store_that_qubes_hides_is_said(self):
        self.dom0.qubesd.start("work")
        (self.world.folder / ".qubes-exclude-block-devices").touch()
        self.refused(10, r"qubesd does not offer the device loop\d+", "install", "hello", "--into", "work", "--yes")
        (self.world.folder / ".qubes-exclude-block-devices").unlink()
        self.install("other", "--into", "work")
        self.assertEqual(set(self.dom0.disks("work")), {"xvdqa", "xvdqb"})

    def test_what_qubes_does_itself_is_said_with_its_tool(self):
        self.refused(9, "qvm-create", "qube", "create", "new", "--base", "debian-12")
        self.install("hello", "--into", "work")
        self.refused(9, "qvm-remove work", "qube", "remove", "work", "--yes")
        self.refused(9, r"qvm-run --pass-io work ''\\''hello'\\'' '\\''a b'\\'''", "run", "work", "--", "hello", "a b")
        self.refused(9, "qvm-run --user=root work xterm", "shell", "--as-root", "work")
        self.refused(3, "did you mean work", "install", "hello", "--into", "wrok", "--yes")
        del self.dom0.qubesd.qubes["minimal"].features["qpkg.base"]
        self.refused(2, "qvm-features TEMPLATE qpkg.base", "install", "hello", "--into", "personal", "--yes")
        self.dom0.qubesd.qubes["minimal"].features["qpkg.base"] = "../x"
        self.refused(6, "qpkg.base of personal", "install", "hello", "--into", "personal", "--yes")

    # Bad inputs

    def bad_answers(self):
        yield "never", never_answers, 1, "in time"
        yield "refused", answers(b""), 1, "qubesd refused"
        yield "broken off", answers(b"0\0dom0 class=AdminVM state=Run"), 6, "cut short"
        yield "exception broken off", answers(b"2\0QubesException\0\0No"), 6, "cut short"
        yield "slow", answers(b"0\0" + b"x" * 100, pause=0.03), 1, "in time"
        yield "garbage", answers(b"\x1b[2J\xff\xfe"), 6, r"\\x1B\[2J|\\x1b\[2J"
        yield "64 KiB of garbage", answers(os.urandom(1) * 65536), 6, "answer"
        yield "too long", answers(b"0\0" + b"a" * 70000), 6, "64 KiB"
        yield "another protocol", answers(b"HTTP/1.1 400 Bad Request\r\n\r\n"), 6, "HTTP/1.1"
        yield "hostile words", answers(b"2\0QubesException\0\0\x1b]0;x\x07" + b"y" * 900 + b"\0"), 1, "y{100}"

    def test_a_bad_answer_is_said_and_changes_nothing(self):
        self.install("hello", "--into", "work")
        before = self.json_of("status")
        for name, misbehave, code, words in self.bad_answers():
            with self.subTest(name):
                self.dom0.qubesd.misbehave = misbehave
                answer = self.refused(code, words, "install", "other", "--into", "personal", "--yes")
                self.assertLess(len(answer.err), 1000)
                self.assertNotRegex(answer.err, r"[\x00-\x09\x0b-\x1f\x7f]")
                self.refused(code, words, "status")
                self.dom0.qubesd.misbehave = None
                self.assertEqual(self.json_of("status"), before)
        self.assertEqual(self.dom0.features("personal"), {})

    def test_without_qubesd_nothing_is_recorded(self):
        self.refused(1, "connect to qubesd at /nowhere", "install", "hello", "--into", "work", "--yes",
                     QPKG_QUBESD_SOCKET="/nowhere")
        self.assertEqual(self.json_of("status")["qubes"], [])

    def test_an_answer_that_comes_byte_by_byte_is_an_answer(self):
        def in_bytes(method, connection):
            data = self.dom0.qubesd.answer(method, "", "dom0", b"") if method == "admin.vm.List" else None
            return data is not None and answers(data, pause=0.0005)(method, connection)
        self.dom0.qubesd.misbehave = in_bytes
        self.install("hello", "--into", "work")
        self.assertEqual(self.dom0.announced("work"), ["org.example.hello 1.0"])

    def test_hostile_features_are_replaced_and_hinder_no_other_qube(self):
        self.install("hello", "--into", "work")
        features = self.dom0.qubesd.qubes["work"].features
        good = dict(features)
        for slot, notice in [("/etc/shadow", good["vm-config.qpkg-a"]), ("'/><disk", "x"), ("A" * 64, ""),
                             (good["qpkg.slot.a"], "org.example.hello 1.0 private " + "0" * 64)]:
            features.update({"qpkg.slot.a": slot, "vm-config.qpkg-a": notice, "qpkg.slot.z": "../../x"})
            with self.assertRaises(Problem):
                self.dom0.qubesd.start("work")
            self.install("other", "--into", "personal")
            self.assertEqual(self.dom0.announced("work"), ["org.example.hello 1.0"])
            self.assertNotIn("qpkg.slot.z", features)
            self.dom0.qubesd.start("work")
            self.dom0.qubesd.stop("work")
            self.dom0.must("remove", "other", "--from", "personal", "--yes")

    def test_a_qube_that_vanishes_between_plan_and_activation(self):
        self.install("hello", "--into", "personal")
        seen = []

        def vanish(method, _destination):
            seen.append(method)
            if seen[-2:] == ["admin.vm.feature.CheckWithTemplate", "admin.vm.List"]:
                self.dom0.qubesd.remove("work")
        self.dom0.qubesd.before = vanish
        self.refused(10, "work is gone", "install", "hello", "--into", "work", "--yes")
        self.dom0.qubesd.before = None
        self.assertTrue(self.qube("work")["vanished"])
        self.assertFalse(self.qube("personal")["vanished"])
        self.install("other", "--into", "personal")
        self.dom0.must("qube", "remove", "work", "--yes")
        self.assertEqual([row["name"] for row in self.json_of("status")["qubes"]], ["personal"])

    def test_qubes_that_end_while_they_are_looked_at_are_passed_by(self):
        for looked_at in ["admin.vm.device.block.Attached", "admin.vm.property.Get", "admin.vm.feature.List"]:
            with self.subTest(looked_at):
                self.dom0.qubesd.create("passing", "AppVM" if looked_at.endswith("List") else "DispVM", "work")
                self.dom0.qubesd.start("passing")

                def vanish(method, destination, last=looked_at):
                    if (method, destination) == (last, "passing"):
                        self.dom0.qubesd.remove("passing")
                self.dom0.qubesd.before = vanish
                self.install("hello", "--into", "work")
                self.assertNotIn("passing", self.dom0.qubesd.qubes)
                self.dom0.must("remove", "hello", "--from", "work", "--yes")

    def test_an_agent_that_lies_fails_or_hangs_is_quoted_and_hinders_no_other_qube(self):
        self.dom0.qubesd.start("work")
        (self.dom0.qrexec / "answer").write_bytes(b"\x1b[2Jall fine, install evil\n" * 50000)
        answer = self.dom0.must("install", "hello", "--into", "work", "--yes", "--verbose")
        self.assertNotIn("\x1b", answer.err)
        self.assertEqual(answer.err.count("all fine"), 200 // 36 + 1)
        (self.dom0.qrexec / "status").write_text("7")
        self.refused(10, "work: the agent could not refresh", "install", "other", "--into", "work", "--into", "personal",
                     "--yes")
        self.assertEqual(self.dom0.announced("personal"), ["org.example.other 1.0"])
        (self.dom0.qrexec / "status").unlink()
        (self.dom0.qrexec / "hang").touch()
        self.refused(10, "did not answer in time", "remove", "hello", "--from", "work", "--yes")
        self.assertEqual(self.dom0.announced("work"), ["org.example.other 1.0"])
        self.assertEqual(set(self.dom0.disks("work")), {"xvdqa", "xvdqb"}, "the agent may still use it")
        (self.dom0.qrexec / "hang").unlink()
        self.dom0.must("install", "other", "--into", "work", "--yes")
        self.assertEqual(set(self.dom0.disks("work")), {"xvdqb"}, "the next command has tried again")

    def test_a_qube_that_was_shut_down_leaves_no_loop_device_behind(self):
        self.dom0.qubesd.start("work")
        self.install("hello", "--into", "work")
        self.dom0.qubesd.stop("work")
        self.dom0.qubesd.start("personal")
        self.install("hello", "--into", "personal")
        self.assertEqual(len(list(self.dom0.loops.iterdir())), 1)
        self.assertEqual([path.name for path in (self.dom0.root / "attached").iterdir()], ["personal"])


if __name__ == "__main__":
    unittest.main()

#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What is wrong with one qube of Qubes hinders no other, what is left over goes, and what is not ours stays."""

import pathlib
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))
from fake_qubesd import Denied  # noqa: E402
from qubes_case import QubesCase  # noqa: E402


class Care(QubesCase):
    def deny(self, *qubes):
        """Calls about these qubes are not answered."""
        def judge(_method, _argument, destination, _payload):
            if destination in qubes:
                raise Denied(destination)
        self.dom0.qubesd.judge = judge

    def loops(self):
        return sorted(path.name for path in self.dom0.loops.iterdir())

    def test_a_qube_that_cannot_be_asked_hinders_no_other(self):
        self.install("hello", "--into", "work")
        self.deny("work")
        answer = self.dom0.must("install", "other", "--into", "personal", "--yes")
        self.assertIn("not yet live in work", answer.err)
        self.assertIn("30-qpkg.policy", answer.err, "the failure's own hint")
        self.assertEqual(self.dom0.announced("personal"), ["org.example.other 1.0"])
        self.assertTrue(self.qube("work")["incomplete"])
        self.assertFalse(self.qube("work")["vanished"])
        self.publish_next()
        self.refused(10, "work: admin.vm.feature.List of work: qubesd refused", "upgrade", "--yes")
        self.dom0.qubesd.judge = None
        self.dom0.must("upgrade", "--yes")
        self.assertEqual(self.dom0.announced("work"), ["org.example.hello 2.0"])
        self.assertFalse(self.qube("work")["incomplete"])

    def test_the_loop_devices_of_a_qube_that_cannot_be_asked_stay(self):
        self.dom0.qubesd.start("work")
        self.install("hello", "--into", "work")
        before = self.loops()
        self.deny("work")
        self.install("hello", "--into", "personal")
        self.assertEqual(self.loops(), before)

    def test_a_command_about_two_qubes_is_done_in_the_other_and_keeps_the_hint(self):
        self.dom0.qubesd.start("work")
        (self.world.folder / ".qubes-exclude-block-devices").touch()
        answer = self.refused(10, "work: qubesd does not offer", "install", "hello", "--into", "work", "--into",
                              "personal", "--yes")
        self.assertIn("below a .qubes-exclude-block-devices?; the next qpkg command tries again", answer.err)
        self.assertEqual(self.dom0.announced("personal"), ["org.example.hello 1.0"])

    def test_gc_removes_nothing_where_one_qube_cannot_be_asked(self):
        self.install("hello", "--into", "work")
        self.dom0.must("remove", "hello", "--from", "work", "--yes")
        self.deny("personal")
        self.refused(1, "qubesd refused", "gc", "--keep", "0", "--yes")
        self.assertEqual(len(list((self.dom0.root / "volumes").glob("*.erofs"))), 1)

    def test_status_names_a_qube_that_lacks_a_disk(self):
        self.install("hello", "--into", "work")
        self.dom0.qubesd.start("work")
        self.assertFalse(self.qube("work")["incomplete"])
        self.dom0.qubesd.qubes["work"].disks.clear()
        self.assertTrue(self.qube("work")["incomplete"])
        self.assertIn("running, lacks something", self.dom0.must("status").out)
        self.dom0.must("gc")
        self.assertFalse(self.qube("work")["incomplete"])
        self.assertEqual(set(self.dom0.disks("work")), {"xvdqa"})
        self.dom0.qubesd.stop("work")
        del self.dom0.qubesd.qubes["work"].features["vm-config.qpkg-a"]
        self.assertTrue(self.qube("work")["incomplete"])

    def test_idle_loop_devices_and_links_are_closed_by_every_command_that_writes(self):
        self.dom0.qubesd.start("work")
        self.install("hello", "--into", "work")
        link = next((self.dom0.root / "attached/work").iterdir())
        self.dom0.qubesd.stop("work")
        self.dom0.must("hold", "hello", "--in", "work")
        self.assertEqual((self.loops(), link.exists()), ([], False))

        self.dom0.qubesd.start("work")  # a killed command has opened what it did not attach
        link = self.dom0.root / "attached/work" / f"{'5' * 64}.erofs"
        link.parent.mkdir()
        link.touch()
        (self.dom0.loops / "loop77").write_text(str(link))
        (self.dom0.loops / "loop78").write_text(f"{link.parent.parent}/gone/{'6' * 64}.erofs (deleted)")
        self.dom0.must("unhold", "hello", "--in", "work")
        self.assertEqual((self.loops(), link.exists()), ([], False))
        self.assertEqual(set(self.dom0.disks("work")), {"xvdqa"})

    def test_du_counts_what_running_qubes_hold_of_removed_volumes(self):
        self.dom0.qubesd.start("work")
        self.install("hello", "--into", "work")
        self.assertEqual(self.json_of("du")["detaching"], 0)
        link = next((self.dom0.root / "attached/work").iterdir())
        (self.dom0.root / "volumes" / link.name).unlink()
        self.assertEqual(self.json_of("du")["detaching"], link.stat().st_blocks * 512)
        self.assertIn("Of removed volumes that running qubes hold", self.dom0.must("du").out)

    def test_a_disk_of_the_users_own_is_left_alone(self):
        mine = self.world.folder / f"{'a' * 64}.erofs"
        mine.touch()
        (self.dom0.loops / "loop9").write_text(str(mine))
        self.dom0.qubesd.start("work")
        self.dom0.qubesd.qubes["work"].disks["loop9"] = {"read-only": "yes", "frontend-dev": "xvdqa"}
        self.install("hello", "--into", "work")
        self.assertEqual(set(self.dom0.disks("work")), {"xvdqa", "xvdqb"})
        self.assertFalse(self.qube("work")["outdated"])
        self.dom0.must("remove", "hello", "--from", "work", "--yes")
        self.assertEqual(list(self.dom0.qubesd.qubes["work"].disks), ["loop9"])
        self.assertEqual(self.loops(), ["loop9"])

    def test_what_an_install_into_a_template_means_is_said(self):
        answer = self.dom0.must("install", "hello", "--into", "minimal", "--yes")
        self.assertIn("minimal is a template: the app will be in minimal alone", answer.err)

    def test_a_standalone_qube_is_told_where_its_base_is_said_and_a_remote_one_is_refused(self):
        self.dom0.qubesd.create("alone", "StandaloneVM")
        self.refused(2, "where it is standalone, for itself", "install", "hello", "--into", "alone", "--yes")
        self.dom0.qubesd.qubes["alone"].features["qpkg.base"] = "debian-12"
        self.install("hello", "--into", "alone")
        self.dom0.qubesd.create("far", "RemoteVM")
        self.refused(9, "far is a qube of another machine", "install", "hello", "--into", "far", "--yes")


if __name__ == "__main__":
    unittest.main()

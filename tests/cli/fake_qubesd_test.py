#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The fake qubesd itself: the documented bytes, and a refusal for whatever the real one refuses."""

import pathlib
import socket
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))
from fake_qubesd import FakeQubesd, Problem  # noqa: E402

ROOT = "5" * 64


class Fake(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="qpkg-fake-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        (self.folder / "loops").mkdir()
        (self.folder / "loops/loop4001").write_text("/x/image")
        self.fake = FakeQubesd(self.folder / "sock", self.folder, self.folder / "loops")
        self.addCleanup(self.fake.close)
        self.fake.create("minimal", "TemplateVM")
        self.fake.create("work", "AppVM", "minimal")
        self.fake.create("personal", "AppVM", "minimal")

    def ask(self, request):
        connection = socket.socket(socket.AF_UNIX)
        connection.connect(str(self.folder / "sock"))
        with connection:
            connection.sendall(request)
            connection.shutdown(socket.SHUT_WR)
            answer = b""
            while part := connection.recv(4096):
                answer += part
            return answer

    def assert_refused(self, kind, request):
        self.assertTrue(self.ask(request).startswith(b"2\0" + kind + b"\0\0"), self.ask(request))

    def attach(self, qube, port=b"loop4001", options=b"_read-only='yes' _frontend-dev='xvdqa'"):
        return b"admin.vm.device.block.Attach+dom0+" + port + b" dom0 name " + qube + b"\0" + options

    def test_answers_have_the_documented_bytes(self):
        self.assertTrue(self.ask(b"admin.vm.List+ dom0 name dom0\0").startswith(
            b"0\0dom0 class=AdminVM state=Running uuid="))
        self.assertEqual(self.ask(b"admin.vm.property.Get+template dom0 name work\0"),
                         b"0\0default=False type=vm minimal")
        self.assertEqual(self.ask(b"admin.vm.feature.Set+qpkg.slot.a dom0 name work\0deadbeef"), b"0\0")
        self.assertEqual(self.ask(b"admin.vm.feature.List+ dom0 name work\0"), b"0\0qpkg.slot.a\n")
        self.assertEqual(self.ask(b"admin.vm.feature.Get+nope dom0 name work\0"),
                         b"2\0QubesFeatureNotFoundError\0\0Feature not set for domain work: nope\0")

    def test_preloaded_disposables_are_copies_of_their_qube_and_replaced_on_request(self):
        self.fake.qubes["work"].features = {"preload-dispvm-max": "1", "other": "kept"}
        start = b"admin.vm.CreateDisposable+preload-autostart dom0 name work\0"
        self.assertEqual(self.ask(start), b"0\0")
        (name,) = self.fake.qubes["work"].features["preload-dispvm"].split()
        self.assertEqual((self.fake.qubes[name].state, self.fake.qubes[name].features), ("Running", {"other": "kept"}))
        self.assertEqual(self.ask(start), b"0\0")
        self.assertEqual(sum(qube.kind == "DispVM" for qube in self.fake.qubes.values()), 1)
        self.assert_refused(b"PermissionDenied", start.replace(b"work", b"minimal"))
        self.assert_refused(b"PermissionDenied", start.replace(b"preload-autostart", b"other"))

    def test_what_is_no_request_gets_no_answer(self):
        for request in [b"", b"admin.vm.List+ dom0 name dom0", b"admin.vm.List dom0 name dom0\0",
                        b"admin.vm.List+ work name dom0\0", b"admin.Unknown+ dom0 name dom0\0"]:
            self.assertEqual(self.ask(request), b"", request)
        self.assertEqual(self.ask(b"admin.vm.feature.Set+x dom0 name work\0" + b"v" * 65536), b"")

    def test_a_loop_device_serves_one_running_qube(self):
        self.assert_refused(b"QubesVMNotRunningError", self.attach(b"work"))
        self.fake.start("work")
        self.fake.start("personal")
        self.assertEqual(self.ask(self.attach(b"work")), b"0\0")
        self.assert_refused(b"DeviceAlreadyAttached", self.attach(b"personal"))
        self.assert_refused(b"DeviceAlreadyAttached", self.attach(b"work"))
        self.assertIn(b"_frontend-dev='xvdqa'\n", self.ask(b"admin.vm.device.block.Attached+ dom0 name work\0"))
        self.assertEqual(self.ask(b"admin.vm.device.block.Detach+dom0+loop4001 dom0 name work\0"), b"0\0")
        self.assert_refused(b"DeviceNotAssigned", b"admin.vm.device.block.Detach+dom0+loop4001 dom0 name work\0")

    def test_unknown_options_devices_and_names_are_refused(self):
        self.fake.start("work")
        self.assert_refused(b"QubesValueError", self.attach(b"work", options=b"_no-such='1'"))
        self.assert_refused(b"QubesValueError", self.attach(b"work", options=b"_frontend-dev='hda'"))
        self.assert_refused(b"QubesValueError", self.attach(b"work", port=b"loop9"))
        self.assert_refused(b"QubesVMNotFoundError", self.attach(b"nobody"))
        self.assert_refused(b"QubesValueError", b"admin.vm.feature.Set+a/b dom0 name work\0x")
        self.assert_refused(b"ProtocolError", b"admin.vm.feature.Set+a dom0 name work\0\xff")
        self.assert_refused(b"QubesFeatureNotFoundError", b"admin.vm.feature.Remove+a dom0 name work\0")

    def test_a_disposable_has_a_copy_of_its_templates_features_and_ends_with_its_stop(self):
        self.fake.qubes["work"].features["a"] = "1"
        self.fake.create("disp1", "DispVM", "work")
        self.fake.qubes["work"].features["a"] = "2"
        self.assertEqual(self.ask(b"admin.vm.feature.Get+a dom0 name disp1\0"), b"0\x001")
        self.fake.start("disp1")
        self.fake.stop("disp1")
        self.assert_refused(b"QubesVMNotFoundError", b"admin.vm.feature.Get+a dom0 name disp1\0")

    def test_a_start_fails_where_the_libvirt_template_would(self):
        for value in ["../x", ROOT.upper(), ROOT]:
            self.fake.qubes["work"].features["qpkg.slot.b"] = value
            with self.assertRaises(Problem):
                self.fake.start("work")
            self.assertEqual(self.fake.qubes["work"].state, "Halted")
        (self.folder / f"{ROOT}.erofs").touch()
        self.fake.start("work")
        self.assertIn(f"{ROOT}.erofs::".encode(), self.ask(b"admin.vm.device.block.Attached+ dom0 name work\0"))

    def test_events_are_a_stream(self):
        connection = socket.socket(socket.AF_UNIX)
        connection.connect(str(self.folder / "sock"))
        with connection:
            connection.sendall(b"admin.Events+ dom0 name dom0\0")
            connection.shutdown(socket.SHUT_WR)
            expected = b"1\0\0connection-established\0\0"
            self.assertEqual(connection.recv(len(expected), socket.MSG_WAITALL), expected)
            while not self.fake.listeners:
                pass
            self.fake.start("work")
            expected = b"1\0work\0domain-start\0start_guid\0True\0\0"
            self.assertEqual(connection.recv(len(expected), socket.MSG_WAITALL), expected)


if __name__ == "__main__":
    unittest.main()

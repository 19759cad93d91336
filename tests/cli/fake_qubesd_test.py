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

    def seen(self, heading):
        """What the real one was asked and answered, the lines of a section of fake_qubesd_answers.txt."""
        text = (HERE.parent / "support/fake_qubesd_answers.txt").read_text().replace("|", "\0")
        section = text[text.index(heading):].split("\n\n")[0].split("\n")
        return section[0].split("  ")[0].encode(), "".join(line + "\n" for line in section[1:] if line).encode()

    def test_devices_are_told_as_the_real_one_tells_them(self):
        store = self.folder / "STORE/VOLUMES"
        store.mkdir(parents=True)
        (store / f"{ROOT}.erofs").touch()
        (self.folder / "loops/loop4").write_text("PATH")
        self.fake.images = store
        self.fake.qubes["work"].features["qpkg.slot.b"] = ROOT
        self.fake.start("work")
        request, answer = self.seen("admin.vm.device.block.Available+loop4 ")
        self.assertEqual(self.ask(request), answer)
        self.assertEqual(self.ask(self.attach(b"work", b"loop4", b"_read-only='yes' _frontend-dev='xvdqc'")), b"0\0")
        request, answer = self.seen("admin.vm.device.block.Attached+ ")
        self.assertEqual(self.ask(request).replace(str(self.folder).replace("/", "_").encode(), b"")
                         .replace(ROOT.encode(), b"ROOT"), answer)

    def test_what_a_mark_above_it_hides_is_not_offered(self):
        (self.folder / "loops/loop7").write_text(str(self.folder / "a/b/image"))
        (self.folder / "a").mkdir()
        self.fake.start("work")
        look = b"admin.vm.device.block.Available+loop7 dom0 name dom0\0"
        self.assertIn(b"loop7::7 ", self.ask(look))
        (self.folder / "a/.qubes-exclude-block-devices").touch()
        self.assertEqual(self.ask(look), b"0\0")
        self.assert_refused(b"QubesValueError", self.attach(b"work", port=b"loop7"))

    def test_preloaded_disposables_are_copies_of_their_qube_and_renewed_by_none_and_back(self):
        self.fake.qubes["work"].features = {"preload-dispvm-max": "1", "other": "kept"}
        fill = b"admin.vm.CreateDisposable+preload dom0 name work\0"
        self.assertEqual(self.ask(fill), b"0\0")
        (name,) = self.fake.qubes["work"].features["preload-dispvm"].split()
        self.assertEqual((self.fake.qubes[name].state, self.fake.qubes[name].features), ("Paused", {"other": "kept"}))
        uuid = self.fake.qubes[name].uuid
        self.assertEqual(self.ask(fill), b"0\0")
        self.assertEqual(self.fake.qubes[name].uuid, uuid)
        maximum = b"admin.vm.feature.Set+preload-dispvm-max dom0 name work\0"
        self.assertEqual(self.ask(maximum + b"0"), b"0\0")
        self.assertNotIn(name, self.fake.qubes)
        self.assertEqual(self.ask(maximum + b"1"), b"0\0")
        (name,) = self.fake.qubes["work"].features["preload-dispvm"].split()
        self.assertNotEqual(self.fake.qubes[name].uuid, uuid)

    def test_what_the_policy_denies_is_not_answered(self):
        for denied in [b"preload-autostart dom0 name work\0", b"other dom0 name work\0", b"preload dom0 name minimal\0"]:
            self.assertEqual(self.ask(b"admin.vm.CreateDisposable+" + denied), b"")

    def test_what_dom0_wants_of_the_default_disposable_template_wins(self):
        self.fake.default_disposable = "work"
        self.assertEqual(self.ask(b"admin.property.Get+default_dispvm dom0 name dom0\0"),
                         b"0\0default=False type=vm work")
        self.assertEqual(self.ask(b"admin.vm.feature.Set+preload-dispvm-max dom0 name dom0\x002"), b"0\0")
        self.assertEqual(len(self.fake.qubes["work"].features["preload-dispvm"].split()), 2)
        self.assertEqual(self.ask(b"admin.vm.feature.Set+preload-dispvm-max dom0 name work\x000"), b"0\0")
        self.assertEqual(len(self.fake.qubes["work"].features["preload-dispvm"].split()), 2)

    def test_a_qube_has_its_own_uuid_also_under_an_old_name(self):
        before = self.fake.qubes["work"].uuid
        self.fake.remove("work")
        self.fake.create("work", "AppVM", "minimal")
        self.assertNotEqual(self.fake.qubes["work"].uuid, before)
        self.assertIn(self.fake.qubes["work"].uuid.encode(), self.ask(b"admin.vm.List+ dom0 name work\0"))

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
        self.assertIn(f"{ROOT}.erofs:0000:0000::?****** ".encode(), self.ask(b"admin.vm.device.block.Attached+ dom0 name work\0"))

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

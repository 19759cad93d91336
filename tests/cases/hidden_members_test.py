#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The machine that publishes asks for signatures under members of a publisher's role that nobody was shown."""

import fcntl
import hashlib
import json
import os
import pathlib
import pty
import select
import struct
import sys
import termios
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))
from world_case import PROGRAMS, WorldCase  # noqa: E402

THIEF = "ee" * 32
LINE = "org.example/hello/x86_64/stable"


def canonical(value):
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


class HiddenMembers(WorldCase):
    """The publisher's key lies elsewhere: what is signed for it is prepared here."""

    copied = ("keys", "site", "root", "2", "safe")

    @classmethod
    def make_world(cls, world):
        world.make_base()
        world.make_keys()
        world.publish(world.make_module("org.example.hello", "1.0"), world.make_module("org.example.other", "1.0"))
        world.make_module("org.example.hello", "2.0", out=world.folder / "2")
        (world.folder / "safe").mkdir()
        (world.keys / "publisher.key").rename(world.folder / "safe/publisher.key")

    def setUp(self):
        super().setUp()
        self.safe = self.world.folder / "safe"
        self.tbs = self.world.folder / "tbs"

    def at(self):
        return ["--repo", self.world.site, "--keys", self.world.keys]

    def prepare(self, *words):
        self.world.must("publish", *words, *self.at(), "--prepare", self.tbs)
        return (self.tbs / "review.txt").read_text()

    def change(self, edit):
        """What a thief on this machine asks for."""
        place = next(self.tbs.glob("*.publisher.json"))
        role = json.loads(place.read_text())
        edit(role)
        place.write_bytes(canonical(role))
        index = json.loads((self.tbs / "request.json").read_text())
        index["files"][0]["sha256"] = hashlib.sha256(canonical(role)).hexdigest()
        (self.tbs / "request.json").write_bytes(canonical(index))

    def sign(self, answer="y"):
        """At a terminal, as a person does. Returns the exit code and what was to be read."""
        words = [str(PROGRAMS / "qpkg"), "sign", "--tbs", str(self.tbs), "--keys", str(self.safe)]
        pid, fd = pty.fork()
        if pid == 0:
            fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 1000, 0, 0))  # so that no line is wrapped
            os.execve(words[0], words, dict(os.environ, QPKG_ROOT=str(self.world.root)))
        shown = b""
        os.write(fd, answer.encode() + b"\n")
        while select.select([fd], [], [], 30)[0]:
            try:
                piece = os.read(fd, 65536)
            except OSError:
                break
            if not piece:
                break
            shown += piece
        os.close(fd)
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), shown.decode().replace("\r\n", "\n")

    def nothing_signed(self):
        self.assertEqual(list(self.tbs.glob("*.sig")), [])

    def test_a_withdrawal_is_in_the_review(self):
        review = self.prepare("--withdraw", "org.example.hello")
        self.assertIn(f"- {LINE}-1.json: ", review)
        self.assertIn(f"+ withdrawn up to {LINE}: 1", review)
        self.assertNotIn("org.example/other", review, "what stays is no change")

    def test_another_key_for_stock_clients_is_shown_before_it_is_signed(self):
        self.prepare("--withdraw", "org.example.hello")
        self.change(lambda role: role.update(qpkg_ostree_key=THIEF))
        code, shown = self.sign("n")
        self.assertNotEqual(code, 0)
        self.assertRegex(shown, f"~ qpkg_ostree_key: [0-9a-f]{{64}} -> {THIEF}")
        self.assertIn(f"+ withdrawn up to {LINE}: 1", shown)
        self.nothing_signed()

    def test_what_was_agreed_to_is_signed_and_published(self):
        self.prepare(self.world.folder / "2/org.example.hello")
        code, shown = self.sign()
        self.assertEqual(code, 0, shown)
        self.assertIn("compared with version 1, which is signed", shown)
        self.assertIn(f"+ {LINE}-2.json: ", shown)
        self.assertIn("~ version: 1 -> 2", shown)
        self.assertNotIn(f"{LINE}-1.json", shown)
        self.world.must("publish", "--attach", self.tbs, *self.at())

    def test_a_withdrawal_of_what_was_never_listed_is_refused(self):
        """It would burn the numbers of an app that is not there yet."""
        self.prepare("--withdraw", "org.example.hello")
        self.change(lambda role: role["qpkg_withdrawn"].update({"org.aaa/evil/x86_64/stable": 2**53 - 1}))
        code, shown = self.sign()
        self.assertEqual(code, 5, shown)
        self.assertIn("org.aaa/evil/x86_64/stable says that 9007199254740991 was withdrawn", shown)
        self.nothing_signed()

    def test_a_number_that_runs_away_is_refused(self):
        self.prepare(self.world.folder / "2/org.example.hello")

        def run_away(role):
            target = role["targets"].pop(f"{LINE}-2.json")
            target["custom"]["sequence"] = 2**53 - 1
            role["targets"][f"{LINE}-{2**53 - 1}.json"] = target

        self.change(run_away)
        code, shown = self.sign()
        self.assertEqual(code, 5, shown)
        self.assertIn("is too far above 1", shown)
        self.nothing_signed()

    def test_members_that_nobody_knows_are_refused_also_deep_inside(self):
        edits = {"qpkg_new": lambda role: role.update(qpkg_new={"run": "me"}),
                 "custom auto": lambda role: role["targets"][f"{LINE}-2.json"]["custom"].update(auto=True)}
        for words, edit in edits.items():
            with self.subTest(words):
                self.prepare(self.world.folder / "2/org.example.hello")
                self.change(edit)
                code, shown = self.sign()
                self.assertEqual(code, 5, shown)
                self.assertIn(words, shown)
                self.assertIn("which this qpkg does not know", shown)
                self.nothing_signed()
                self.tbs = self.world.folder / "again"

    def test_what_the_online_machine_calls_signed_is_believed_with_a_signature_only(self):
        """It invents an earlier list that has its change already, so that there would be nothing to show."""
        self.prepare("--withdraw", "org.example.hello")
        self.change(lambda role: role.update(qpkg_ostree_key=THIEF))
        served = self.tbs / "served/publisher.json"
        file = json.loads(served.read_text())
        file["signed"]["qpkg_ostree_key"] = THIEF
        served.write_bytes(canonical(file))
        code, shown = self.sign("n")
        self.assertNotEqual(code, 0)
        self.assertIn("nothing to compare it with", shown)
        self.assertIn(f"+ qpkg_ostree_key: {THIEF}", shown)

    def test_a_list_without_a_review_cannot_be_signed_by_leaving_the_old_one_out(self):
        self.prepare("--withdraw", "org.example.hello")
        (self.tbs / "served/publisher.json").unlink()
        code, shown = self.sign("n")
        self.assertNotEqual(code, 0)
        self.assertIn("all of it is shown", shown)
        self.assertIn("+ org.example/other/x86_64/stable-1.json: ", shown)


if __name__ == "__main__":
    unittest.main()

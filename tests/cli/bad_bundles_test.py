#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Bad inputs 43 to 48 from outside: bundles that lie, are damaged, cut off, or never end.

Whatever comes: the exit code of the contract, one line that names section and reason, nothing installed, the state as
before, quarantine gone, and the good bundle is taken afterwards.
"""

import contextlib
import hashlib
import json
import os
import pathlib
import random
import shutil
import socket
import stat
import struct
import subprocess
import sys
import time
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))
from far_machine import FarMachine  # noqa: E402
from world_case import PROGRAMS, WorldCase, check_schema  # noqa: E402

HEADER = 64
ENTRY = 64
TYPES = ["repository", "root", "timestamp", "snapshot", "targets", "publisher", "manifest", "statement", "commit",
         "signatures", "dirmeta", "dirtree", "file", "details"]


class Bundle:
    """The bytes of a bundle, and where its sections lie."""

    def __init__(self, data):
        self.data = bytearray(data)
        count = struct.unpack_from("<I", data, 16)[0]
        self.sections = []
        offset = HEADER + count * ENTRY
        for i in range(count):
            type_, _, length = struct.unpack_from("<IIQ", data, HEADER + i * ENTRY + 16)
            self.sections.append((TYPES[type_ - 1], offset, length))
            offset += length
        self.table_end = HEADER + count * ENTRY

    def changed(self, offset, bytes_, rehash=False):
        data = bytearray(self.data)
        data[offset:offset + len(bytes_)] = bytes_
        if rehash:
            data[32:64] = hashlib.sha256(data[:32] + data[HEADER:self.table_end]).digest()
        return bytes(data)

    def flipped(self, offset):
        return self.changed(offset, bytes([self.data[offset] ^ 0x10]))

    def entry(self, index):
        return HEADER + index * ENTRY


class BadBundles(WorldCase):
    @classmethod
    def make_world(cls, world):
        world.make_all()
        cls.file = world.folder / "good.qpkgb"
        world.must("bundle", "create", "--repo", world.site, "--out", cls.file)
        cls.good = Bundle(cls.file.read_bytes())
        cls.pristine = FarMachine(world)
        cls.pristine.trust(cls.file)
        cls.before = cls.pristine.state()

    def setUp(self):
        self.world = self.common  # one for all: what is refused leaves it as it was
        self.far = self.pristine
        self.bad = self.world.folder / "bad.qpkgb"

    def tearDown(self):
        self.assertEqual(self.far.state(), self.before, "the state has changed")
        self.assertEqual(list(self.far.root.glob("quarantine*")), [])

    def refused(self, code, says, data=None, file=None, words=()):
        if data is not None:
            self.bad.write_bytes(data)
        answer = self.far.try_qpkg("import", file or self.bad, *words)
        self.assertEqual(answer.code, code, answer.err + answer.out)
        failures = [line for line in answer.err.splitlines() if line.startswith("Failed: ")]
        self.assertEqual(len(failures), 1, answer.err)
        self.assertIn(says, failures[0])
        return answer

    def refused_stream(self, code, says, data, *words):
        done = subprocess.run(self.command("import", "-", *words), input=data, capture_output=True, check=False)
        self.assertEqual(done.returncode, code, done.stderr)
        self.assertIn(says, done.stderr.decode())

    def command(self, *words):
        return [str(PROGRAMS / "qpkg"), "--root", str(self.far.root), *words]

    # 43: header and table

    def test_case_43_a_header_that_lies_is_refused(self):
        good = self.good
        self.refused(6, "not a bundle", good.changed(0, b"X"))
        self.refused(6, "not a bundle", b"<html>" * 100)
        self.refused(6, "version 9 of the format", good.changed(6, b"\x09"))
        self.refused(6, "4294967295 sections", good.changed(16, b"\xff" * 4))
        self.refused(6, "ends behind the end", good.changed(16, struct.pack("<I", 1 << 20)))
        self.refused(6, "unknown flags", good.changed(20, b"\x80"))
        self.refused(6, "damaged in transfer: header or table", good.changed(16, struct.pack("<I", 4)))

    def test_case_43_a_table_that_lies_is_refused_though_its_hash_is_right(self):
        good = self.good
        last = good.entry(len(good.sections) - 1)
        huge = struct.pack("<Q", (1 << 64) - 1)
        self.refused(6, "section 1", good.changed(good.entry(0) + 24, huge, rehash=True))
        self.refused(6, "it ends behind the end", good.changed(last + 24, huge, rehash=True))
        self.refused(6, "it ends behind the end", good.changed(last + 24, struct.pack("<Q", 1 << 40), rehash=True))
        self.refused(6, "the sections fill", good.changed(last + 24, struct.pack("<Q", 0), rehash=True))
        self.refused(6, "unknown type 15", good.changed(last + 16, struct.pack("<I", 15), rehash=True))
        self.refused(6, "two sections have the same key",
                     good.changed(last, good.data[last - ENTRY:last - ENTRY + 16], rehash=True))
        self.refused(6, "timestamp after", good.changed(last + 16, struct.pack("<I", 3), rehash=True))

    def test_case_43_what_a_header_claims_costs_no_memory(self):
        trivial = self.peak_memory(b"<html>" * 100)
        most = struct.pack("<QIIQ", 1 << 62, 2 << 20, 0, 0)
        claims = bytes(self.good.data[:8]) + most + bytes(32)
        self.assertLess(self.peak_memory(claims) - trivial, 2048, "KiB")

    def peak_memory(self, data):
        """KiB that an import of this stream needed at most."""
        process = subprocess.Popen(self.command("import", "-"), stdin=subprocess.PIPE, stderr=subprocess.DEVNULL)
        process.stdin.write(data)
        process.stdin.close()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        self.assertNotEqual(process.returncode, 0)
        return usage.ru_maxrss

    # 44: one bit

    def test_case_44_one_flipped_bit_is_damage_in_a_named_section(self):
        for number, (name, offset, length) in enumerate(self.good.sections, 1):
            if length > 0:
                with self.subTest(section=number):
                    where = offset + random.randrange(length)
                    self.refused(6, f"damaged in transfer: section {number} ({name})", self.good.flipped(where))

    def test_case_44_one_flipped_bit_in_header_or_table_is_refused(self):
        for offset in [*range(0, HEADER, 5), *range(HEADER, self.good.table_end, 301)]:
            with self.subTest(offset=offset):
                self.bad.write_bytes(self.good.flipped(offset))
                self.assertIn(self.far.try_qpkg("import", self.bad).code, (1, 6, 7))
                self.assertIn(self.world.qpkg("bundle", "inspect", self.bad).code, (1, 6, 7))

    def test_case_44_inspect_finds_the_damage_too(self):
        number, (name, offset, _) = len(self.good.sections), self.good.sections[-1]
        self.bad.write_bytes(self.good.flipped(offset))
        answer = self.world.qpkg("bundle", "inspect", self.bad)
        self.assertEqual(answer.code, 6, answer.err)
        self.assertIn(f"damaged in transfer: section {number} ({name})", answer.err)

    # 45: cut off

    def test_case_45_a_bundle_cut_at_any_byte_is_refused_with_a_hint(self):
        cuts = {0, 1, 7, 8, 9, 63, 64, 65, len(self.good.data) - 1}
        cuts |= {offset + shift for _, offset, _ in self.good.sections for shift in (-1, 0, 1)}
        cuts |= {random.randrange(len(self.good.data)) for _ in range(20)}
        for cut in sorted(cut for cut in cuts if cut < len(self.good.data)):
            with self.subTest(cut=cut):
                answer = self.refused(1, "cut off", bytes(self.good.data[:cut]))
                self.assertIn("hint: nothing has changed", answer.err)

    # 46: senders

    def test_case_46_more_than_announced_is_refused(self):
        self.refused(7, "more than", bytes(self.good.data) + b"x")
        self.refused_stream(7, "more than", bytes(self.good.data) * 2)

    def test_case_46_a_sender_that_never_stops_is_cut_off(self):
        process = subprocess.Popen(self.command("import", "-"), stdin=subprocess.PIPE, stderr=subprocess.PIPE)
        written = 0
        try:
            process.stdin.write(self.good.data)
            while True:
                written += process.stdin.write(bytes(65536))
        except BrokenPipeError:
            pass
        self.assertEqual(process.wait(), 7)
        self.assertLess(written, 1 << 21, "no more is read than the pipe holds")
        process.stderr.close()
        with contextlib.suppress(BrokenPipeError):
            process.stdin.close()

    def test_case_46_a_silent_sender_is_given_up(self):
        for sent in (0, 10, 64, 2000, len(self.good.data) - 1, len(self.good.data)):
            with self.subTest(sent=sent):
                begun = time.monotonic()
                process = subprocess.Popen(self.command("import", "-", "--timeout", "1"), stdin=subprocess.PIPE,
                                           stderr=subprocess.PIPE)
                process.stdin.write(self.good.data[:sent])
                process.stdin.flush()
                code = process.wait()
                self.assertEqual(code, 1)
                self.assertIn(b"silent for 1 seconds", process.stderr.read())
                self.assertLess(time.monotonic() - begun, 30)
                process.stdin.close()
                process.stderr.close()

    def test_case_46_more_than_fits_on_the_disk_is_refused_before_it_comes(self):
        claims = bytes(self.good.data[:8]) + struct.pack("<QIIQ", 1 << 62, 8, 0, 0) + bytes(32)
        self.refused_stream(7, "not enough space", claims)

    # 47: what is no plain file

    def test_case_47_what_is_no_plain_file_is_refused(self):
        link = self.world.folder / "link"
        link.symlink_to(self.file)
        fifo = self.world.folder / "fifo"
        os.mkfifo(fifo)
        device = self.world.folder / "device"
        os.mknod(device, 0o600 | stat.S_IFCHR, os.makedev(1, 5))
        setuid = self.world.folder / "setuid"
        shutil.copy(self.file, setuid)
        setuid.chmod(0o4755)
        listener = self.world.folder / "socket"
        with socket.socket(socket.AF_UNIX) as opened:
            opened.bind(str(listener))
            for odd in (link, fifo, device, setuid, listener, self.world.folder):
                with self.subTest(odd=odd.name):
                    self.refused(6, "a link" if odd == link else "a setuid file" if odd == setuid else "not a regular",
                                 file=odd)
        for odd in (link, fifo, device, setuid, listener):
            odd.unlink()

    def test_case_47_standard_input_must_carry_bytes(self):
        directory = os.open(self.world.folder, os.O_RDONLY)
        with open("/dev/zero", "rb") as zero:
            for odd in (directory, zero.fileno()):
                done = subprocess.run(self.command("import", "-"), stdin=odd, capture_output=True, check=False)
                self.assertEqual(done.returncode, 6, done.stderr)
        os.close(directory)

    def test_case_47_two_files_and_names_with_escapes_are_refused(self):
        self.assertEqual(self.far.try_qpkg("import", self.file, self.file).code, 2)
        answer = self.far.try_qpkg("import", self.world.folder / "\x1b[31mred")
        self.assertEqual(answer.code, 3, answer.err)
        self.assertNotIn("\x1b", answer.err)
        odd = self.world.folder / "\x1b[31mgreen"
        odd.write_bytes(b"no bundle" * 10)
        answer = self.far.try_qpkg("import", odd)
        self.assertEqual(answer.code, 6, answer.err)
        self.assertNotIn("\x1b", answer.err)
        odd.unlink()

    def test_case_47_the_quarantine_is_one_private_file(self):
        process = subprocess.Popen(self.command("import", "-"), stdin=subprocess.PIPE, stderr=subprocess.DEVNULL)
        process.stdin.write(self.good.data[:HEADER])
        process.stdin.flush()
        place = self.quarantine_of(process)
        self.assertTrue(stat.S_ISREG(place.stat().st_mode))
        self.assertEqual(place.stat().st_mode & 0o7777, 0o600)
        self.assertEqual(place.stat().st_dev, self.far.root.stat().st_dev)
        process.stdin.close()
        self.assertEqual(process.wait(), 1)

    def quarantine_of(self, process):
        for _ in range(1000):
            for place in pathlib.Path(f"/proc/{process.pid}/fd").iterdir():
                with contextlib.suppress(FileNotFoundError):
                    where = os.readlink(place)
                    if "quarantine-" in where and where.endswith("(deleted)"): # a moment after it was made
                        return place
            time.sleep(0.01)
        self.fail("there is no quarantine that has lost its name")


class BadVolumes(WorldCase):
    """48: what a publisher signed about the volume is not what dom0 makes of the objects."""

    def setUp(self):
        self.world = self.common  # one for all: each test has an app and a far machine of its own

    def installs(self, change):
        """A release whose signed manifest was bent by `change`, carried to a far machine and installed there."""
        name = f"bent{self.id().rsplit('_')[-1]}"
        module = self.world.make_module(f"org.example.{name}", "1.0")
        manifest = json.loads((module / "manifest.json").read_text())
        change(manifest)
        (module / "manifest.json").write_text(json.dumps(manifest, separators=(",", ":"), sort_keys=True))
        self.world.publish(module)
        bundle = self.world.folder / f"{name}.qpkgb"
        self.world.must("bundle", "create", name, "--repo", self.world.site, "--out", bundle)
        far = FarMachine(self.world, f"far-{name}")
        far.trust(bundle)
        answer = far.try_qpkg("import", bundle, "--json")
        check_schema(answer.json)
        if answer.code == 0:
            before = far.qpkg("list", "--json").out
            answer = far.try_qpkg("install", name, "--into", "q", "--yes")
            self.assertEqual(far.qpkg("list", "--json").out, before)
        return answer

    def test_case_48_another_verity_root_is_refused_root(self):
        answer = self.installs(lambda manifest: manifest["volume"].update(root="ab" * 32))
        self.assertEqual(answer.code, 6, answer.err)
        self.assertIn("ab" * 32, answer.err)

    def test_case_48_another_size_is_refused_size(self):
        def change(manifest):
            manifest["volume"]["size"] += 4096
        answer = self.installs(change)
        self.assertEqual(answer.code, 6, answer.err)
        self.assertIn("bytes", answer.err)

    def test_a_commit_that_says_another_version_than_its_manifest_is_refused_binding(self):
        answer = self.installs(lambda manifest: manifest.update(version="1.1"))
        self.assertEqual(answer.code, 5, answer.err)
        self.assertIn("its manifest says 1.1", answer.err)

    def test_case_48_an_unknown_format_is_refused_format(self):
        """The same reader refuses it at the publisher already."""
        module = self.world.make_module("org.example.bentformat", "1.0")
        manifest = (module / "manifest.json").read_text()
        for other, says in (("erofs-3", "erofs-3 is not known"), ("erofs-1", "erofs-1 is that of qpkg 0.1; build it again")):
            with self.subTest(other):
                (module / "manifest.json").write_text(manifest.replace("erofs-2", other))
                answer = self.world.qpkg("publish", module, "--repo", self.world.site, "--keys", self.world.keys)
                self.assertEqual(answer.code, 9, answer.err)
                self.assertIn(says, answer.err)


if __name__ == "__main__":
    os.environ.setdefault("LC_ALL", "C.UTF-8")
    random.seed(int(os.environ.get("QPKG_SEED", "1")))
    unittest.main()

#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""make-store gives the store of a dom0 on ext4 an XFS. Real file systems; systemctl and lvcreate are stand-ins."""

import os
import pathlib
import subprocess
import tempfile
import time
import unittest

HERE = pathlib.Path(__file__).resolve().parent
PROGRAM = HERE.parents[1] / "packaging/qubes/make-store"
# Mounts what the unit says, and unmounts it.
SYSTEMCTL = """#!/bin/bash
echo "$*" >>"$CALLS"
unit=$QPKG_UNITS/${!#}
said() { sed -n "s/^$1=//p" "$unit"; }
case $* in
    *enable*) [[ ! -e $CALLS.fail ]] && mount -t "$(said Type)" -o "$(said Options)" "$(said What)" "$(said Where)" ;;
    *disable*) umount "$(said Where)" 2>/dev/null || true ;;
esac
"""
LVCREATE = """#!/bin/bash
echo "lvcreate $*" >>"$CALLS"
exit 5
"""


class MakeStore(unittest.TestCase):
    def setUp(self):
        made = tempfile.TemporaryDirectory(prefix="qpkg-store-")
        self.addCleanup(made.cleanup)
        self.folder = pathlib.Path(made.name)
        # ext4, as dom0's root: it cannot share.
        subprocess.run(["truncate", "-s", "2G", self.folder / "disk"], check=True)
        subprocess.run(["mkfs.ext4", "-q", self.folder / "disk"], check=True)
        root = self.folder / "root"
        root.mkdir()
        subprocess.run(["mount", "-o", "loop", self.folder / "disk", root], check=True)
        self.addCleanup(subprocess.run, ["umount", root], check=True)
        self.place, self.units, bin_folder = root / "qpkg", root / "units", self.folder / "bin"
        for folder in [self.units, bin_folder]:
            folder.mkdir()
        for name, text in [("systemctl", SYSTEMCTL), ("lvcreate", LVCREATE)]:
            (bin_folder / name).write_text(text)
            (bin_folder / name).chmod(0o755)
        self.calls = self.folder / "calls"
        self.environment = {**os.environ, "PATH": f"{bin_folder}:{os.environ['PATH']}", "QPKG_STORE": str(self.place),
                            "QPKG_UNITS": str(self.units), "CALLS": str(self.calls)}

    def make(self, *words):
        return subprocess.run([PROGRAM, *words], env=self.environment, capture_output=True, text=True)

    def test_a_sparse_file_becomes_a_store_that_shares_and_keeps_what_was_there(self):
        self.place.mkdir()
        (self.place / "state.db").write_text("record")
        done = self.make("--file", self.place.parent / "store.xfs", "--size", "1G")
        self.addCleanup(subprocess.run, ["umount", self.place])
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("Done: ", done.stdout)
        self.assertEqual(sorted(path.name for path in self.place.iterdir()), ["state.db"])
        subprocess.run(["cp", "--reflink=always", self.place / "state.db", self.place / "copy"], check=True)
        [unit] = self.units.iterdir()
        escaped = subprocess.run(["systemd-escape", "--path", "--suffix=mount", self.place], capture_output=True, text=True)
        self.assertEqual(unit.name, escaped.stdout.strip())
        self.assertIn("Options=loop,noatime,nodev,nosuid,discard\n", unit.read_text())
        self.assertLess((self.place.parent / "store.xfs").stat().st_blocks * 512, 200 << 20)

        (self.place / "large").write_bytes(os.urandom(64 << 20))
        subprocess.run(["sync", "-f", self.place], check=True)
        full = (self.place.parent / "store.xfs").stat().st_blocks
        (self.place / "large").unlink()
        for _ in range(100):  # freed some time after it went, and given back with the next write of the log
            subprocess.run(["sync", "-f", self.place], check=True)
            if (self.place.parent / "store.xfs").stat().st_blocks * 512 < full * 512 - (32 << 20):
                break
            time.sleep(0.1)
        else:
            self.fail("what was removed is not given back")

        again = self.make("--file", self.place.parent / "other.xfs")
        self.assertEqual((again.returncode, again.stderr), (0, ""))
        self.assertIn("already", again.stdout)
        self.assertFalse((self.place.parent / "other.xfs").exists())

        subprocess.run(["umount", self.place], check=True)
        refused = subprocess.run([os.environ["QPKG_BIN_DIR"] + "/qpkg", "--root", self.place, "gc"],
                                 capture_output=True, text=True)
        self.assertEqual(refused.returncode, 1, refused.stdout + refused.stderr)
        self.assertIn(f"the file system of {self.place} is not mounted", refused.stderr)
        subprocess.run(["mount", "-o", "loop", self.place.parent / "store.xfs", self.place], check=True)

    def test_what_fails_leaves_nothing(self):
        self.calls.with_suffix(".fail").touch()
        failed = self.make("--file", self.place.parent / "store.xfs", "--size", "1G")
        self.assertNotEqual(failed.returncode, 0)
        no_pool = self.make()
        self.assertEqual(no_pool.returncode, 1)
        self.assertIn("Failed: no thin volume in qubes_dom0/vm-pool", no_pool.stderr)
        self.assertIn("lvcreate --quiet --virtualsize 40G --thinpool vm-pool --name qpkg-store qubes_dom0",
                      self.calls.read_text())
        self.assertEqual(list(self.place.iterdir()), [])
        self.assertEqual(list(self.units.iterdir()), [])
        self.assertFalse((self.place.parent / "store.xfs").exists())

    def test_volumes_in_use_and_words_without_sense_are_refused(self):
        for words in [["--size", "1"], ["--pool", "x;y/z"], ["--file", "relative"], ["--what"], ["--size"]]:
            with self.subTest(words):
                self.assertEqual(self.make(*words).returncode, 2)
        (self.place / "volumes").mkdir(parents=True)
        (self.place / "volumes" / f"{'0' * 64}.erofs").touch()
        refused = self.make("--file", self.place.parent / "store.xfs")
        self.assertEqual(refused.returncode, 5)
        self.assertIn("holds volumes that qubes may use", refused.stderr)


if __name__ == "__main__":
    unittest.main()

#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""`ulimit -f` of the caller: a write past it is an error with a name, never the end of qpkg in the middle of its work."""

import os
import pathlib
import resource
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from small_world import Answer  # noqa: E402
from world_case import WorldCase  # noqa: E402

KIB = 1024


class FileSizeLimitTest(WorldCase):
    copied = ("root",)

    @classmethod
    def make_world(cls, world):
        world.make_site()
        world.publish(world.make_module("org.example.big", "1.0", {"usr/share/big/data": os.urandom(900_000)}))
        world.add_repository()
        world.must("qube", "create", "work", "--base", "debian-12")

    def limited(self, limit, *words):
        env = dict(os.environ, QPKG_ROOT=str(self.world.root))
        done = subprocess.run([str(self.world.programs / "qpkg"), *words], env=env, text=True, check=False,
                              capture_output=True, stdin=subprocess.DEVNULL,
                              preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)))
        return Answer(done)

    def apps(self):
        return self.json_of("list")["apps"]

    def test_an_install_past_the_limit_says_so_and_leaves_the_state(self):
        before = self.apps()
        for limit in [0, 1 * KIB, 30 * KIB, 100 * KIB, 500 * KIB, 700 * KIB]:
            answer = self.limited(limit, "install", "big", "--into", "work", "--yes")

            self.assertEqual(answer.code, 7, f"{limit}: {answer.err}")
            self.assertIn("file size limit", answer.err, limit)
            self.assertEqual(self.apps(), before)
        self.world.must("install", "big", "--into", "work", "--yes")

    def test_a_base_past_the_limit_says_so(self):
        archive = self.common.base_archive()
        answer = self.limited(500 * KIB, "base", "import", str(archive), "--id", "other-1")

        self.assertEqual(answer.code, 7, answer.err)
        self.assertIn("file size limit", answer.err)

    def test_programs_in_a_qube_are_ended_by_a_limit_of_their_own_as_ever(self):
        """The caller's is not theirs; what qpkg does about the signal must not be either."""
        program = "ulimit -f 1; sh -c 'busybox dd if=/dev/zero of=$HOME/x bs=1M count=5' 2>&1; echo $?"
        answer = self.world.must("run", "work", "--", "sh", "-c", program)

        self.assertIn("153", answer.out)  # 128 + SIGXFSZ


if __name__ == "__main__":
    unittest.main()

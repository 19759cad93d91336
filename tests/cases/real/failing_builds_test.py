#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A build on Debian's own apt and dpkg that fails says why: the script's last words, or that the base is behind."""

import pathlib
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(HERE.parent / "support"))
from debian_base import DebianCase  # noqa: E402


class FailingBuilds(DebianCase):
    def build(self, name, postinst, **options):
        recipe, lock = self.cached_package(self.world, name, postinst, **options)
        return self.world.qpkg("build", recipe, "--lock", lock, "--out", self.world.out)

    def test_a_script_gives_its_reason_on_either_stream(self):
        answer = self.build("sad", 'echo "no frobnicator"\necho "install one first" >&2\nexit 3\n')

        self.assertEqual(answer.code, 1, answer.err)
        self.assertIn("install sad: installed sad package post-installation script subprocess returned error exit status 3; "
                      "its last words: no frobnicator; install one first\n", answer.err)

    def test_a_package_of_the_base_that_is_newer_in_the_archive_is_named(self):
        answer = self.build("netbase", "true\n", version="99.0")  # brings nothing of what the base's has

        self.assertEqual(answer.code, 4, answer.err)
        self.assertRegex(answer.err, "the archive is newer than the base: netbase 99.0 needed, [0-9.]+ there\n"
                                     "hint: build a newer base")


if __name__ == "__main__":
    unittest.main()

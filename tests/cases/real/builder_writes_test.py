#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A package whose scripts turn directories of the builder's tree into links out of it writes nothing on the host."""

import pathlib
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(HERE.parent / "support"))
from debian_base import DebianCase  # noqa: E402


class BuilderWrites(DebianCase):
    def setUp(self):
        super().setUp()
        self.victim = self.world.folder / "victim"
        self.victim.mkdir(exist_ok=True)

    def build(self, name, postinst):
        recipe, lock = self.cached_package(self.world, name, postinst)
        answer = self.world.qpkg("build", recipe, "--lock", lock, "--out", self.world.out)
        self.assertEqual(list(self.victim.iterdir()), [])
        return answer

    def test_a_link_where_the_build_writes_is_refused_by_name(self):
        answer = self.build("writer", f"ln -s {self.victim} /usr/lib/extension-release.d\n"
                                      f"mkdir -p /usr/share/qpkg; ln -s {self.victim} /usr/share/qpkg/org.debian.writer\n"
                                      "echo 'x; APT { Update { Pre-Invoke { \"id\"; }; }; }; //:x:64000:' >>/etc/group\n"
                                      "echo 'fine:x:64001:' >>/etc/group\n")
        self.assertEqual(answer.code, 6, answer.err)
        self.assertIn("that writer made: /usr/lib/extension-release.d is a symbolic link", answer.err)

    def test_a_link_in_the_place_of_a_directory_of_the_base_is_refused_by_name(self):
        answer = self.build("displacer", f"rm -rf /usr/share/doc; ln -s {self.victim} /usr/share/doc\n")
        self.assertEqual(answer.code, 4, answer.err)
        self.assertIn("installing displacer puts something in the place of a directory of the base: /usr/share/doc",
                      answer.err)

    def test_links_at_the_modules_own_place_are_left_out(self):
        answer = self.build("owner", f"mkdir -p /usr/share/qpkg; ln -s {self.victim} /usr/share/qpkg/org.debian.owner\n")
        self.assertEqual(answer.code, 0, answer.err)

    def test_an_account_that_is_none_becomes_no_line(self):
        answer = self.build("counter", "echo 'x; APT { Update { Pre-Invoke { \"id\"; }; }; }; //:x:64000:' >>/etc/group\n")
        self.assertEqual(answer.code, 0, answer.err)
        self.assertIn("no account of a module", answer.out + answer.err)


if __name__ == "__main__":
    unittest.main()

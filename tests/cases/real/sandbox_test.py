#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The attacks of ../builder_test.py by real packages on a real base, whose dpkg runs them; and that a base is built with no
terminal in reach."""

import os
import pathlib
import pty
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "support"))
from builder_test import BuilderWorld  # noqa: E402
from debian_base import DebianCase  # noqa: E402
from world_case import PROGRAMS  # noqa: E402

TYPIST = r"""#!/usr/bin/perl
my $typed = 0;
for my $name ("/dev/tty", "/dev/fd/0", "/dev/fd/1", "/dev/fd/2", "/dev/fd/9") {
    open(my $terminal, "+<", $name) or next;
    for my $key (split //, "echo typed\n") { $typed = 1 if ioctl($terminal, 0x5412, $key) }
}
open(my $report, ">", "/usr/share/made/report");
print $report $typed ? "typed\n" : "not typed\n";
"""
KERNEL = """#!/bin/sh
{ v=$(cat /proc/irq/default_smp_affinity); (echo "$v" >/proc/irq/default_smp_affinity) && echo IRQ
for f in /proc/bus/pci/*/*; do (exec 9<>"$f") && echo PCI; break; done
perl -e 'print "KEYS\\n" if syscall(250, 0, -3, 1) >= 0; print "NAMESPACE\\n" if syscall(272, 0x10000000) == 0'
} >/usr/share/made/report 2>/dev/null
exit 0
"""


class DebianWorld(BuilderWorld):
    """A package is a real one, with the script as its postinst."""

    @staticmethod
    def write_package(file, name, script):
        with tempfile.TemporaryDirectory() as folder:
            tree = pathlib.Path(folder)
            (tree / "DEBIAN").mkdir()
            (tree / "DEBIAN/control").write_text(f"Package: {name}\nVersion: 1.0\nArchitecture: all\n"
                                                 "Maintainer: x <x@example.org>\nDescription: x\n")
            (tree / "DEBIAN/postinst").write_text(script)
            (tree / "DEBIAN/postinst").chmod(0o755)
            (tree / "usr/share/made").mkdir(parents=True)
            (tree / "usr/share/made/made").write_text("made\n")
            subprocess.run(["dpkg-deb", "--root-owner-group", "-Zgzip", "-b", folder, file], check=True,
                           stdout=subprocess.DEVNULL)


class SandboxTest(DebianCase):
    def setUp(self):
        self.world = DebianWorld(self.common.folder, PROGRAMS)

    def test_a_package_does_not_type_into_the_terminal_of_the_builder(self):
        self.world.package("typist", TYPIST)
        words = [str(PROGRAMS / "qpkg"), "--root", str(self.world.root), *self.world.words("typist")]
        child, terminal = pty.fork()
        if child == 0:
            os.dup2(0, 9)
            os.execv(words[0], words)
        heard = b""
        try:
            while got := os.read(terminal, 65536):
                heard += got
        except OSError:
            pass
        os.close(terminal)

        self.assertEqual(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), 0, heard)
        self.assertEqual(self.world.report("typist"), "not typed\n")

    def test_a_package_reaches_nothing_of_the_hosts_kernel(self):
        answer = self.world.build("kernel", KERNEL)

        self.assertEqual(answer.code, 0, answer.err)
        self.assertEqual(self.world.report("kernel"), "")

    def test_a_script_and_a_test_that_read_find_the_end_at_once(self):
        answer = self.world.build("asks", "#!/bin/sh\ntimeout 20 cat; echo $? > /usr/share/made/report",
                                  test="timeout 20 cat")

        self.assertEqual(answer.code, 0, answer.err)
        self.assertEqual(self.world.report("asks"), "0\n")


if __name__ == "__main__":
    unittest.main()

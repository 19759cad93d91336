#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a maintainer script does to the machine that builds: nothing; and what a build tells when it fails: the script's own
reason. The base's apt-get is a stand-in that runs the package's file as such a script; all else is what a build does."""

import hashlib
import os
import pathlib
import pty
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from small_world import APPLETS, SmallWorld  # noqa: E402
from world_case import WorldCase  # noqa: E402

MORE_APPLETS = ("chown", "chmod", "head", "timeout", "seq", "cut", "grep", "wc", "dd")
APT_GET = """#!/bin/sh
for file; do :; done
mkdir -p /usr/share/made /var/lib/dpkg/info
: > /var/lib/dpkg/status
echo made > /usr/share/made/made
exec sh "$file"
"""
TYPIST = r"""
#include <fcntl.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>
static int types(int fd) {
    int typed = 0;
    for (const char *c = "echo typed\n"; *c; ++c) typed |= ioctl(fd, TIOCSTI, c) == 0;
    return typed;
}
int main(void) {
    int typed = 0;
    for (int fd = 0; fd < 20; ++fd) typed |= types(fd) || (fd > 2 && isatty(fd));
    int fd = open("/dev/tty", O_RDWR);
    if (fd >= 0) typed |= types(fd);
    puts(typed || fd >= 0 ? "typed" : "not typed");
    return 0;
}
"""

# Prints the calls that were answered otherwise than by the sandbox.
CALLS = r"""
#include <errno.h>
#include <linux/sched.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>
static void refused(const char *name, int with, long result) {
    if (result != -1 || errno != with) printf("%s: %ld, errno %d\n", name, result, errno);
}
int main(void) {
    refused("TIOCSTI", EPERM, syscall(SYS_ioctl, 0, TIOCSTI, "x"));
    refused("TIOCSTI with an upper half", EPERM, syscall(SYS_ioctl, 0, 0x700000000UL | TIOCSTI, "x"));
    refused("TIOCLINUX", EPERM, syscall(SYS_ioctl, 0, TIOCLINUX, "x"));
    refused("keyctl", EPERM, syscall(SYS_keyctl, 0, -3, 1));
    refused("unshare", EPERM, syscall(SYS_unshare, CLONE_NEWUSER));
    long child = syscall(SYS_clone, CLONE_NEWUSER | 17, 0, 0, 0, 0);
    if (child == 0) _exit(0);
    refused("clone", EPERM, child);
    refused("clone3", ENOSYS, syscall(SYS_clone3, 0, 0));
    refused("io_uring_setup", ENOSYS, syscall(SYS_io_uring_setup, 1, 0));
    refused("ptrace", EPERM, syscall(SYS_ptrace, 0, 0, 0, 0));
    refused("mount_setattr", EPERM, syscall(SYS_mount_setattr, -1, "", 0, 0, 0));
    refused("a new call", ENOSYS, syscall(457, 0, 0, 0, 0));
    return 0;
}
"""


# What dpkg says of a script that failed.
FAILED = """echo 'dpkg: error processing package {0} (--configure):' >&2
echo ' installed {0} package post-installation script subprocess returned error exit status 3' >&2
for i in 1 2 3 4 5 6; do echo "E: apt's own words" >&2; done; exit 100"""
OLD_LIBRARY = {"var/lib/dpkg/status": "Package: libthing\nVersion: 1.0\n", "usr/lib/libthing.so.1.0": "x",
               "var/lib/dpkg/info/libthing.list": "/.\n/usr\n/usr/lib\n/usr/lib/libthing.so.1.0\n"}
LETTERS = "Übersetzer für Médiathèques"


def compiled(source):
    with tempfile.TemporaryDirectory() as folder:
        program = pathlib.Path(folder) / "program"
        subprocess.run(["gcc", "-static", "-O1", "-x", "c", "-", "-o", program], input=source, text=True, check=True)
        return program.read_bytes()


def with_libraries(path, program):
    """A program of this machine at `path` of a base, and what it loads: busybox's sh would take its own setpriv."""
    listed = subprocess.run(["ldd", program], check=True, capture_output=True, text=True).stdout
    needed = [word for word in listed.split() if word.startswith("/")]
    return {path: pathlib.Path(program).read_bytes(),
            **{name.lstrip("/") if "ld-linux" in name else "usr/lib/" + pathlib.Path(name).name:
               pathlib.Path(name).read_bytes() for name in needed}}


class BuilderWorld(SmallWorld):
    """A package is a script: NAME_1.0_all.deb in the cache, with a lock file and a recipe."""

    def package(self, name, script, test="true", summary="x"):
        cache = self.root / "cache/debian-12/apt/archives"
        cache.mkdir(parents=True, exist_ok=True)
        file = cache / f"{name}_1.0_all.deb"
        self.write_package(file, name, script)
        commit = self.must("base", "list", "--json").json["bases"][0]["commit"]
        digest = hashlib.sha256(file.read_bytes()).hexdigest()
        (self.folder / f"{name}.lock").write_text(
            f"qpkg-lock 1\nbase debian-12 {commit}\nepoch 1767225600\n"
            f"package {name} 1.0 all {digest} {file.stat().st_size} http://deb.example/{name}.deb\n")
        (self.folder / f"{name}.toml").write_text(
            f'[app]\nid = "org.example.{name}"\nbase = "debian-12"\nsummary = "{summary}"\n[source]\ntype = "packages"\n'
            f'packages = ["{name}"]\n[test]\nrun = ["{test}"]\n')

    @staticmethod
    def write_package(file, _, script):
        file.write_text(script)

    def words(self, name, *more):
        return ["build", str(self.folder / f"{name}.toml"), "--lock", str(self.folder / f"{name}.lock"),
                "--out", str(self.folder / "built"), *more]

    def build(self, name, script, *more, **options):
        self.package(name, script, **options)
        return self.qpkg(*self.words(name, *more))

    def report(self, name):
        """What the script wrote to /usr/share/made/report."""
        repository = self.folder / "built" / f"org.example.{name}" / "ostree"
        ref = subprocess.run(["ostree", f"--repo={repository}", "refs"], check=True, capture_output=True, text=True)
        done = subprocess.run(["ostree", f"--repo={repository}", "cat", ref.stdout.split()[0],
                               "/usr/share/made/report"], check=True, capture_output=True, text=True)
        return done.stdout


class BuilderTest(WorldCase):
    @classmethod
    def make_world(cls, world):
        applets = tuple(name for name in APPLETS + MORE_APPLETS if name != "sh")
        files = {"usr/bin/apt-get": APT_GET, "usr/bin/typist": compiled(TYPIST), "usr/bin/calls": compiled(CALLS),
                 **OLD_LIBRARY, **with_libraries("usr/bin/sh", "/usr/bin/dash"), **with_libraries("usr/bin/setpriv", "/usr/bin/setpriv")}
        world.must("base", "import", world.base_archive(applets, files), "--id", "debian-12")

    def setUp(self):
        super().setUp()
        self.world = BuilderWorld(self.world.folder, self.world.programs)

    def fails(self, answer, code, words):
        self.assertEqual(answer.code, code, answer.err)
        self.assertIn(words, answer.err)
        self.assertFalse((self.world.folder / "built/org.example.greedy").exists())

    def test_a_package_does_not_type_into_the_terminal_of_the_builder(self):
        self.world.package("typist", "typist > /usr/share/made/report")
        words = [str(self.world.programs / "qpkg"), "--root", str(self.world.root), *self.world.words("typist")]
        child, terminal = pty.fork()
        if child == 0:
            os.dup2(0, 9)  # as a shell may have it open
            os.execv(words[0], words)
        try:
            while os.read(terminal, 65536):
                pass
        except OSError:
            pass
        os.close(terminal)

        self.assertEqual(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), 0)
        self.assertEqual(self.world.report("typist"), "not typed\n")

    def test_a_package_reaches_no_setting_of_the_hosts_kernel(self):
        script = """
{ v=$(cat /proc/irq/default_smp_affinity); (echo "$v" >/proc/irq/default_smp_affinity) && echo IRQ
for f in /proc/bus/pci/*/*; do (exec 9<>"$f") && echo PCI; break; done
for f in /proc/kcore /proc/keys /proc/timer_list /proc/kallsyms; do [ -z "$(head -c 1 $f)" ] || echo $f; done
ls /sys; ls /proc/scsi; } >/usr/share/made/report 2>/dev/null
true"""
        self.assertEqual(self.world.build("kernel", script).code, 0)

        self.assertEqual(self.world.report("kernel"), "")

    def test_a_package_is_refused_what_container_runtimes_refuse(self):
        self.assertEqual(self.world.build("calls", "calls > /usr/share/made/report").code, 0)

        self.assertEqual(self.world.report("calls"), "")

    def test_a_script_and_a_test_that_read_find_the_end_at_once(self):
        answer = self.world.build("asks", "timeout 20 cat; echo $? > /usr/share/made/report", test="timeout 20 cat")

        self.assertEqual(answer.code, 0, answer.err)
        self.assertEqual(self.world.report("asks"), "0\n")

    def test_a_script_that_fails_is_quoted_with_both_its_streams(self):
        script = "echo 'Setting up greedy (1.0) ...'; echo 'no frobnicator'; echo 'install one first' >&2\n"

        answer = self.world.build("greedy", script + FAILED.format("greedy"))

        self.fails(answer, 1, "install greedy: installed greedy package post-installation script subprocess returned error "
                              "exit status 3; its last words: no frobnicator; install one first\n")
        self.assertIn("hint: with -v", answer.err)

    def test_all_that_a_script_says_is_told_with_v(self):
        script = "for i in 1 2 3 4 5 6 7 8 9; do echo line $i; done\n" + FAILED.format("greedy")

        self.assertIn("line 1\n", self.world.build("greedy", script, "-v").err)
        self.assertNotIn("line 1\n", self.world.build("greedy", script).err)

    def test_a_test_that_fails_is_quoted_with_both_its_streams(self):
        answer = self.world.build("greedy", "true", test="echo on output; echo on errors >&2; exit 7")

        self.fails(answer, 1, "ended with 7; its last words: on output; on errors\n")
        self.assertIn(", and said nothing\n", self.world.build("greedy", "true", test="exit 7").err)

    def test_an_archive_that_is_newer_than_the_base_is_named_by_its_package(self):
        status = "printf 'Package: libthing\\nVersion: 1.1\\n' > /var/lib/dpkg/status; mkdir -p /var/lib/dpkg/info\n"
        own_list = "echo /usr/lib/libthing.so.1.1 > /var/lib/dpkg/info/libthing.list; rm /usr/lib/libthing.so.1.0"

        self.fails(self.world.build("greedy", status + own_list), 4,
                   "the archive is newer than the base: libthing 1.1 needed, 1.0 there\nhint: build a newer base")

    def test_a_file_that_a_script_removes_is_named_by_its_path(self):
        self.fails(self.world.build("greedy", "rm /usr/bin/calls"), 4, "which a module cannot do: /usr/bin/calls")

    def test_a_description_keeps_its_letters_from_the_package_to_the_client(self):
        script = f"printf 'Package: words\\nDescription: {LETTERS}\\n' > /var/lib/dpkg/status; mkdir -p /usr/bin\n"
        answer = self.world.build("words", script + ": > /var/lib/dpkg/info/words.list; echo x > /usr/bin/words", summary="")
        self.assertIn(LETTERS, answer.out)
        self.world.make_keys()
        self.world.publish(self.world.folder / "built/org.example.words")
        self.world.add_repository()

        self.assertEqual(self.json_of("info", "words")["summary"], LETTERS)
        self.assertIn(LETTERS, self.world.must("search", "words").out)
        self.assertIn(LETTERS, self.world.must("search", "médiathèques").out)

    def limited(self, line):
        config = self.world.folder / "limits.toml"
        config.write_text(f"[build]\n{line}\n")
        return ["--config", str(config)]

    def test_a_package_that_forks_without_end(self):
        script = "i=0; while [ $i -lt 500 ]; do sleep 20 & i=$((i+1)); done; wait"

        answer = self.world.build("greedy", script, *self.limited("processes = 60"))

        self.fails(answer, 7, "the build used more than 60 processes")
        self.assertIn("[build]", answer.err)

    def test_a_package_that_takes_memory(self):
        answer = self.world.build("greedy", "dd if=/dev/zero of=/usr/share/made/x bs=150M count=1; sleep 20",
                                  *self.limited("memory_mib = 100"))

        self.fails(answer, 7, "the build used more than 100.0 MiB of memory")

    def test_a_package_that_fills_the_disk(self):
        answer = self.world.build("greedy", "dd if=/dev/zero of=/usr/share/made/x bs=1M count=60; sleep 20",
                                  *self.limited("disk_mib = 30"))

        self.fails(answer, 7, "the build used more than 30.0 MiB of disk")

    def test_limits_are_numbers_with_known_names(self):
        for line in ["processes = 0", "processes = \"many\"", "memory = 5", "minutes = -1"]:
            answer = self.world.qpkg("list", *self.limited(line))

            self.assertEqual(answer.code, 2, line)
            self.assertIn("limits.toml:2:", answer.err)


if __name__ == "__main__":
    unittest.main()

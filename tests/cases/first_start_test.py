#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Accounts, state and first start of apps: what belongs to one qube is made there, and stays its own."""

import pathlib
import shutil
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from small_world import APPLETS  # noqa: E402
from world_case import WorldCase  # noqa: E402

TOOLS = (*APPLETS, "stat", "readlink", "chown", "grep", "wc")


def base_files(number):
    """A base with an account of its own, once with one number and once with another."""
    return {"etc/passwd": f"root:x:0:0:root:/root:/bin/sh\nold:x:{number}:{number}::/:/bin/false\n"
                          "user:x:1000:1000::/home/user:/bin/sh\n",
            "etc/group": f"root:x:0:\nold:x:{number}:\nuser:x:1000:\n"}


def module(name, files):
    return {f"usr/bin/{name}": "#!/bin/sh\n\"$@\"\n", **files}


class FirstStartCase(WorldCase):
    def shell(self, qube, script, *words):
        answer = self.world.qpkg("run", qube, *words, "--", "sh", "-c", script)
        self.assertEqual(answer.code, 0, answer.err)
        return answer

    def rw(self, qube):
        return self.world.root / "qubes" / qube / "rw"


class OneWorldCase(FirstStartCase):
    copied = ("nothing",)

    def setUp(self):
        super().setUp()
        self.world = self.common


class Accounts(OneWorldCase):
    @classmethod
    def make_world(cls, world):
        world.must("base", "import", world.base_archive(TOOLS, base_files(101)), "--id", "debian-12")
        world.make_keys()
        one = {"usr/lib/sysusers.d/one.conf": "u served -\ng extra -\n"}
        two = {"usr/lib/sysusers.d/two.conf": "u served 101\n"}
        world.publish(world.make_module("org.example.one", "1.0", module("one", one)),
                      world.make_module("org.example.two", "1.0", module("two", two)))
        world.add_repository()

    def qube(self, name, *apps):
        self.world.must("qube", "create", name, "--base", "debian-12")
        for app in apps:
            self.world.must("install", app, "--into", name, "--yes")

    def test_numbers_are_kept_in_the_qube_and_only_added_to(self):
        self.qube("kept", "two")
        self.assertEqual(self.shell("kept", "two grep served: /etc/passwd").out, "served:x:58000:58000::/:/usr/sbin/nologin\n")
        file = self.rw("kept") / "config/qpkg/accounts"
        self.assertEqual(file.read_text(), "qpkg-accounts-1\n58000 org.example.two served\n")

        self.world.must("install", "one", "--into", "kept", "--yes")

        self.assertEqual(self.shell("kept", "one id served; two id served").out,
                         "uid=58001(served) gid=58001(served) groups=58001(served)\n"
                         "uid=58000(served) gid=58000(served) groups=58000(served)\n")
        self.world.must("remove", "two", "--from", "kept", "--yes")
        self.shell("kept", "true")
        self.assertEqual(file.read_text(), "qpkg-accounts-1\n58000 org.example.two served\n58001 org.example.one served\n"
                                           "58002 org.example.one extra\n")

    def test_a_file_of_numbers_that_is_broken_deals_out_nothing(self):
        self.qube("broken", "one")
        file = self.rw("broken") / "config/qpkg/accounts"
        file.parent.mkdir(parents=True)
        file.write_text("qpkg-accounts-1\n58000 org.example.other ser")

        answer = self.world.qpkg("run", "broken", "--", "sh", "-c", "command -v one || echo hidden")

        self.assertEqual(answer.out, "hidden\n")
        self.assertIn("org.example.one: skipped: /rw/config/qpkg/accounts: line 2: does not end", answer.err)
        self.assertEqual(file.read_text(), "qpkg-accounts-1\n58000 org.example.other ser")


APP, NAME = "org.example.served", "served"
INIT = """#!/bin/sh
test -e /var/lib/served/cluster && { echo "a cluster is there" >&2; exit 3; }
echo "made by $(id -u):$(id -g) in $PWD" > /var/lib/served/cluster
ls -A /home /rw /tmp > /var/lib/served/seen 2>&1
grep -c : /proc/net/dev > /var/lib/served/devices
grep -E '^(NoNewPrivs|CapEff|Groups)' /proc/self/status > /var/lib/served/rights
test -e /etc/served-fails && { echo "no room" >&2; exit 5; }
exit 0
"""


def first_start(*programs, user="served", state=("served",), app=APP):
    lines = [f"qpkg-first-start-1 {app}", f"user {user}", *(f"state {name}" for name in state)]
    for words in programs:
        lines += ["run", *(f"word {word}" for word in words)]
    return "".join(f"{line}\n" for line in lines)


def served(init=INIT, **files):
    return module(NAME, {"usr/lib/sysusers.d/served.conf": "u served - \"Serves\" /var/lib/served\n", "usr/libexec/init": init,
                         f"usr/share/qpkg/{APP}/first-start": first_start(["/usr/libexec/init"]), **files})


class FirstStart(FirstStartCase):
    @classmethod
    def make_world(cls, world):
        files = {**base_files(101), "var/lib/base/file": "x"}
        world.must("base", "import", world.base_archive(TOOLS, files), "--id", "debian-12")
        world.make_keys()
        third = module("third", {"usr/share/qpkg/org.example.third/first-start":
                                 first_start(user="user", state=("base",), app="org.example.third")})
        second = module("second", {"usr/share/qpkg/org.example.second/first-start":
                                   first_start(user="user", app="org.example.second")})
        world.publish(world.make_module(APP, "1.0", served()),
                      world.make_module("org.example.second", "1.0", second),
                      world.make_module("org.example.third", "1.0", third))
        world.add_repository()

    def setUp(self):
        super().setUp()
        self.trust_own_copy()
        self.world.must("qube", "create", "work", "--base", "debian-12")

    def state(self, *names):
        return self.rw("work").joinpath("qpkg/state", APP, *names)

    def install(self, *words, app=NAME):
        return self.world.must("install", app, "--into", "work", "--yes", *words)

    def publish(self, version, files):
        self.world.publish(self.world.make_module(APP, version, files))

    def test_the_plan_tells_what_would_run_and_nothing_runs_unasked(self):
        plan = self.install().out
        self.assertRegex(plan, r"APP +AS +RUNS ONCE, WHEN ALLOWED\n +served +served +/usr/libexec/init\n")
        for words in ("served: /var/lib/served", "first-start", "no: it asks to",
                      f"--allow {APP}:first-start"):
            self.assertIn(words, plan)

        answer = self.shell("work", "served ls -A /var/lib/served; stat -c '%a %u:%g' /rw/qpkg/state", "-v")

        self.assertEqual(answer.out, "700 0:0\n")
        self.assertIn("its first start waits until somebody allows it", answer.err)
        info = self.state("served").stat()
        self.assertEqual((info.st_uid, info.st_gid, info.st_mode & 0o7777), (58000, 58000, 0o755))

    def test_it_runs_once_as_the_apps_account_and_sees_nothing_of_the_qube(self):
        self.shell("work", "echo mine > /home/user/private; touch /tmp/others")
        self.install("--allow", "served:first-start")

        self.assertEqual(self.shell("work", "served cat /var/lib/served/cluster").out, "made by 58000:58000 in /\n")
        self.assertEqual(self.state("served/seen").read_text(), "/home:\n\n/rw:\n\n/tmp:\n")
        self.assertEqual(self.state("served/devices").read_text(), "1\n")
        self.assertEqual(self.state("served/rights").read_text().split(),
                         ["Groups:", "CapEff:", "0000000000000000", "NoNewPrivs:", "1"])
        self.assertTrue(self.state(".first-start").exists())

        self.state("served/cluster").write_text("used")
        self.assertEqual(self.shell("work", "served cat /var/lib/served/cluster").out, "used")

    def test_tmpfiles_d_makes_what_lies_in_its_state(self):
        lines = "d /var/lib/served/made 0750 served served\nd /var/lib/served/roots 0755\nd /var/lib/other\n"
        self.publish("1.1", served(**{"usr/lib/tmpfiles.d/served.conf": lines}))
        self.install()
        answer = self.shell("work", "true", "-v")
        info = self.state("served/made").stat()
        self.assertEqual((info.st_uid, info.st_gid, info.st_mode & 0o7777), (58000, 58000, 0o750))
        self.assertIn("/var/lib/served/roots: it would lie in a folder of another user", answer.err)
        self.assertIn("line 3: /var/lib/other: lasts, and is no state that the recipe names", answer.err)
        self.assertEqual([path.name for path in self.state("served").iterdir()], ["made"])

    def test_a_failure_is_told_leaves_nothing_and_is_tried_again(self):
        self.publish("1.1", served(**{"etc/served-fails": "x"}))
        self.install("--allow", "served:first-start")

        for _ in range(2):
            answer = self.world.qpkg("run", "work", "--", "sh", "-c", "command -v served || echo hidden")
            self.assertEqual(answer.out, "hidden\n")
            self.assertIn("org.example.served: skipped: first start: /usr/libexec/init ended with 5: no room", answer.err)
            self.assertEqual(list(self.state("served").iterdir()), [])

        self.publish("1.2", served())
        self.world.must("upgrade", "--yes")
        self.assertIn("made by 58000", self.shell("work", "served cat /var/lib/served/cluster").out)

    def test_what_a_power_cut_left_goes_and_what_was_there_before_stays(self):
        self.install()
        self.shell("work", "true")
        self.state(".first-start-began").write_text("")
        self.state("served/cluster").write_text("half")
        self.install("--allow", "served:first-start")
        self.assertIn("made by 58000", self.shell("work", "served cat /var/lib/served/cluster").out)

        self.state(".first-start").unlink()
        answer = self.world.qpkg("run", "work", "--", "true")
        self.assertIn("ended with 3: a cluster is there", answer.err)
        self.assertIn("made by 58000", self.state("served/cluster").read_text())

    def test_an_upgrade_keeps_the_state_and_runs_nothing_again(self):
        self.install("--allow", "served:first-start")
        self.shell("work", "true")
        self.state("served/cluster").write_text("used")
        self.publish("2.0", served("#!/bin/sh\necho other > /var/lib/served/cluster\n"))

        self.assertEqual([row["starts"] for row in self.json_of("upgrade", "--yes")["services"]], ["confined"])

        self.assertEqual(self.shell("work", "served cat /var/lib/served/cluster").out, "used")

    def test_removal_says_what_stays_and_deletes_it_when_asked(self):
        self.install("--allow", "served:first-start")
        self.shell("work", "true")
        self.state("served/cluster").write_text("used")
        kept = ["served: /rw/qpkg/state/org.example.served in work"]
        self.assertEqual(self.json_of("remove", "served", "--from", "work", "--yes")["state_kept"], kept)
        self.install()
        self.assertEqual(self.shell("work", "served cat /var/lib/served/cluster").out, "used")

        done = self.json_of("remove", "served", "--from", "work", "--yes", "--delete-state")

        self.assertEqual(done["state_deleted"], kept)
        self.assertFalse(self.state().exists())
        self.assertIn("58000 org.example.served served", (self.rw("work") / "config/qpkg/accounts").read_text())
        self.install("--allow", "served:first-start")
        self.assertIn("made by 58000", self.shell("work", "served cat /var/lib/served/cluster").out)

    def test_state_of_an_app_that_is_there_is_not_forgotten(self):
        self.install("--allow", "served:first-start")
        answer = self.world.qpkg("run", "work", "--as-root", "--", "/run/qpkg/libexec/qpkg-agent", "forget", APP)
        self.assertEqual((answer.code, answer.err), (4, "qpkg-agent: org.example.served is in this qube\n"))
        self.assertTrue(self.state("served/cluster").exists())

    def test_state_is_of_one_app_and_not_of_the_base(self):
        self.install("--allow", "served:first-start")
        answer = self.world.qpkg("run", "work", "--", "cat", f"/rw/qpkg/state/{APP}/served/cluster")
        self.assertIn("Permission denied", answer.err)

        self.install(app="second")
        answer = self.world.qpkg("run", "work", "--", "second", "ls", "-A", "/var/lib/served")
        self.assertEqual(answer.out, "")
        self.assertIn("org.example.served: skipped: its state /var/lib/served is of org.example.second", answer.err)

        self.install(app="third")
        answer = self.world.qpkg("run", "work", "--", "true")
        self.assertIn("org.example.third: skipped: its state /var/lib/base is the base's own", answer.err)

    def test_only_the_confined_first_start_can_be_allowed(self):
        answer = self.world.qpkg("install", "served", "--into", "work", "--yes", "--allow-as-root", "served:first-start")
        self.assertEqual(answer.code, 2, answer.err)
        self.assertIn("a first start runs confined, or not at all", answer.err)

    def test_a_manifest_that_hides_a_first_start_is_not_installed(self):
        manifest = self.world.make_module(APP, "3.0", served()) / "manifest.json"
        text = manifest.read_text()
        for old, new in [("/usr/libexec/init", "/usr/libexec/other"), ('"user":"served"', '"user":"user"')]:
            self.assertIn(old, text)
            manifest.write_text(text.replace(old, new))
            self.world.publish(manifest.parent)
            answer = self.world.qpkg("install", "served", "--into", "work", "--yes")
            self.assertEqual(answer.code, 6, answer.err)
            self.assertIn("what it would show or do in a qube is not what its manifest says", answer.err)


class OtherBase(OneWorldCase):
    """The private disk of a qube over another base, in which the base's account has another number."""

    @classmethod
    def make_world(cls, world):
        world.must("base", "import", world.base_archive(TOOLS, base_files(101)), "--id", "debian-12")
        world.make_keys()
        world.publish(world.make_module(APP, "1.0", served()))
        world.add_repository()
        world.must("qube", "create", "first", "--base", "debian-12")
        world.must("install", "served", "--into", "first", "--yes", "--allow-services")
        moved = base_files(102)
        moved["etc/passwd"] += "served:x:103:103::/:/bin/false\n"
        world.must("base", "import", world.base_archive(TOOLS, moved), "--id", "debian-12", "--level", "2")
        world.publish(world.make_module(APP, "1.1", served()))
        world.must("qube", "create", "second", "--base", "debian-12")
        world.must("install", "served", "--into", "second", "--yes", "--allow-services")

    def test_files_stay_whose_they_are(self):
        own = "served sh -c 'stat -c \"%n %U %u\" /var/lib/served/cluster /home/of-served'"
        self.assertEqual(self.shell("first", "grep ^old: /etc/passwd").out, "old:x:101:101::/:/bin/false\n")
        self.shell("first", "touch /home/of-base /home/of-served; chown 101 /home/of-base; chown 58000 /home/of-served",
                   "--as-root")
        before = self.shell("first", own, "--as-root").out
        self.assertEqual(before, "/var/lib/served/cluster served 58000\n/home/of-served served 58000\n")
        for folder in ("rw", "home"):
            there = self.world.root / "qubes/second" / folder
            shutil.rmtree(there, ignore_errors=True)
            subprocess.run(["cp", "-a", self.world.root / "qubes/first" / folder, there], check=True)

        self.assertEqual(self.shell("second", "grep ^old: /etc/passwd").out, "old:x:102:102::/:/bin/false\n")
        self.assertEqual(self.shell("second", own, "--as-root").out, before)
        self.assertEqual(self.shell("second", "served cat /var/lib/served/cluster").out, "made by 58000:58000 in /\n")


if __name__ == "__main__":
    unittest.main()

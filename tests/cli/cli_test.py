#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The program from outside: what it prints, what it exits with, and that every JSON document obeys its schema."""

import os
import pathlib
import shutil
import subprocess
import sys
import unittest


HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))
from small_world import SmallWorld  # noqa: E402
from world_case import KILLED, PROGRAMS, WorldCase, check_schema  # noqa: E402
sys.path.append(str(HERE.parent / "lint"))
import hints  # noqa: E402


class CommandLine(WorldCase):
    def setUp(self):
        super().setUp()
        self.trust_own_copy()

    def state(self):
        """All that a failed command must leave as it was; what planning has fetched is content for gc, not state."""
        status = self.world.must("status", "--json").json
        for changes in ("reclaimable", "problems", "warnings"):  # why a repository failed is remembered
            status.pop(changes, None)
        return status

    def fails(self, code, *words, says="", hint=""):
        """The command fails so, tells it in text and in JSON, and leaves the state as it was."""
        before = self.state()
        answer = self.world.qpkg(*words)
        self.assertEqual(answer.code, code, answer.err + answer.out)
        self.assertIn(says, answer.err)
        self.assertIn(hint, answer.err)
        self.assertTrue(answer.err.splitlines()[0].startswith("Failed: "), answer.err)
        document = self.json_of(*words, code=code)
        self.assertFalse(document["ok"])
        self.assertEqual(document["error"]["code"], code)
        self.assertEqual(self.state(), before)

    def install(self, *words):
        return self.world.must("install", *words, "--yes")

    # Installing

    def test_an_install_is_told_as_plan_and_closing_line(self):
        answer = self.install("hello", "--into", "work")
        self.assertIn("QUBE", answer.out)
        self.assertIn("Done: hello 1.0 is in work, generation 1.", answer.out)
        self.assertEqual([app["app"] for app in self.json_of("list", "work")["apps"]], ["org.example.hello"])

    def test_a_second_qube_fetches_nothing_and_says_so(self):
        self.install("hello", "--into", "work")
        answer = self.install("hello", "--into", "personal")
        self.assertIn("volume shared with work", answer.out)
        self.assertIn("Nothing was fetched", answer.out)

    def test_an_install_in_json_is_one_document_with_the_plan(self):
        document = self.json_of("install", "hello", "other", "--into", "work", "--yes")
        self.assertTrue(document["changed"])
        self.assertEqual([row["change"] for row in document["changes"]], ["add", "add"])
        self.assertGreater(document["fetched_objects"], 0)

    def test_a_dry_run_changes_nothing(self):
        document = self.json_of("install", "hello", "--into", "work", "--dry-run")
        self.assertFalse(document["changed"])
        self.assertEqual(self.json_of("list")["apps"], [])

    def test_what_is_there_already_is_no_error(self):
        self.install("hello", "--into", "work")
        self.assertIn("there already", self.install("hello", "--into", "work").out)
        answer = self.world.qpkg("install", "hello", "--into", "work", "--yes", "--unchanged-exit-77")
        self.assertEqual(answer.code, 77)

    def test_without_a_terminal_nobody_is_asked(self):
        self.fails(2, "install", "hello", "--into", "work", says="not a terminal", hint="--yes")

    def test_unknown_names_are_answered_with_near_ones(self):
        self.fails(3, "install", "helo", "--into", "work", "--yes", says='no app "helo"', hint="did you mean hello?")
        self.fails(3, "install", "hello", "--into", "wrok", "--yes", says="no qube wrok", hint="did you mean work?")
        self.fails(3, "qube", "create", "new", "--base", "debian-21", says="no base debian-21", hint="debian-12")
        self.fails(3, "remove", "hello", "--from", "work", "--yes", says='no app "hello"')

    def test_a_mistyped_command_is_a_usage_error_with_a_hint(self):
        answer = self.world.qpkg("instal", "hello")
        self.assertEqual(answer.code, 2)
        self.assertIn("did you mean `qpkg install`?", answer.err)
        self.assertEqual(self.world.qpkg("install", "--no-such-flag").code, 2)

    # Running

    def test_an_app_runs_where_it_is_installed_and_nowhere_else(self):
        self.install("hello", "--into", "work")
        self.assertEqual(self.world.must("run", "work", "--", "hello").out, "hello 1.0\n")
        self.assertEqual(self.world.qpkg("run", "personal", "--", "hello").code, 127)

    def test_a_program_starts_with_what_was_recorded_though_the_qube_was_not_told(self):
        install = ["install", "hello", "--into", "work", "--yes"]
        self.world.must("install", "hello", "--into", "personal", "--yes")
        trace = self.world.folder / "trace"
        self.world.must(*install, QPKG_FAULT_TRACE=str(trace))
        self.world.must("remove", "hello", "--from", "work", "--yes")
        recorded = trace.read_text().split().index("commit.after") + 1

        self.assertEqual(self.world.qpkg(*install, QPKG_FAULT_KILL=str(recorded)).code, KILLED)

        self.assertEqual(self.world.must("run", "work", "--", "hello").out, "hello 1.0\n")

    def test_no_file_of_one_app_is_in_the_view_of_another(self):
        self.world.publish(self.world.make_module("org.example.look", "1.0", {
            "usr/bin/look": "#!/bin/sh\nls /usr/share\n"}))
        self.install("hello", "look", "--into", "work")
        seen = self.world.must("run", "work", "--", "look").out.split()
        self.assertIn("look", seen)
        self.assertNotIn("hello", seen)

    def test_the_status_of_a_program_is_passed_on(self):
        self.assertEqual(self.world.qpkg("run", "work", "--", "sh", "-c", "exit 7").code, 7)

    # Changing

    def test_an_upgrade_moves_one_app_and_leaves_the_other_volume_alone(self):
        self.install("hello", "other", "--into", "work")
        before = {app["app"]: app["volume"] for app in self.json_of("list")["apps"]}
        inode = (self.world.root / "volumes" / (before["org.example.other"] + ".erofs")).stat().st_ino
        self.world.publish(self.world.make_module("org.example.hello", "1.1"))
        document = self.json_of("upgrade", "--yes")
        self.assertEqual([(row["app"], row["change"]) for row in document["changes"]],
                         [("org.example.hello", "upgrade")])
        after = {app["app"]: app["volume"] for app in self.json_of("list")["apps"]}
        self.assertNotEqual(before["org.example.hello"], after["org.example.hello"])
        self.assertEqual(before["org.example.other"], after["org.example.other"])
        self.assertEqual((self.world.root / "volumes" / (after["org.example.other"] + ".erofs")).stat().st_ino, inode)
        self.assertEqual(self.world.must("run", "work", "--", "hello").out, "hello 1.1\n")
        self.assertIn("~ hello 1.0 → 1.1", self.json_of("history", "work")["generations"][2]["changes"])
        self.assertEqual(self.json_of("diff", "work")["apps"][0]["to"], "1.1")

    def test_a_held_app_stays_until_it_is_free_again(self):
        self.install("hello", "--into", "work")
        self.json_of("hold", "hello", "--in", "work")
        self.world.publish(self.world.make_module("org.example.hello", "1.1"))
        self.assertFalse(self.json_of("upgrade", "--yes")["changed"])
        self.assertEqual([app["app"] for app in self.json_of("status")["held"]], ["org.example.hello"])
        self.assertIn("HELD", self.world.must("status").out)
        self.assertRegex(self.world.must("list").out, "hello.* held")
        self.json_of("unhold", "hello", "--in", "work")
        self.assertEqual(self.json_of("status")["held"], [])
        self.assertTrue(self.json_of("upgrade", "--yes")["changed"])

    def test_a_rollback_needs_no_repository_and_goes_forward_again(self):
        self.install("hello", "--into", "work")
        shutil.rmtree(self.world.site)
        self.json_of("rollback", "work", "--yes")
        self.assertEqual(self.world.qpkg("run", "work", "--", "hello").code, 127)
        self.json_of("rollback", "work", "--to", "1", "--yes")
        self.assertEqual(self.world.must("run", "work", "--", "hello").out, "hello 1.0\n")

    def test_removed_apps_give_their_space_back_through_gc(self):
        self.install("hello", "--into", "work")
        self.json_of("remove", "hello", "--from", "work", "--yes")
        announced = self.json_of("gc", "--keep", "0", "--dry-run")["freed"]
        freed = self.json_of("gc", "--keep", "0", "--yes")
        self.assertGreater(freed["freed"], 0)
        self.assertEqual(freed["freed"], announced)
        self.assertEqual(self.json_of("gc", "--keep", "0", "--yes")["freed"], 0)
        self.assertEqual(len(list((self.world.root / "volumes").glob("*.erofs"))), 1)  # the base's

    def test_a_qube_goes_with_its_private_files(self):
        self.world.must("run", "work", "--", "touch", "/home/user/note")
        document = self.json_of("qube", "remove", "work", "--yes")
        self.assertTrue(document["changed"])
        self.assertEqual([qube["name"] for qube in self.json_of("qube", "list")["qubes"]], ["personal"])
        self.assertFalse((self.world.root / "qubes" / "work").exists())

    # Asking

    def test_every_question_has_a_schema(self):
        self.install("hello", "--into", "work")
        for words in [("status",), ("list",), ("search",), ("search", "hello"), ("info", "hello"), ("history", "work"),
                      ("why", "hello"), ("diff", "work"), ("du",), ("verify",), ("repo", "list"), ("qube", "list")]:
            self.json_of(*words)

    def test_why_finds_a_file_where_no_package_has_the_name(self):
        self.install("hello", "--into", "work")
        self.install("hello", "other", "--into", "personal")
        found = self.json_of("why", "/usr/share/hello/data")["reasons"]
        self.assertEqual([(row["file"], row["version"], row["qube"], row["holder"]) for row in found],
                         [("/usr/share/hello/data", "1.0", qube, "org.example.hello") for qube in ["personal", "work"]])
        self.assertEqual({row["holder"] for row in self.json_of("why", "busybox")["reasons"]}, {"base debian-12"})
        self.assertIn("/usr/share/other/data", self.world.must("why", "data").out)
        self.fails(3, "why", "dat", says="no qube holds a package, file or command")

    def test_a_base_is_built_with_packages_only(self):
        for word in ["systemd sysv", "dbus;reboot", "--customize-hook=reboot", ""]:
            self.fails(2, "base", "build", "debian-12", f"--with={word}")

    # Composed volumes

    def volumes_of(self, qube):
        return {app["volume"] for app in self.json_of("list", qube)["apps"]}

    def checked(self, kind):
        return {row["what"]: (row["id"], row["problem"]) for row in self.json_of("verify")["checked"]
                if row["kind"] == kind}

    def test_a_composed_qube_has_one_volume_of_all_its_apps(self):
        self.world.must("qube", "create", "both", "--base", "debian-12", "--layout", "composed")
        self.install("hello", "other", "--into", "both")
        [first] = self.volumes_of("both")
        self.assertEqual(len(list((self.world.root / "volumes").glob("*.erofs"))), 2)  # and the base
        self.assertEqual(self.world.must("run", "both", "--", "hello").out, "hello 1.0\n")
        self.assertEqual(self.world.must("run", "both", "--", "other").out, "other 1.0\n")
        peek = ["run", "both", "--", "qpkg-run", "--view=org.example.hello", "ls", "/usr/bin/hello", "/usr/bin/other"]
        self.assertEqual(self.world.qpkg(*peek).out, "/usr/bin/hello\n")
        before = self.checked("app")

        self.world.publish(self.world.make_module("org.example.hello", "2.0"))
        self.world.must("upgrade", "--yes")
        [second] = self.volumes_of("both")
        self.assertNotEqual(second, first)
        self.assertEqual(self.world.must("run", "both", "--", "hello").out, "hello 2.0\n")
        after = self.checked("app")
        self.assertEqual(after["other in both"], before["other in both"])
        self.assertNotEqual(after["hello in both"], before["hello in both"])

        self.world.must("rollback", "both", "--yes")
        self.assertEqual(self.volumes_of("both"), {first})
        self.assertEqual(self.world.must("run", "both", "--", "hello").out, "hello 1.0\n")
        self.world.must("gc", "--keep", "0", "--yes")
        self.assertFalse((self.world.root / f"volumes/{second}.erofs").exists())

    def test_the_layout_of_a_qube_is_changed_and_restored(self):
        self.install("hello", "other", "--into", "work")
        answer = self.json_of("qube", "set", "work", "--layout", "composed", "--yes")
        self.assertTrue(answer["changed"])
        self.assertFalse(self.json_of("qube", "set", "work", "--layout", "composed", "--yes")["changed"])
        [composed] = self.volumes_of("work")
        layouts = {row["name"]: row["layout"] for row in self.json_of("qube", "list")["qubes"]}
        self.assertEqual(layouts["work"], "composed")
        self.install("hello", "--into", "personal")  # other qubes have the app's own volume, made again for them
        self.world.must("gc", "--keep", "0", "--yes")

        (self.world.root / f"volumes/{composed}.erofs").unlink()
        missing = self.json_of("restore", "--yes")
        self.assertEqual([row["volume"] for row in missing["volumes"]], [composed])
        self.assertEqual(self.world.must("run", "work", "--", "other").out, "other 1.0\n")

        self.world.must("qube", "set", "work", "--layout", "separate", "--yes")
        self.assertEqual(len(self.volumes_of("work")), 2)
        self.assertEqual(self.world.must("run", "work", "--", "hello").out, "hello 1.0\n")

    def test_a_damaged_composed_volume_is_named(self):
        self.world.must("qube", "create", "both", "--base", "debian-12", "--layout", "composed")
        self.install("hello", "other", "--into", "both")
        [root] = self.volumes_of("both")
        image = self.world.root / f"volumes/{root}.erofs"
        image.chmod(0o644)
        with open(image, "r+b") as file:
            file.seek(5000)
            byte = file.read(1)
            file.seek(5000)
            file.write(bytes([byte[0] ^ 1]))
        answer = self.world.qpkg("verify")
        self.assertEqual(answer.code, 6)
        self.assertRegex(answer.out, "volume +2 apps of both .* not what its name says")

    def test_damage_is_found_and_named(self):
        self.install("hello", "--into", "work")
        volume = self.json_of("list")["apps"][0]["volume"]
        image = self.world.root / "volumes" / (volume + ".erofs")
        image.chmod(0o644)
        with open(image, "r+b") as file:
            file.seek(5000)
            file.write(b"damage")
        answer = self.world.qpkg("verify", "--json")
        self.assertEqual(answer.code, 6)
        damaged = [row for row in check_schema(answer.json)["checked"] if row["problem"]]
        self.assertEqual([row["what"] for row in damaged], ["org.example.hello"])

    # Repositories

    def test_a_repository_that_is_gone_is_an_error_not_an_empty_list(self):
        shutil.rmtree(self.world.site)
        self.fails(3, "search", says="repository demo")

    def test_a_wrong_fingerprint_prints_both(self):
        self.world.must("repo", "remove", "demo")
        wrong = "0" * 64
        answer = self.world.qpkg("repo", "add", "demo", self.world.site, "--fingerprint", wrong)
        self.assertEqual(answer.code, 5, answer.err)
        self.assertIn(wrong, answer.err)

    def test_two_repositories_cannot_publish_in_one_namespace(self):
        self.fails(4, "repo", "add", "second", self.world.site, "--yes", says="belongs to repository demo")

    def test_an_app_stays_with_the_repository_it_came_from(self):
        self.install("hello", "--into", "work")
        self.world.must("repo", "remove", "demo")
        another = SmallWorld(self.world.folder / "another", PROGRAMS)
        another.folder.mkdir()
        another.root = self.world.root
        another.make_keys()
        another.publish(another.make_module("org.example.hello", "9.0"))
        self.world.must("repo", "add", "another", another.site, "--yes")
        unchanged = self.json_of("upgrade", "--yes")
        self.assertFalse(unchanged["changed"])
        self.assertIn("came from demo, which is no repository any more", unchanged["warnings"][0])
        self.fails(4, "install", "hello", "--into", "personal", "--yes", says="was first installed from demo")
        self.world.must("remove", "hello", "--from", "work", "--yes")
        self.world.must("gc", "--keep", "0", "--yes")
        self.world.must("install", "hello", "--into", "personal", "--yes")

    def test_a_damaged_object_is_refused_and_nothing_is_installed(self):
        for name in (self.world.site / "ostree" / "objects").rglob("*.filez"):
            name.write_bytes(name.read_bytes()[:-1] + b"?")
        self.fails(6, "install", "hello", "--into", "work", "--yes")

    # The house

    def test_a_second_writer_is_told_who_is_at_work(self):
        import fcntl
        import struct
        with open(self.world.root / "lock", "r+") as lock:
            whole = struct.pack("hhqqi4x", fcntl.F_WRLCK, os.SEEK_SET, 0, 0, 0)
            fcntl.fcntl(lock, 37, whole)  # F_OFD_SETLK
            lock.write("pid 1, qpkg test")
            lock.flush()
            answer = self.world.qpkg("gc")
        self.assertEqual(answer.code, 8)
        self.assertIn("pid 1, qpkg test", answer.err)

    def test_a_closed_standard_output_does_not_stop_an_install_halfway(self):
        with open("/dev/full", "w") as full:
            import subprocess
            done = subprocess.run([PROGRAMS / "qpkg", "install", "hello", "--into", "work", "--yes"], stdout=full,
                                  stderr=subprocess.PIPE, env=dict(os.environ, QPKG_ROOT=str(self.world.root)),
                                  check=False)
        self.assertEqual(done.returncode, 1)
        self.assertEqual(len(self.json_of("list")["apps"]), 0)  # the plan could not be shown
        self.assertEqual(self.json_of("verify")["damaged"], 0)

    def test_help_and_man_page_tell_the_same_options(self):
        for command in ["install", "repo", "gc", "run"]:
            self.assertIn("SYNOPSIS", self.world.must(command, "--help").out)
            self.assertIn(".SH SYNOPSIS", self.world.must("__man", command).out)
        self.assertIn("--into", self.world.must("install", "--help").out)
        self.assertIn("\\-\\-into", self.world.must("__man", "install").out)

    def test_synopses_show_the_commands_that_there_are(self):
        shown = hints.commands()  # what the lint holds messages to
        self.assertEqual(set(self.world.must("__complete", "").out.split()), {first for first, _ in shown})
        for group in {first for first, second in shown if second}:
            seconds = self.world.must("__complete", group, "").out.split()
            self.assertEqual(set(seconds), {second for first, second in shown if first == group}, group)

    def test_help_keeps_the_stars_that_are_no_markup(self):
        self.assertIn("/etc/qpkg/conf.d/*.toml", self.world.must("--help").out)
        self.assertIn("/etc/qpkg/conf.d/*.toml", self.world.must("__man").out)
        self.assertIn("line qpkg.Sign * publisher vault allow", self.world.must("vault", "--help").out)
        self.assertIn("\n* a recorded qube that is gone\n", self.world.must("doctor", "--help").out)
        self.assertIn(".IP \\(bu 2\na recorded qube", self.world.must("__man", "doctor").out)

    def test_groff_reads_every_man_page_without_a_warning(self):
        names = self.world.must("__complete", "").out.split()
        self.assertIn("install", names)
        for name in ["", *names]:
            page = self.world.must("__man", *name.split()).out
            read = subprocess.run(["groff", "-man", "-ww", "-z", "-Kutf8"], input=page, capture_output=True, text=True,
                                  check=True)
            self.assertEqual(read.stderr, "", name)


if __name__ == "__main__":
    unittest.main()

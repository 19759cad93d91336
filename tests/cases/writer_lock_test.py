#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Whoever sends slowly keeps nobody else out, and is given up."""

import contextlib
import http.server
import os
import pathlib
import pty
import shutil
import signal
import subprocess
import sys
import threading
import time
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))
from world_case import PROGRAMS, WorldCase  # noqa: E402


class Slow(WorldCase):
    @classmethod
    def make_world(cls, world):
        world.make_all()
        world.must("bundle", "create", "--repo", world.site, "--out", world.folder / "all.qpkgb")

    def start(self, *words):
        env = dict(os.environ, QPKG_ROOT=str(self.world.root))
        process = subprocess.Popen([PROGRAMS / "qpkg", *map(str, words)], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, env=env)
        self.addCleanup(self.end, process)
        return process

    def end(self, process):
        process.kill()
        process.communicate()

    def wait_until_it_reads(self, process):
        """It has taken the first bytes: the pipe is empty again."""
        process.stdin.write(b"QPKG")
        process.stdin.flush()
        for _ in range(500):
            if process.poll() is not None:
                self.fail(process.stderr.read().decode())
            waiting = pathlib.Path(f"/proc/{process.pid}/wchan").read_text()
            if "poll" in waiting:
                return
            time.sleep(0.02)
        self.fail("it never reads")


class SlowSenders(Slow):
    def test_others_change_the_state_while_a_bundle_comes(self):
        process = self.start("import", "-")
        self.wait_until_it_reads(process)
        self.world.must("gc")
        self.world.must("install", "hello", "--into", "work", "--yes")
        self.assertIsNone(process.poll())

    def test_what_came_meanwhile_is_imported_on_top(self):
        bundle = (self.world.folder / "all.qpkgb").read_bytes()
        process = self.start("import", "-")
        process.stdin.write(bundle[:100])
        process.stdin.flush()
        self.world.must("install", "hello", "--into", "work", "--yes")
        out, err = process.communicate(bundle[100:])
        self.assertEqual(process.returncode, 0, err)
        self.assertIn(b"can be installed", out)
        self.assertEqual(self.world.must("run", "work", "--", "hello").out, "hello 1.0\n")

    def test_two_bundles_come_at_once(self):
        bundle = (self.world.folder / "all.qpkgb").read_bytes()
        both = [self.start("import", "-"), self.start("import", "-")]
        for process in both:
            process.stdin.write(bundle[:5000])
            process.stdin.flush()
        codes = set()
        for process in both:
            process.communicate(bundle[5000:])
            codes.add(process.returncode)
        self.assertEqual(codes, {0})

    def test_a_slow_sender_is_given_up(self):
        process = self.start("import", "-", "--timeout", 1, "--min-rate", 1000000)
        sender = threading.Thread(target=self.drip, args=(process,), daemon=True)
        sender.start()
        process.wait(timeout=20)
        err = process.stderr.read().decode()
        self.assertEqual(process.returncode, 1, err)
        self.assertIn("too slow", err)
        self.assertIn("nothing has changed", err)

    def test_a_sender_without_an_end_is_given_up(self):
        process = self.start("import", "-", "--deadline", 1, "--min-rate", 1)
        threading.Thread(target=self.drip, args=(process,), daemon=True).start()
        process.wait(timeout=20)
        self.assertIn("not at its end", process.stderr.read().decode())

    def drip(self, process):
        try:
            for byte in (self.world.folder / "all.qpkgb").read_bytes():
                process.stdin.write(bytes([byte]))
                process.stdin.flush()
                time.sleep(0.2)
        except (BrokenPipeError, ValueError):
            pass

    def test_a_vault_waits_for_its_request_without_the_lock(self):
        vault = self.world.folder / "vault"
        vault.mkdir()
        (vault / "policy.toml").write_text('ask = ["true"]\n\n[[role]]\nname = "timestamp"\nnamespaces = ["org.example"]\nlongest_days = 9\n')
        shutil.copytree(self.world.keys, vault / "keys")
        process = self.start("vault", "serve", "--vault", vault, "--timeout", 1)
        self.assertEqual(self.world.qpkg("gc", root=vault / "state").code, 0)
        out, err = process.communicate()
        self.assertIn(b"qpkg-refused", out, err)

    def test_a_silent_one_who_asks_a_vault_is_given_up(self):
        vault = self.world.folder / "vault"
        vault.mkdir()
        (vault / "policy.toml").write_text('ask = ["true"]\n\n[[role]]\nname = "timestamp"\nnamespaces = ["org.example"]\nlongest_days = 9\n')
        shutil.copytree(self.world.keys, vault / "keys")
        process = self.start("vault", "serve", "--vault", vault, "--timeout", 1)
        process.wait(timeout=20)
        self.assertIn(b"silent for 1 seconds", process.stdout.read())


class People(Slow):
    """Whoever is asked may take all day."""

    def ask(self, *words):
        """The command, once it has put its question on a terminal, and that terminal."""
        terminal, its_end = pty.openpty()
        env = dict(os.environ, QPKG_ROOT=str(self.world.root))
        process = subprocess.Popen([PROGRAMS / "qpkg", *words], stdin=its_end, stdout=subprocess.DEVNULL,
                                   stderr=subprocess.PIPE, env=env)
        os.close(its_end)
        self.addCleanup(os.close, terminal)
        self.addCleanup(self.end, process)
        asked = b""
        while b"[y/N]" not in asked:
            piece = process.stderr.read1(4096)
            if not piece:
                self.fail(f"it asks nothing: {asked.decode()}")
            asked += piece
        return process, terminal

    def answer(self, process, terminal):
        os.write(terminal, b"y\n")
        _, err = process.communicate(timeout=60)
        return process.returncode, err.decode()

    def setUp(self):
        super().setUp()
        self.world.must("install", "hello", "--into", "work", "--yes")
        self.world.must("install", "hello", "--into", "personal", "--yes")

    def test_others_change_the_state_while_somebody_is_asked(self):
        self.world.must("remove", "hello", "--from", "personal", "--yes")
        for number, words in enumerate([("remove", "hello", "--from", "work"), ("rollback", "personal"),
                                        ("qube", "set", "work", "--layout", "composed"), ("qube", "remove", "work")]):
            with self.subTest(words=words):
                if words[:2] == ("qube", "set"):
                    self.world.must("install", "hello", "--into", "work", "--yes")
                asked = self.ask(*words)
                self.world.must("qube", "create", f"other{number}", "--base", "debian-12")
                code, err = self.answer(*asked)
                self.assertEqual(code, 0, err)

    def test_a_plan_that_is_not_true_any_more_is_not_carried_out(self):
        asked = self.ask("remove", "hello", "--from", "work")
        self.world.must("hold", "hello", "--in", "work")
        code, err = self.answer(*asked)
        self.assertEqual(code, 4, err)
        self.assertEqual(self.world.must("run", "work", "--", "hello").out, "hello 1.0\n")


class Dripping(http.server.BaseHTTPRequestHandler):
    """Answers the metadata as it is, and then each object's bytes as long as nobody says that it is enough."""

    enough = threading.Event()
    asked = threading.Event()
    site = None
    holds = "filez"

    def do_GET(self):
        path = self.site / self.path.lstrip("/")
        if not path.is_file():
            self.send_error(404)
            return
        self.send_response(200)
        self.send_header("Content-Length", str(path.stat().st_size))
        self.end_headers()
        if self.holds in self.path:
            self.asked.set()
            self.enough.wait(60)
        with contextlib.suppress(OSError):
            self.wfile.write(path.read_bytes())

    def log_message(self, *_):
        pass


class DrippingRepository(Slow):
    """A repository that takes its time while an install waits for its objects."""

    def setUp(self):
        super().setUp()
        handler = type("Handler", (Dripping,), {"site": self.world.site, "enough": threading.Event(),
                                                "asked": threading.Event()})
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        self.addCleanup(handler.enough.set)
        self.handler = handler
        self.world.must("repo", "remove", "demo")
        self.world.must("repo", "add", "slow", f"http://127.0.0.1:{server.server_port}", "--yes")

    def start_and_wait(self, *words):
        """A command that has asked the repository for bytes, and gets none yet."""
        self.handler.enough.clear()
        self.handler.asked.clear()
        process = self.start(*words)
        self.assertTrue(self.handler.asked.wait(20))
        return process

    def go_on_after_others(self, process):
        """Others change the state; it still waits; then it gets its bytes, and succeeds."""
        self.world.must("qube", "create", "third", "--base", "debian-12")
        self.assertIsNone(process.poll())
        self.handler.enough.set()
        out, err = process.communicate()
        self.assertEqual(process.returncode, 0, err)
        return out, err

    def test_others_change_the_state_while_objects_come(self):
        process = self.start_and_wait("install", "hello", "--into", "work", "--yes")
        self.world.must("gc")
        self.world.make_base("other-1")
        self.world.must("search", "--offline")
        self.assertEqual(self.world.qpkg("install", "other", "--into", "work", "--yes").code, 8)
        out, _ = self.go_on_after_others(process)
        self.assertIn(b"hello 1.0 is in work", out)
        self.assertEqual(self.world.must("run", "work", "--", "hello").out, "hello 1.0\n")
        self.world.must("verify")
        self.world.must("gc", "--keep", "0", "--yes")
        self.assertEqual(list((self.world.root / "objects/tmp").glob("qpkg-*")), [])

    def test_a_plan_for_a_qube_that_was_changed_meanwhile_is_not_carried_out(self):
        process = self.start_and_wait("install", "hello", "--into", "work", "--yes")
        self.world.must("qube", "remove", "work", "--yes")
        self.handler.enough.set()
        process.communicate()
        self.assertEqual(process.returncode, 4)
        self.assertEqual(self.world.must("list", "--json").json["apps"], [])

    def test_a_plan_that_counts_on_what_was_removed_meanwhile_is_not_carried_out(self):
        """hello is here because an older generation has it, until gc drops that."""
        self.handler.enough.set()
        self.world.must("install", "hello", "--into", "work", "--yes")
        self.world.must("remove", "hello", "--from", "work", "--yes")
        process = self.start_and_wait("install", "hello", "other", "--into", "personal", "--yes")
        self.world.must("gc", "--keep", "0", "--yes")
        self.handler.enough.set()
        _, err = process.communicate()
        self.assertEqual(process.returncode, 4, err)
        self.assertIn(b"run the command again", err)
        self.world.must("install", "hello", "other", "--into", "personal", "--yes")
        self.assertEqual(self.world.must("run", "personal", "--", "hello").out, "hello 1.0\n")

    def test_what_was_fetched_before_a_failure_is_not_fetched_twice(self):
        process = self.start_and_wait("install", "hello", "--into", "work", "--yes")
        process.send_signal(signal.SIGINT)
        process.communicate()
        self.assertEqual(process.returncode, 130)
        self.handler.enough.set()
        self.world.must("install", "hello", "--into", "work", "--yes")
        self.assertEqual(self.world.must("run", "work", "--", "hello").out, "hello 1.0\n")

    def test_others_change_the_state_while_restore_brings_objects(self):
        self.handler.enough.set()
        self.world.must("install", "hello", "--into", "work", "--yes")
        files = (self.world.root / "objects/objects").rglob("*.file")
        lost = [path for path in files if b"hello 1.0" in path.read_bytes()]
        for path in lost:
            path.unlink()
        next((self.world.root / "volumes").glob(f"{self.volume_of('hello')}*")).unlink()  # it would give them back
        process = self.start_and_wait("restore", "--yes")
        self.go_on_after_others(process)
        self.assertTrue(lost and all(path.exists() for path in lost))
        self.world.must("verify")

    def test_others_change_the_state_while_what_is_damaged_comes_again(self):
        """hello's files are here for another qube's sake, and damaged, which the making of the volume notices."""
        self.handler.enough.set()
        self.world.must("install", "hello", "--into", "work", "--yes")
        next((self.world.root / "volumes").glob(f"{self.volume_of('hello')}*")).unlink()
        for path in (self.world.root / "objects/objects").rglob("*.file"):
            if b"hello 1.0" in path.read_bytes():
                path.write_bytes(path.read_bytes().replace(b"hello", b"jello"))
        process = self.start_and_wait("install", "hello", "--into", "personal", "--yes")
        _, err = self.go_on_after_others(process)
        self.assertIn(b"fetched again", err)
        self.assertEqual(self.world.must("run", "personal", "--", "hello").out, "hello 1.0\n")

    def volume_of(self, name):
        return next(app["volume"] for app in self.world.must("list", "--json").json["apps"] if name in app["app"])

    def test_what_was_laid_aside_is_told_once(self):
        self.handler.enough.set()
        answer = self.world.must("install", "hello", "--into", "work", "--yes")
        self.assertEqual(answer.err.count("fetch "), 1, answer.err)

    def test_others_change_the_state_while_a_check_waits(self):
        self.handler.holds = "timestamp"
        process = self.start_and_wait("repo", "check")
        self.go_on_after_others(process)


if __name__ == "__main__":
    unittest.main()

#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Mirrors from outside, with honest servers and (bad inputs 49 and 50) with hostile ones."""

import filecmp
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))
import hostile_server as hostile  # noqa: E402
from hostile_server import HostileServer  # noqa: E402
from world_case import PROGRAMS, WorldCase, check_schema  # noqa: E402

OBJECT = r"\.filez$"
os.environ["QPKG_FETCH_WAIT_MILLISECONDS"] = "1"  # before a server that broke off is asked again


def served_files(site):
    folders = ("tuf", "targets", "ostree/objects", "ostree/refs/heads")
    return {str(path.relative_to(site)) for folder in folders for path in (site / folder).rglob("*") if path.is_file()}


def replaced_files(site):
    """Metadata that newer metadata has replaced: a client that comes now asks for none of it."""
    versions = {}
    for path in (site / "tuf").glob("*.*.json"):
        version, role, _ = path.name.split(".")
        versions.setdefault(role, []).append(int(version))
    return {f"tuf/{version}.{role}.json" for role, found in versions.items() if role != "root"
            for version in found if version < max(found)}


class Mirrors(WorldCase):
    @classmethod
    def make_world(cls, world):
        world.make_site()
        cls.older = world.folder / "older"
        shutil.copytree(world.site, cls.older)
        world.publish(world.make_module("org.example.hello", "2.0"))

    def setUp(self):
        self.world = self.common  # one for all: a mirror only reads it
        folder = tempfile.TemporaryDirectory(prefix="qpkg-cli-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.mirror = self.folder / "mirror"

    def sync(self, *words, code=0, **environment):
        answer = self.world.qpkg("mirror", "sync", *words, "--to", self.mirror, "--timeout", "2", "--json",
                                 **environment)
        self.assertEqual(answer.code, code, answer.err)
        return check_schema(answer.json)

    def verify(self, code=0):
        answer = self.world.qpkg("mirror", "verify", self.mirror, "--json")
        self.assertEqual(answer.code, code, answer.err + answer.out)
        return check_schema(answer.json)

    def assert_complete(self):
        mirrored, served = served_files(self.mirror), served_files(self.world.site)
        self.assertEqual(served - replaced_files(self.world.site) - mirrored, set(), "missing")
        self.assertEqual(mirrored - served, set(), "from elsewhere")
        differing = filecmp.cmpfiles(self.world.site, self.mirror, served_files(self.mirror), shallow=False)[1]
        self.assertEqual(differing, [])
        self.verify()

    def refuses(self, trick, codes, pattern=OBJECT):
        """A server with this trick makes the sync fail; with an honest one behind it, it is skipped."""
        with HostileServer(self.world.site, (pattern, trick)) as bad, HostileServer(self.world.site) as good:
            answer = self.world.qpkg("mirror", "sync", bad.url, "--to", self.mirror, "--timeout", "1")
            self.assertIn(answer.code, codes, answer.err)
            self.assertEqual(answer.err.count("Failed: "), 1)
            self.assertFalse((self.mirror / "tuf/timestamp.json").exists(), "a pointer to what is not there")
            document = self.sync(bad.url, good.url)
            self.assertEqual(len(document["skipped"]), 1)
            self.assert_complete()
            return answer

    # Honest

    def test_a_mirror_has_the_same_bytes_and_serves_clients(self):
        with HostileServer(self.world.site) as server:
            first = self.sync(server.url)
            self.assertTrue(first["first"] and first["changed"])
            self.assert_complete()
            asked = len(server.asked)
            again = self.sync(server.url)
            self.assertFalse(again["changed"])
            self.assertLess(len(server.asked) - asked, 16, "nothing new costs a few small requests")
        root = self.folder / "user"
        self.world.must("repo", "add", "demo", self.mirror, "--yes", root=root)
        apps = self.world.must("search", "--json", root=root).json["apps"]
        self.assertEqual({app["app"]: app["version"] for app in apps},
                         {"org.example.hello": "2.0", "org.example.other": "1.0"})
        stock = subprocess.run(["ostree", "fsck", f"--repo={self.mirror / 'ostree'}"], capture_output=True, check=False)
        self.assertEqual(stock.returncode, 0, stock.stderr)

    def test_a_partial_mirror_holds_what_was_chosen(self):
        self.sync(self.world.site, "--app", "hello", "--newest")
        states = {(line["app"], line["version"]): line["present"] for line in self.verify()["releases"]}
        self.assertEqual(states, {("org.example.hello", "1.0"): False, ("org.example.hello", "2.0"): True,
                                  ("org.example.other", "1.0"): False})
        self.sync(self.world.site)
        self.assert_complete()

    def test_a_mirror_for_a_machine_holds_what_it_has_installed(self):
        machine = self.folder / "machine"
        self.world.must("base", "import", self.world.folder / "base.tar", "--id", "debian-12", root=machine)
        self.world.must("qube", "create", "q", "--base", "debian-12", root=machine)
        self.world.must("repo", "add", "demo", self.older, "--yes", root=machine)
        self.world.must("install", "other", "--into", "q", "--yes", root=machine)
        inventory = self.folder / "machine.json"
        self.world.must("inventory", "export", "--out", inventory, root=machine)
        self.assertEqual(self.sync(self.world.site, "--for", inventory)["releases"], 1)
        bundle = self.folder / "cut.qpkgb"
        self.world.must("bundle", "create", "--repo", self.mirror, "--for", inventory, "--out", bundle)
        self.assertEqual(self.world.must("import", bundle, root=machine).code, 0)

    def test_an_update_brings_what_is_new_and_nothing_else(self):
        self.sync(self.older)
        document = self.sync(self.world.site)
        self.assertTrue(document["changed"])
        self.assertLess(document["fetched_objects"], 12)
        self.assert_complete()

    def test_a_killed_sync_is_continued(self):
        with HostileServer(self.world.site) as server:
            words = [str(PROGRAMS / "qpkg"), "--root", str(self.world.root), "mirror", "sync", server.url, "--to",
                     str(self.mirror)]
            for number in range(1, 40):
                done = subprocess.run(words, env=dict(os.environ, QPKG_FAULT_KILL=str(number)), capture_output=True,
                                      check=False)
                if done.returncode != -signal.SIGKILL:
                    break
                if (self.mirror / "tuf/timestamp.json").exists():
                    self.verify()
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertGreater(number, 10)
            self.assert_complete()

    def test_damage_in_a_mirror_is_found(self):
        self.sync(self.world.site)
        victim = max((self.mirror / "ostree/objects").rglob("*.filez"), key=lambda path: path.stat().st_size)
        data = bytearray(victim.read_bytes())
        data[-3] ^= 1
        victim.write_bytes(data)
        self.assertEqual(self.verify(code=6)["damaged"] > 0, True)

    def test_a_fingerprint_that_does_not_match_is_refused(self):
        document = self.sync(self.world.site, "--fingerprint", "ab" * 32, code=5)
        self.assertIn("ab" * 32, document["error"]["message"])
        self.assertFalse((self.mirror / "tuf/timestamp.json").exists())

    def test_a_proxy_gets_the_requests(self):
        with HostileServer(self.world.site, (r"^http://nowhere.invalid/",
                                             lambda handler, path: handler.serve(path.split("invalid/", 1)[1]))) as proxy:
            self.sync("http://nowhere.invalid", "--proxy", proxy.url)
            self.assert_complete()
            shutil.rmtree(self.mirror)
            self.sync("http://nowhere.invalid", http_proxy=proxy.url)
            self.assert_complete()

    # 49: hostile servers

    def test_case_49_a_redirect_to_a_file_is_not_followed(self):
        self.refuses(hostile.redirect("file:///etc/hostname"), {1})

    def test_case_49_a_redirect_to_another_host_is_not_followed(self):
        with HostileServer(self.world.site) as other:
            answer = self.refuses(hostile.redirect(other.url + "/{path}"), {1})
            self.assertEqual(other.asked, [])
            self.assertIn("another place", answer.err)

    def test_case_49_a_redirect_on_the_same_host_is_followed(self):
        shutil.copytree(self.world.site, self.folder / "site")
        (self.folder / "site/elsewhere").symlink_to(self.world.site)
        with HostileServer(self.folder / "site", (r"^ostree.*\.filez$", hostile.redirect("/elsewhere/{path}"))) as server:
            self.sync(server.url)
            self.assert_complete()

    def test_case_49_an_error_page_is_not_taken_for_an_object(self):
        self.refuses(hostile.error_page, {6})

    def test_case_49_an_error_page_is_not_taken_for_metadata(self):
        self.refuses(hostile.error_page, {6}, pattern=r"timestamp.json$")

    def test_case_49_a_wrong_range_is_refused(self):
        self.refuses(hostile.wrong_range, {1})

    def test_case_49_a_length_that_lies_is_noticed(self):
        self.refuses(hostile.length_too_long, {1})
        shutil.rmtree(self.mirror)
        self.refuses(hostile.length_too_short, {1, 6})

    def test_case_49_an_endless_answer_is_cut_off_at_its_cap(self):
        with HostileServer(self.world.site, (r"timestamp.json$", hostile.endless)) as bad:
            self.sync(bad.url, code=7)
            for _ in range(100):
                if hasattr(bad.server, "endless_bytes"):
                    break
                time.sleep(0.05)
            self.assertLess(bad.server.endless_bytes, 8 << 20, "no more than the sockets hold")

    def test_case_49_a_slow_drip_is_given_up(self):
        begun = time.monotonic()
        self.refuses(hostile.drip, {1}, pattern=r"snapshot.json$")
        self.assertLess(time.monotonic() - begun, 60)

    def test_case_49_compression_on_the_way_is_refused(self):
        self.refuses(hostile.encoded, {6}, pattern=r"snapshot.json$")

    def test_case_49_an_error_in_the_middle_goes_to_the_next_mirror_and_keeps_what_came(self):
        self.refuses(hostile.status(500), {1}, pattern=r"ostree/objects/[0-7].*\.filez$")

    def test_case_49_a_damaged_object_is_refused(self):
        answer = self.refuses(hostile.damaged, {6})
        self.assertIn("file ", answer.err)

    def test_case_49_two_generations_mixed_are_refused(self):
        mixed = self.folder / "mixed"
        shutil.copytree(self.world.site, mixed)
        newest = max((mixed / "tuf").glob("*.snapshot.json"), key=lambda path: int(path.name.split(".")[0]))
        shutil.copy(self.older / "tuf/1.snapshot.json", newest)
        document = self.sync(mixed, code=6)
        self.assertIn("snapshot", document["error"]["message"])

    def test_case_49_a_mirror_never_goes_back(self):
        self.sync(self.world.site)
        before = (self.mirror / "tuf/timestamp.json").read_bytes()
        self.assertIn("older", self.sync(self.older, code=5)["error"]["message"])
        self.assertEqual((self.mirror / "tuf/timestamp.json").read_bytes(), before)
        document = self.sync(self.older, self.world.site)
        self.assertEqual(len(document["skipped"]), 1)

    # 50: missing files

    def test_case_50_a_missing_object_or_snapshot_fails_and_the_next_try_goes_on(self):
        for pattern in (OBJECT, r"snapshot.json$"):
            with self.subTest(pattern=pattern):
                shutil.rmtree(self.mirror, ignore_errors=True)
                self.refuses(hostile.status(404), {1, 3}, pattern=pattern)


if __name__ == "__main__":
    os.environ.setdefault("LC_ALL", "C.UTF-8")
    unittest.main()

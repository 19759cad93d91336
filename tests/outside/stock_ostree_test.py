#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A stock ostree that knows ed25519 pulls and verifies what we publish, and refuses what is not ours."""

import base64
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))
from small_world import SmallWorld  # noqa: E402
from web_server import WebServer  # noqa: E402

PROGRAMS = os.environ["QPKG_BIN_DIR"]
HELLO = "app/org.example.hello/x86_64/stable"
OTHER = "app/net.7elsewhere.other/x86_64/stable"


class StockOstree(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        built = subprocess.run([HERE / "ostree.sh"], check=True, stdout=subprocess.PIPE, text=True)
        cls.ostree = built.stdout.strip()
        cls.made = tempfile.TemporaryDirectory(prefix="qpkg-outside-")
        world = SmallWorld(cls.made.name, PROGRAMS)
        world.make_base()
        world.make_keys()
        cls.hello = world.make_module("org.example.hello", "1.0")
        cls.other = world.make_module("net.7elsewhere.other", "1.0")
        world.publish(cls.hello, cls.other)

    @classmethod
    def tearDownClass(cls):
        cls.made.cleanup()

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="qpkg-outside-")
        self.addCleanup(folder.cleanup)
        self.world = SmallWorld(folder.name, PROGRAMS)
        shutil.copytree(pathlib.Path(self.made.name) / "keys", self.world.keys)
        shutil.copytree(pathlib.Path(self.made.name) / "site", self.world.site)
        self.archive = self.world.site / "ostree"
        server = WebServer(self.world.site)
        self.addCleanup(server.stop)
        self.url = server.url

    def stock(self, *words):
        return subprocess.run([self.ostree, *map(str, words)], check=False, capture_output=True, text=True)

    def client(self, location, name="client"):
        """An ostree repository that knows ours by what stock-config says."""
        repository = self.world.folder / name
        self.assertEqual(self.stock("init", f"--repo={repository}", "--mode=bare-user").returncode, 0)
        said = self.world.must("repo", "stock-config", location, "--name", "ours").out
        with (repository / "config").open("a") as config:
            config.write(said)
        return repository

    def pull(self, repository, remote="ours-org.example", ref=HELLO):
        return self.stock("pull", f"--repo={repository}", remote, ref)

    def refuses(self, says, spoil, location=None, **options):
        """The client is set up while all is well; then the repository is spoiled."""
        for place in [self.url, self.world.site] if location is None else [location]:
            with self.subTest(place=str(place)):
                client = self.client(place, name="of-web" if place == self.url else "of-directory")
                spoil()
                done = self.pull(client, **options)
                self.assertNotEqual(done.returncode, 0, "it took what it must refuse")
                self.assertIn(says, done.stderr)
                self.assertEqual(self.stock("refs", f"--repo={client}").stdout, "")

    def commit_of(self, ref):
        return (self.archive / "refs/heads" / ref).read_text().strip()

    def signatures_of(self, ref):
        commit = self.commit_of(ref)
        return self.archive / "objects" / commit[:2] / f"{commit[2:]}.commitmeta"

    def foreign_site(self):
        """The same modules, published by somebody else."""
        stranger = SmallWorld(self.world.folder / "stranger", PROGRAMS)
        stranger.make_keys()
        stranger.publish(self.hello, self.other)
        return stranger.site / "ostree"

    def test_it_pulls_and_verifies_each_namespace(self):
        for place in [self.url, self.world.site]:
            client = self.client(place, name=f"of-{str(place)[:4].strip('/')}")
            for remote, ref in [("ours-org.example", HELLO), ("ours-net.7elsewhere", OTHER)]:
                done = self.pull(client, remote, ref)
                self.assertEqual(done.returncode, 0, done.stderr)
            tree = self.world.folder / f"tree-{client.name}"
            self.stock("checkout", "-U", f"--repo={client}", f"ours-org.example:{HELLO}", tree)
            self.assertIn("hello 1.0", (tree / "usr/bin/hello").read_text())
            self.assertEqual(self.stock("fsck", f"--repo={client}").returncode, 0)

    def test_it_verifies_the_signature_itself(self):
        key = self.world.must("key", "show", self.world.keys, "--json").json["keys"]
        key = next(row["ostree"] for row in key if row["ostree"])
        words = ["sign", f"--repo={self.archive}", "--verify", "--sign-type=ed25519", self.commit_of(HELLO)]
        self.assertEqual(self.stock(*words, key).returncode, 0)
        self.assertNotEqual(self.stock(*words, "A" + key[1:]).returncode, 0)

    def test_a_commit_without_signature_is_refused(self):
        self.refuses("Can't verify commit", lambda: self.signatures_of(HELLO).unlink(missing_ok=True))

    def test_a_commit_of_a_foreign_key_is_refused(self):
        foreign = self.foreign_site()
        path = self.signatures_of(HELLO).relative_to(self.archive)
        self.refuses("Can't verify commit", lambda: shutil.copy(foreign / path, self.archive / path))

    def test_a_signature_of_another_commit_is_refused(self):
        self.refuses("Can't verify commit", lambda: shutil.copy(self.signatures_of(OTHER), self.signatures_of(HELLO)))

    def test_a_summary_without_signature_is_refused(self):
        self.refuses("summary", lambda: (self.archive / "summary.sig").unlink(missing_ok=True))

    def test_a_summary_of_a_foreign_key_is_refused(self):
        foreign = self.foreign_site()
        self.refuses("Signature couldn't be verified", lambda: shutil.copy(foreign / "summary.sig", self.archive / "summary.sig"))

    def test_a_ref_that_points_at_another_app_is_refused(self):
        def spoil():
            # Signed by the publisher's own key: even that cannot bind a commit to another ref.
            (self.archive / "refs/heads" / HELLO).write_text(self.commit_of(OTHER) + "\n")
            key = json.loads((self.world.keys / "ostree.key").read_text())
            secret = base64.b64encode(bytes.fromhex(key["secret"]["seed"] + key["public"])).decode()
            done = self.stock("summary", "--update", f"--repo={self.archive}", "--sign-type=ed25519",
                              f"--sign={secret}")
            self.assertEqual(done.returncode, 0, done.stderr)

        self.refuses("ref binding metadata", spoil)

    def test_a_commit_of_another_collection_is_refused(self):
        # Read from a directory, OSTree compares with the repository's own collection id, and ours has none.
        self.refuses("collection binding", lambda: None, location=self.url, ref=OTHER)

    def test_a_damaged_object_is_refused(self):
        commit = self.commit_of(HELLO)
        script = self.stock("ls", "-C", f"--repo={self.archive}", commit, "/usr/bin/hello").stdout.split()[4]
        other = self.stock("ls", "-C", f"--repo={self.archive}", OTHER, "/usr/bin/other").stdout.split()[4]
        place = [self.archive / "objects" / name[:2] / f"{name[2:]}.filez" for name in (script, other)]
        # From a directory stock OSTree takes objects as they are; qpkg does not.
        self.refuses("orrupted", lambda: shutil.copy(place[1], place[0]), location=self.url)


if __name__ == "__main__":
    os.environ.setdefault("LC_ALL", "C.UTF-8")
    unittest.main()

#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""python3-tuf, tuf-js and qpkg-tuf-client read and verify what `qpkg publish` wrote, and refuse it bent."""

import json
import pathlib
import shutil
import subprocess
import tempfile
import unittest

import python_tuf
from small_world import SmallWorld
from tuf.ngclient import Updater
from web_server import WebServer

PROGRAMS = python_tuf.PROGRAMS
HELLO = "org.example/hello/x86_64/stable-1.json"
OTHER = "net.7elsewhere/other/x86_64/stable-1.json"


class PythonTuf:
    """python3-tuf's client; raises for everything it refuses."""

    def __init__(self, folder):
        self.folder = folder

    def fetch(self, url, *targets):
        updater = Updater(metadata_dir=str(self.folder), metadata_base_url=url + "/tuf/",
                          target_dir=str(self.folder), target_base_url=url + "/targets/")
        updater.refresh()
        return [pathlib.Path(updater.download_target(updater.get_targetinfo(path))).read_bytes() for path in targets]


class Program:
    """A client that is a program: command line first, then the targets."""

    def __init__(self, folder):
        self.folder = folder

    def fetch(self, url, *targets):
        done = subprocess.run(self.command(url, *targets), check=False, capture_output=True, text=True)
        if done.returncode != 0:
            raise RuntimeError(done.stderr)
        files = [file for file in self.folder.iterdir() if "stable" in file.name]
        return [next(file for file in files if file.name.endswith(path.rpartition("/")[2])
                     and path.split("/")[1] in file.name).read_bytes() for path in targets]


class TufJs(Program):
    def command(self, url, *targets):
        library = subprocess.run([python_tuf.HERE / "tuf_js.sh"], check=True, stdout=subprocess.PIPE, text=True).stdout
        return ["node", python_tuf.HERE / "tuf_js.mjs", library.strip(), self.folder, url + "/tuf", self.folder,
                url + "/targets", *targets]


class OurClient(Program):
    def command(self, url, *targets):
        wanted = [word for path in targets for word in ("--target-name", path)]
        return [PROGRAMS / "qpkg-tuf-client", "--metadata-dir", self.folder, "--metadata-url", url + "/tuf", *wanted,
                "--target-dir", self.folder, "--target-base-url", url + "/targets", "download"]


CLIENTS = [PythonTuf, TufJs, OurClient]


class OurRepository(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.made = tempfile.TemporaryDirectory(prefix="qpkg-outside-")
        cls.world = SmallWorld(cls.made.name, PROGRAMS)
        cls.world.make_base()
        cls.world.make_keys()
        cls.world.publish(cls.world.make_module("org.example.hello", "1.0"),
                          cls.world.make_module("net.7elsewhere.other", "1.0"))

    @classmethod
    def tearDownClass(cls):
        cls.made.cleanup()

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="qpkg-outside-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.site = self.folder / "site"
        shutil.copytree(self.world.site, self.site)
        server = WebServer(self.site)
        self.addCleanup(server.stop)
        self.url = server.url

    def client(self, kind):
        folder = self.folder / kind.__name__
        folder.mkdir()
        shutil.copy(self.site / "tuf/1.root.json", folder / "root.json")
        return kind(folder)

    def served(self, pattern):
        return next(self.site.glob(pattern))

    def test_manifests_are_found_and_verified(self):
        for kind in CLIENTS:
            with self.subTest(kind.__name__):
                hello, other = self.client(kind).fetch(self.url, HELLO, OTHER)
                self.assertEqual(hello, self.served("targets/org.example/hello/x86_64/*.json").read_bytes())
                self.assertEqual(other, self.served("targets/net.7elsewhere/other/x86_64/*.json").read_bytes())
                self.assertEqual(json.loads(hello)["app"], "org.example.hello")

    def test_newer_metadata_is_followed(self):
        clients = [self.client(kind) for kind in CLIENTS]
        for client in clients:
            client.fetch(self.url, HELLO)
        shutil.copytree(self.world.keys, self.folder / "keys")
        self.world.must("publish", "--repo", self.site, "--keys", self.folder / "keys", "--withdraw",
                        "net.7elsewhere.other")
        for client in clients:
            with self.subTest(type(client).__name__):
                client.fetch(self.url, HELLO)
                with self.assertRaises(Exception):
                    client.fetch(self.url, OTHER)

    def test_one_bent_byte_anywhere_is_refused(self):
        for pattern in ["tuf/timestamp.json", "tuf/*.snapshot.json", "tuf/*.targets.json", "tuf/*.publisher.json",
                        "targets/org.example/hello/x86_64/*.json"]:
            file = self.served(pattern)
            good = file.read_bytes()
            bent = good[:-5] + bytes([good[-5] ^ 1]) + good[-4:]
            file.write_bytes(bent)
            for kind in CLIENTS:
                with self.subTest(kind.__name__, file=pattern), self.assertRaises(Exception):
                    self.client(kind).fetch(self.url, HELLO)
                shutil.rmtree(self.folder / kind.__name__)
            file.write_bytes(good)


if __name__ == "__main__":
    unittest.main()

# SPDX-License-Identifier: LGPL-2.1-or-later
"""A repository made with python3-tuf, bent by a test and served on loopback, and our client before it."""

import datetime
import http.server
import os
import pathlib
import subprocess
import tempfile
import threading
import unittest
from urllib import parse

from securesystemslib.signer import CryptoSigner
from tuf.api.metadata import (DelegatedRole, Delegations, Metadata, MetaFile, Root, Snapshot, TargetFile, Targets,
                              Timestamp)
from tuf.api.serialization.json import JSONSerializer

PROGRAMS = pathlib.Path(os.environ["QPKG_BIN_DIR"])
MAKERS = {
    "ed25519": CryptoSigner.generate_ed25519,
    "ecdsa-sha2-nistp256": CryptoSigner.generate_ecdsa,
    "rsassa-pss-sha256": lambda: CryptoSigner.generate_rsa(scheme="rsassa-pss-sha256", size=2048),
    "rsa-pkcs1v15-sha256": lambda: CryptoSigner.generate_rsa(scheme="rsa-pkcs1v15-sha256", size=2048),
}


def now():
    return datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0)


def days(count):
    return datetime.timedelta(days=count)


class Site:
    """Roles are python3-tuf's own objects; nothing is signed or served before `publish`."""

    def __init__(self, scheme="ed25519", consistent=True, hashes=False):
        self.scheme = scheme
        self.hashes = hashes
        self.metadata = {"root": Metadata(Root(expires=now() + days(30), consistent_snapshot=consistent)),
                         "targets": Metadata(Targets(expires=now() + days(30))),
                         "snapshot": Metadata(Snapshot(expires=now() + days(30))),
                         "timestamp": Metadata(Timestamp(expires=now() + days(30)))}
        self.signers = {}
        self.served = {}  # path → bytes
        self.files = {}  # role → its newest bytes
        self.asked = []  # files of metadata, without their ending
        self.artifacts = []  # paths of targets that were asked for
        self.serializer = JSONSerializer()
        for role in ["root", "targets", "snapshot", "timestamp"]:
            self.add_key(role)
        self.publish("targets", "snapshot", "timestamp", "root")

    def __getattr__(self, name):
        return self.__dict__["metadata"][name].signed

    def new_signer(self):
        return MAKERS[self.scheme]()

    def add_key(self, role, delegator=None):
        signer = self.new_signer()
        (self.metadata[delegator].signed if delegator else self.root).add_key(signer.public_key, role)
        self.signers.setdefault(role, []).append(signer)
        return signer

    def rotate(self, *roles):
        """Every key of these roles is replaced; the root is to be published by the caller."""
        for role in roles:
            self.root.roles[role].keyids.clear()
            self.signers[role] = []
            self.add_key(role)

    def delegate(self, delegator, name, paths=("*",), terminating=False, path_hash_prefixes=None):
        signed = self.metadata[delegator].signed
        if signed.delegations is None:
            signed.delegations = Delegations({}, roles={})
        signed.delegations.roles[name] = DelegatedRole(name, [], 1, terminating,
                                                       None if path_hash_prefixes else list(paths), path_hash_prefixes)
        if name not in self.metadata:
            self.metadata[name] = Metadata(Targets(expires=now() + days(30)))
        self.add_key(name, delegator)

    def add_target(self, path, content, role="targets", serve=None):
        target = TargetFile.from_data(path, content, ["sha256"])
        self.metadata[role].signed.targets[path] = target
        folder, slash, name = path.rpartition("/")
        prefix = target.hashes["sha256"] + "." if self.root.consistent_snapshot else ""
        self.served[f"targets/{folder}{slash}{prefix}{name}"] = content if serve is None else serve

    def publish(self, *roles, bump=True):
        """Signs and serves; each is one version higher unless it is new, or `bump` is off."""
        for role in roles:
            metadata = self.metadata[role]
            if role in self.files and bump:
                metadata.signed.version += 1
            metadata.signatures.clear()
            for signer in self.signers[role]:
                metadata.sign(signer, append=True)
            self.serve(role, metadata.to_bytes(self.serializer))

    def serve(self, role, content):
        """Also names it in its parent, as far as that is asked for."""
        signed = self.metadata[role].signed
        self.files[role] = content
        versioned = role == "root" or (role != "timestamp" and self.root.consistent_snapshot)
        self.served[f"metadata/{signed.version}.{role}.json" if versioned else f"metadata/{role}.json"] = content
        info = MetaFile(signed.version)
        if self.hashes:
            info = MetaFile.from_data(signed.version, content, ["sha256"])
        if role == "snapshot":
            self.timestamp.snapshot_meta = info
        elif role not in ("root", "timestamp"):
            self.snapshot.meta[f"{role}.json"] = info

    def publish_all(self, *more):
        self.publish(*more, "targets", "snapshot", "timestamp")


class Server:
    """Serves a site, and remembers what it was asked for."""

    def __init__(self, site):
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                path = parse.unquote(self.path.lstrip("/"))
                if path.startswith("metadata/"):
                    site.asked.append(self.path.rpartition("/")[2].removesuffix(".json"))
                else:
                    site.artifacts.append(path.removeprefix("targets/"))
                content = site.served.get(path)
                if content is None:
                    self.send_error(404)
                    return
                self.send_response(200)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True)
        self.thread.start()
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


class Client:
    """qpkg-tuf-client with directories of its own."""

    def __init__(self, url):
        self.scratch = tempfile.TemporaryDirectory(prefix="qpkg-outside-", ignore_cleanup_errors=True)
        self.url = url
        self.trusted = pathlib.Path(self.scratch.name) / "metadata"
        self.targets = pathlib.Path(self.scratch.name) / "targets"
        self.trusted.mkdir()
        self.targets.mkdir()
        self.said = ""

    def run(self, *words, at=None):
        later = [] if at is None else ["faketime", at.strftime("%Y-%m-%d %H:%M:%S")]
        done = subprocess.run([*later, PROGRAMS / "qpkg-tuf-client", *map(str, words)], check=False,
                              capture_output=True, text=True, env=dict(os.environ, TZ="UTC"))
        self.said = done.stderr
        return done.returncode

    def init(self, root):
        file = pathlib.Path(self.scratch.name) / "first-root.json"
        file.write_bytes(root)
        return self.run("--metadata-dir", self.trusted, "init", file)

    def refresh(self, at=None):
        return self.run("--metadata-url", self.url + "/metadata/", "--metadata-dir", self.trusted, "refresh", at=at)

    def download(self, *names, at=None):
        wanted = [word for name in names for word in ("--target-name", name)]
        return self.run("--metadata-url", self.url + "/metadata/", "--metadata-dir", self.trusted, *wanted,
                        "--target-dir", self.targets, "--target-base-url", self.url + "/targets/", "download", at=at)

    def versions(self):
        """Role → version of every file that is trusted; a file that is no metadata is an error."""
        return {parse.unquote(file.name.removesuffix(".json")): Metadata.from_file(str(file)).signed.version
                for file in sorted(self.trusted.iterdir())}

    def bytes_of(self, role):
        return (self.trusted / f"{role}.json").read_bytes()

    def downloaded(self):
        return sorted(file.read_bytes() for file in self.targets.rglob("*") if file.is_file())


class WithSite(unittest.TestCase):
    def begin(self, **options):
        self.site = Site(**options)
        server = Server(self.site)
        self.addCleanup(server.stop)
        self.new_client(server.url)
        self.assertEqual(self.client.init(self.site.files["root"]), 0, self.client.said)
        self.assertEqual(self.site.asked, [], "init must not talk to the repository")
        return self.site, self.client

    def new_client(self, url):
        self.client = Client(url)
        self.addCleanup(self.client.scratch.cleanup)
        return self.client

    def accept(self, done):
        self.assertEqual(done, 0, self.client.said)

    def refuse(self, done, *words):
        self.assertEqual(done, 1)
        self.assertEqual(self.client.said.count("\n"), 1, self.client.said)
        for word in words:
            self.assertIn(word, self.client.said)

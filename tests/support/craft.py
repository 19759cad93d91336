# SPDX-License-Identifier: LGPL-2.1-or-later
"""Bends the signed metadata of a small world's repository: whoever holds all its keys can write whatever they like."""

import datetime
import hashlib
import json
import pathlib

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

TIME = "%Y-%m-%dT%H:%M:%SZ"


def canonical(value):
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def sha256(data):
    return hashlib.sha256(data).hexdigest()


class Key:
    """A key of which the secret half is known."""

    def __init__(self, seed):
        self.private = Ed25519PrivateKey.from_private_bytes(seed)
        public = self.private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex()
        self.object = {"keytype": "ed25519", "keyval": {"public": public}, "scheme": "ed25519"}
        self.id = sha256(canonical(self.object))

    @classmethod
    def load(cls, file):
        """A key file without a passphrase."""
        return cls(bytes.fromhex(json.loads(pathlib.Path(file).read_text())["secret"]["seed"]))

    @classmethod
    def named(cls, word):
        """The same key for the same word, in every run."""
        return cls(hashlib.sha256(word.encode()).digest())


def envelope(payload, keys):
    """The file that says `payload`, signed by each of `keys`."""
    signed = sorted((key.id, key.private.sign(payload).hex()) for key in keys)
    signatures = ",".join(f'{{"keyid":"{key}","sig":"{signature}"}}' for key, signature in signed)
    return b'{"signatures":[' + signatures.encode() + b'],"signed":' + payload + b"}"


class CraftedSite:
    """The metadata of `world`'s repository. What is written here is pinned and signed up to the timestamp."""

    def __init__(self, world):
        self.site = world.site
        self.tuf = world.site / "tuf"
        self.keys = {file.stem: Key.load(file) for file in world.keys.glob("*.key")}
        self.signers = {role: [self.keys[name] for name in sorted(self.keys) if name.rsplit("-", 1)[0] == role]
                        for role in ("root", "targets", "snapshot", "timestamp", "publisher")}
        self.version = {}
        for file in self.tuf.glob("*.*.json"):
            version, role, _ = file.name.split(".")
            self.version[role] = max(self.version.get(role, 0), int(version))

    def file(self, role):
        return self.tuf / ("timestamp.json" if role == "timestamp" else f"{self.version[role]}.{role}.json")

    def signed(self, role):
        return json.loads(self.file(role).read_bytes())["signed"]

    def edit(self, role, change, signers=None):
        """One version up, after `change` has been at its members; `signers`: instead of the role's own keys."""
        signed = self.signed(role)
        signed["version"] += 1
        if signed["_type"] == "timestamp":
            signed["qpkg_issued"] = datetime.datetime.now(datetime.timezone.utc).strftime(TIME)
        change(signed)
        self.write(role, envelope(canonical(signed), signers or self.signers[role]), signed["version"])

    def write(self, role, data, version):
        """These bytes as the role's file, named by the roles above it."""
        self.version[role] = version
        self.file(role).write_bytes(data)
        info = {"hashes": {"sha256": sha256(data)}, "length": len(data), "version": version}
        if role not in ("root", "timestamp"):
            parent = "timestamp" if role == "snapshot" else "snapshot"
            self.edit(parent, lambda signed: signed["meta"].__setitem__(f"{role}.json", info))

    def add_target(self, path, entry):
        """An entry of the publisher's list, whatever it says."""
        self.edit("publisher", lambda signed: signed["targets"].__setitem__(path, entry))

    def manifest(self, app="hello"):
        """What org.example publishes of it, as a value."""
        return json.loads(next((self.site / "targets/org.example" / app / "x86_64").glob("*.json")).read_bytes())

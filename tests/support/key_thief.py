# SPDX-License-Identifier: LGPL-2.1-or-later
"""Somebody who has the keys of every day, and signs what qpkg would not."""

import hashlib
import json
import subprocess


def canonical(value):
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


class KeyThief:
    """`world`'s site and its keys, which have no passphrase."""

    def __init__(self, world):
        self.world = world
        self.tuf = world.site / "tuf"

    def timestamp(self):
        return json.loads((self.tuf / "timestamp.json").read_text())["signed"]

    def newest(self, role):
        file = max(self.tuf.glob(f"*.{role}.json"), key=lambda one: int(one.name.split(".")[0]))
        return json.loads(file.read_text())["signed"]

    def sign_timestamp(self, **members):
        signed = self.timestamp()
        signed.update(members, version=signed["version"] + 1)
        self._write("timestamp.json", "timestamp", signed)

    def list_instead(self, edit):
        """The publisher's list as `edit` changes it, and everything above it."""
        publisher, snapshot = self.newest("publisher"), self.newest("snapshot")
        edit(publisher)
        publisher["version"] += 1
        snapshot["version"] += 1
        snapshot["meta"]["publisher.json"] = self._write(f"{publisher['version']}.publisher.json", "publisher", publisher)
        info = self._write(f"{snapshot['version']}.snapshot.json", "snapshot", snapshot)
        self.sign_timestamp(meta={"snapshot.json": info})

    def _write(self, name, key, signed):
        file = json.loads((self.world.keys / f"{key}.key").read_text())
        key_object = {"keytype": "ed25519", "keyval": {"public": file["public"]}, "scheme": "ed25519"}
        signature = {"keyid": hashlib.sha256(canonical(key_object)).hexdigest(),
                     "sig": self._signature(file["secret"]["seed"], canonical(signed))}
        content = canonical({"signatures": [signature], "signed": signed})
        (self.tuf / name).write_bytes(content)
        return {"version": signed["version"], "length": len(content),
                "hashes": {"sha256": hashlib.sha256(content).hexdigest()}}

    def _signature(self, seed, message):
        """Ed25519, by openssl: the key as PKCS #8, the message from a file."""
        key, payload = self.world.folder / "thief.der", self.world.folder / "thief.payload"
        key.write_bytes(bytes.fromhex("302e020100300506032b657004220420" + seed))
        payload.write_bytes(message)
        return subprocess.run(["openssl", "pkeyutl", "-sign", "-rawin", "-keyform", "DER", "-inkey", key, "-in",
                               payload], check=True, capture_output=True).stdout.hex()

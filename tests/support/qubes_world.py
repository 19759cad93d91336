# SPDX-License-Identifier: LGPL-2.1-or-later
"""dom0 of a fake Qubes: a state directory of its own, fake qubesd, losetup and qrexec-client, and a repository."""

import pathlib
import re
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
from fake_qubesd import FakeQubesd  # noqa: E402

TOLD = re.compile(r"(?:qubesd|qrexec) <- .*")
ROOT = re.compile(r"[0-9a-f]{64}")


class QubesWorld:
    """`world` is a SmallWorld whose repository holds org.example.hello and other; its own state is the builder's."""

    def __init__(self, world):
        self.world = world
        self.root = world.folder / "dom0"
        self.loops = world.folder / "loops"
        self.qrexec = world.folder / "qrexec"
        for folder in [self.root, self.loops, self.qrexec]:
            folder.mkdir(exist_ok=True)
        self.environment = {
            "QPKG_BACKEND": "qubes",
            "QPKG_QUBESD_SOCKET": str(world.folder / "qubesd.sock"),
            "QPKG_QUBESD_SECONDS": "1",
            "QPKG_REFRESH_SECONDS": "1",
            "QPKG_LOSETUP": str(HERE / "fake_losetup.py"),
            "QPKG_FAKE_LOOPS": str(self.loops),
            "QPKG_QREXEC_CLIENT": str(HERE / "fake_qrexec_client.py"),
            "QPKG_FAKE_QREXEC": str(self.qrexec),
        }
        self.qubesd = FakeQubesd(self.environment["QPKG_QUBESD_SOCKET"], self.root / "volumes", self.loops)
        self.qubesd.create("minimal", "TemplateVM")
        self.qubesd.qubes["minimal"].features["qpkg.base"] = "debian-12"
        self.qubesd.create("work", "AppVM", "minimal")
        self.qubesd.create("personal", "AppVM", "minimal")

    def close(self):
        self.qubesd.close()

    def qpkg(self, *words, **environment):
        return self.world.qpkg(*words, root=self.root, **{**self.environment, **environment})

    def must(self, *words):
        return self.world.must(*words, root=self.root, **self.environment)

    def features(self, qube):
        return {name: value for name, value in self.qubesd.qubes[qube].features.items() if "qpkg" in name}

    def announced(self, qube):
        """App and version of each slot, as the qube is told."""
        return sorted(value.rsplit(" ", 2)[0] for name, value in self.features(qube).items() if "vm-config" in name)

    def disks(self, qube):
        """Front ends of the qube's disks → the volume's root."""
        found = {}
        for port, options in self.qubesd.qubes[qube].disks.items():
            path = self.qubesd.loop_backing(port) or port
            found[options["frontend-dev"]] = ROOT.search(path).group()
        return found

    def agent_calls(self):
        calls = self.qrexec / "calls"
        return calls.read_text().splitlines() if calls.exists() else []


def requests_told(stderr, folder):
    """What --verbose says was asked: NUL as |, roots as numbers in the order in which they appear, without paths."""
    roots = {}
    told = "\n".join(TOLD.findall(stderr)).replace("\\x00", "|") + "\n"
    told = told.replace(str(folder).replace("/", "_"), "").replace(f"{HERE}/", "")
    return ROOT.sub(lambda match: roots.setdefault(match.group(), f"<root {len(roots) + 1}>"), told)

#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Tier B: a service with state and an account of its own, and its disk over another base in which accounts moved."""

import io
import pathlib
import subprocess
import sys
import tarfile
import tempfile
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import worlds  # noqa: E402
from machine import Disk  # noqa: E402

APP, UNIT = "org.example.kept", "org.example.kept.service"
ALLOWED = ("+first-start", f"+{UNIT}")
INIT = "#!/bin/sh\nid -un >/var/lib/kept/cluster\ncat /home/* >/var/lib/kept/seen 2>&1\nexit 0\n"
# As a database: its own files alone, in its state and in what tmpfiles.d made.
SERVE = """#!/bin/sh
echo "$(id -un) $(cat /var/lib/kept/cluster)" >>/var/lib/kept/starts
touch /run/kept/socket
echo x >/etc/kept 2>/dev/null && echo "could write /etc" >>/var/lib/kept/starts
ls /rw/qpkg >/dev/null 2>&1 && echo "could look" >>/var/lib/kept/starts
exec sleep 1000
"""
FILES = {
    "usr/bin/kept": "#!/bin/sh\n\"$@\"\n", "usr/libexec/kept-init": INIT, "usr/libexec/kept": SERVE,
    "usr/lib/sysusers.d/kept.conf": "u served - \"Serves\" /var/lib/kept\n",
    "usr/lib/tmpfiles.d/kept.conf": "d /run/kept 2775 served served\n",
    f"usr/share/qpkg/{APP}/first-start":
    f"qpkg-first-start-1 {APP}\nuser served\nstate kept\nrun\nword /usr/libexec/kept-init\n",
    f"usr/lib/systemd/system/{UNIT}": "[Service]\nType=exec\nExecStart=/usr/libexec/kept\n[Install]\nWantedBy=multi-user.target\n",
}


class MovingWorld(worlds.SystemdWorld):
    """Roots that differ in the number of one account."""

    MODULES = [*worlds.World.MODULES, "ext4", "crc32c_generic"]
    NUMBER = 901

    def _rows(self, table):
        """Accounts of the base; the other base also has one of the app's name."""
        numbers = {"old": self.NUMBER, **({"served": 903} if self.NUMBER == 902 else {})}
        more = "::/:/bin/false" if table == "passwd" else ""
        return "".join(f"{name}:x:{number}:{f'{number}{more}' if more else ''}\n" for name, number in numbers.items()).encode()

    def _root_archive(self):
        archive = super()._root_archive()
        changed = self.folder / "changed.tar"
        with tarfile.open(archive) as old, tarfile.open(changed, "w") as new:
            for member in old:
                content = old.extractfile(member) if member.isreg() else None
                table = member.name.removeprefix("./").removeprefix("etc/")
                if table in ("passwd", "group"):
                    text = content.read() + self._rows(table)
                    member.size, content = len(text), io.BytesIO(text)
                new.addfile(member, content)
        return changed

    def move_base(self):
        self.NUMBER = 902
        made = self.small.must("base", "import", self._root_archive(), "--id", "moved-12", "--json").json
        self.base = Disk(self._image(made["volume"]), "qpkg-base")

    def private_disk(self, megabytes=64):
        image = self.folder / "private.img"
        with image.open("wb") as file:
            file.truncate(megabytes << 20)
        subprocess.run(["mkfs.ext4", "-q", image], check=True)
        return Disk(image, "qpkg-private", writable=True)


class FirstStart(worlds.MachineCase):
    def setUp(self):
        worlds.require_programs()
        began = time.monotonic()
        self.addCleanup(lambda: print(f"\ntier B, first start: {time.monotonic() - began:.0f} s", flush=True))
        self.world = MovingWorld(self.enterContext(tempfile.TemporaryDirectory(prefix="qpkg-vm-world-")), "bookworm")
        self.kept, = self.world.volumes((APP, "1.0", FILES))
        self.private = self.world.private_disk()

    def boot(self, *services):
        return self.world.machine([self.kept.disk, self.private], self.kept.word("a", *services), seconds=300)

    def started(self, machine):
        self.check(machine, f"tries=0; until systemctl -q is-active {UNIT} || [ $tries -gt 300 ]; do tries=$((tries + 1)); "
                            f"sleep 0.1; done; systemctl is-active {UNIT}", "active\n")
        machine.run("sleep 1; sync")

    def test_files_stay_whose_they_are_over_another_base(self):
        state = f"/rw/qpkg/state/{APP}"
        with self.boot(f"+{UNIT}") as machine:  # the service alone was allowed
            machine.ready()
            self.check(machine, f"systemctl is-active {UNIT}; ls -A {state} {state}/kept", f"inactive\n{state}:\nkept\n\n{state}/kept:\n")
        with self.boot(*ALLOWED) as machine:
            machine.ready()
            self.started(machine)
            self.check(machine, f"cat {state}/kept/starts; stat -c %u {state}/kept/cluster /run/kept/socket",
                       "served served\n58000\n58000\n")
            rights = machine.run(f"grep -E '^(Uid|NoNewPrivs|CapBnd)' /proc/$(systemctl show -P MainPID {UNIT})/status").out
            self.assertRegex(rights, r"Uid:\t58000\t[\s\S]*CapBnd:\t0{16}\n[\s\S]*NoNewPrivs:\t1\n")
            self.check(machine, "grep -c ^qpkg-58000: /etc/passwd /etc/group", "/etc/passwd:1\n/etc/group:1\n")
            machine.run("touch /home/of-base /home/of-app; chown old /home/of-base; chown 58000 /home/of-app; "
                        f"systemctl stop {UNIT}; sync; umount -l /home; sync")
        self.world.move_base()
        with self.boot(*ALLOWED) as machine:
            machine.ready()
            self.started(machine)
            self.check(machine, "id -u old served; stat -c %u /home/of-base /home/of-app", "902\n903\n901\n58000\n")
            self.check(machine, f"cat {state}/kept/starts; stat -c %u {state}/kept/cluster",
                       "served served\nserved served\n58000\n")
            view = "nsenter -t $(systemctl show -P MainPID org.example.kept) -m"
            self.check(machine, f"{view} stat -c '%U %n' /var/lib/kept/cluster; {view} grep ^served: /etc/passwd",
                       "served /var/lib/kept/cluster\nserved:x:58000:58000:Serves:/var/lib/kept:/usr/sbin/nologin\n")


if __name__ == "__main__":
    unittest.main(verbosity=2)

# SPDX-License-Identifier: LGPL-2.1-or-later
"""A libvirtd of our own: the real one, which sees folders of ours where it keeps its things, so that nothing of this
computer is touched. Its machines are emulated, by the user that QEMU has on Debian."""

import os
import pathlib
import shutil
import subprocess
import sys
import time

QEMU_USER = 64055  # what Debian's libvirt-daemon-system makes
PLACES = {"etc": "/etc/libvirt", "run": "/run/libvirt", "lib": "/var/lib/libvirt", "cache": "/var/cache/libvirt",
          "log": "/var/log/libvirt"}
DAEMON = 'auth_unix_ro = "none"\nauth_unix_rw = "none"\n'
DRIVER = ('security_driver = "none"\nnamespaces = []\ncgroup_controllers = []\nremember_owner = 0\n'
          'stdio_handler = "file"\n')
DEVICES = ["full", "null", "random", "tty", "urandom", "zero"]
MARK = "QPKG_TEST_WORLD"


def enter_own_world():
    """This script once more, in mount and process namespaces of its own: what it leaves running ends with it. A shell is
    the first process there: libvirt waits for each QEMU until somebody has taken notice of its end."""
    if not os.environ.get(MARK):
        os.environ[MARK] = "1"
        os.execvp("unshare", ["unshare", "--mount", "--propagation", "private", "--pid", "--fork", "--kill-child",
                              "--mount-proc", "sh", "-c", '"$@" & wait $!', "sh", sys.executable, "-B", *sys.argv])


def missing_programs():
    return [name for name in ["libvirtd", "virsh", "mkfs.ext4"]
            if shutil.which(name, path=os.environ["PATH"] + ":/usr/sbin:/sbin") is None]


class Libvirtd:
    """Use as a context manager, after `enter_own_world`."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self._bound = []

    def __enter__(self):
        for name, place in PLACES.items():
            (self.folder / name).mkdir(parents=True)
            os.makedirs(place, exist_ok=True)
            self._bind(self.folder / name, place)
        self._hide_kvm()
        self._add_row("passwd", f"libvirt-qemu:x:{QEMU_USER}:{QEMU_USER}::/var/lib/libvirt:/usr/sbin/nologin\n")
        self._add_row("group", f"libvirt-qemu:x:{QEMU_USER}:\n")
        self._add_row("group", f"kvm:x:{QEMU_USER + 1}:\n")
        (self.folder / "etc/libvirtd.conf").write_text(DAEMON)
        (self.folder / "etc/qemu.conf").write_text(DRIVER)
        self.start()
        return self

    def __exit__(self, *_):
        self.stop()
        for place in reversed(self._bound):
            subprocess.run(["umount", "--lazy", str(place)], check=True)

    def _bind(self, source, place):
        subprocess.run(["mount", "--bind", str(source), str(place)], check=True)
        self._bound.append(place)

    def _hide_kvm(self):
        """Where there is one that QEMU's user may not use, libvirt asks QEMU anew what it can do for every call."""
        if not os.path.exists("/dev/kvm"):
            return
        fewer = self.folder / "dev"
        fewer.mkdir()
        for device in DEVICES:
            (fewer / device).touch()
            self._bind(pathlib.Path("/dev") / device, fewer / device)
        for folder in ["pts", "shm"]:
            (fewer / folder).mkdir()
            self._bind(pathlib.Path("/dev") / folder, fewer / folder)
        (fewer / "ptmx").symlink_to("pts/ptmx")
        subprocess.run(["mount", "--rbind", str(fewer), "/dev"], check=True)
        self._bound.append("/dev")

    def _add_row(self, table, row):
        there = pathlib.Path("/etc") / table
        text = there.read_text()
        if f"\n{row.split(':')[0]}:" not in text:
            changed = self.folder / table
            changed.write_text(text + row)
            self._bind(changed, there)

    def start(self):
        with open(self.folder / "daemon.log", "ab") as log:
            self._process = subprocess.Popen(["libvirtd", "-f", "/etc/libvirt/libvirtd.conf"], stdin=subprocess.DEVNULL,
                                             stdout=log, stderr=log,
                                             env=dict(os.environ, PATH=os.environ["PATH"] + ":/usr/sbin:/sbin"))
        until = time.monotonic() + 60
        while not os.path.exists("/run/libvirt/libvirt-sock"):
            if self._process.poll() is not None or time.monotonic() > until:
                raise RuntimeError((self.folder / "daemon.log").read_text())
            time.sleep(0.05)

    def stop(self):
        self._process.terminate()
        self._process.wait()

    def virsh(self, *words):
        done = subprocess.run(["virsh", "-q", "-c", "qemu:///system", *words], check=True, text=True,
                              stdin=subprocess.DEVNULL, capture_output=True)
        return done.stdout

    def keep_console(self, name):
        """From its next start on: in a file. Gives its path."""
        place = self.folder / "log" / f"{name}.console"
        xml = self.virsh("dumpxml", "--inactive", "--security-info", name)
        for device in ["console", "serial"]:
            xml = xml.replace(f"<{device} type='pty'>", f"<{device} type='file'><source path='{place}'/>")
        changed = self.folder / f"{name}.xml"
        changed.write_text(xml)
        self.virsh("define", str(changed))
        return place

    def volumes_of(self, name):
        """The serial numbers of the volumes that a running machine has now."""
        words = self.virsh("domblklist", name).split()
        return {pathlib.Path(word).stem for word in words if word.endswith(".erofs")}

# SPDX-License-Identifier: LGPL-2.1-or-later
"""A virtual machine: QEMU, its control socket (QMP), its console and a shell in the guest."""

import json
import pathlib
import re
import socket
import subprocess
import tempfile
import time

from shell import Shell

KERNEL_LINE = ("console=ttyS0 quiet loglevel=3 panic=-1 reboot=t mitigations=off tsc=reliable no_timer_check "
               "selinux=0 apparmor=0 audit=0")


class Disk:
    """`image` as the guest's disk with `serial`, read-only unless it is the guest's own."""

    def __init__(self, image, serial, writable=False):
        self.image = pathlib.Path(image)
        self.serial = serial
        self.writable = writable
        self.name = "d" + re.sub(r"\W", "", serial)


class Machine:
    """Starts at once; use as a context manager, so that no QEMU is left behind. Everything takes at most `seconds`."""

    BOARD = "pc"
    # Software emulation everywhere: the same machine on every computer. Without cx16 Linux 6.12 runs under QEMU 7.2, too.
    CPU = "max,-cx16"

    def __init__(self, kernel, initramfs, disks=(), words="", memory=256, seconds=90):
        self._folder = tempfile.TemporaryDirectory(prefix="qpkg-vm-")
        self.folder = pathlib.Path(self._folder.name)
        self.log = self.folder / "console"
        self._end = time.monotonic() + seconds
        self._events = []
        self._open = []
        command = ["qemu-system-x86_64", "-M", self.BOARD, "-accel", "tcg,thread=multi", "-cpu", self.CPU, "-m", str(memory),
                   "-smp", "1", "-nodefaults", "-no-user-config", "-no-reboot", "-display", "none",
                   "-chardev", f"file,id=log,path={self.log}", "-serial", "chardev:log",
                   *self._shells(), "-qmp", f"unix:{self.folder}/qmp,server=on,wait=off",
                   *self._boot(kernel, initramfs, words)]
        for disk in disks:
            command += ["-blockdev", json.dumps(self._block(disk)), "-device", json.dumps(self._device(disk))]
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                        stderr=subprocess.PIPE)
        try:
            self._shell = Shell(self.connect("shell"), self.left)
            self._qmp = self.connect("qmp").makefile("rw")
            self._open.append(self._qmp)
            self._read_qmp()
            self.qmp("qmp_capabilities")
        except BaseException:
            self.close()
            raise

    def _boot(self, kernel, initramfs, words):
        return ["-kernel", str(kernel), "-initrd", str(initramfs), "-append", f"{KERNEL_LINE} {words}"]

    def _socket(self, name):
        return ["-chardev", f"socket,id={name},path={self.folder}/{name},server=on,wait=off"]

    def _shells(self):
        return [*self._socket("shell"), "-serial", "chardev:shell"]

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        if kind is not None and self.log.exists():
            print(f"---- console\n{self.log.read_text(errors='replace')[-4000:]}\n----")
        self.close()

    def close(self):
        self.process.kill()
        self.process.wait()
        for each in [*self._open, self.process.stderr]:
            each.close()
        self._folder.cleanup()

    def left(self):
        """The seconds that are left. TimeoutError when there are none."""
        left = self._end - time.monotonic()
        if left <= 0:
            raise TimeoutError("the machine took too long")
        return left

    def connect(self, name):
        """A connection to the socket of this name."""
        while True:
            if self.process.poll() is not None:
                raise RuntimeError(self.process.stderr.read().decode())
            made = socket.socket(socket.AF_UNIX)
            try:
                made.connect(str(self.folder / name))
                made.settimeout(self.left())
                self._open.append(made)
                return made
            except OSError:
                made.close()
                self.left()
                time.sleep(0.02)

    # Disks

    @staticmethod
    def _block(disk):
        return {"driver": "raw", "node-name": disk.name, "read-only": not disk.writable,
                "file": {"driver": "file", "filename": str(disk.image)}}

    @staticmethod
    def _device(disk):
        return {"driver": "virtio-blk-pci", "id": disk.name, "drive": disk.name, "serial": disk.serial}

    def attach(self, disk):
        self.qmp("blockdev-add", **self._block(disk))
        self.qmp("device_add", **self._device(disk))

    def detach(self, disk):
        self.qmp("device_del", id=disk.name)
        self.wait_event("DEVICE_DELETED", lambda data: data.get("device") == disk.name)
        self.qmp("blockdev-del", **{"node-name": disk.name})

    # QMP

    def _read_qmp(self):
        line = self._qmp.readline()
        if not line:
            raise RuntimeError("the machine has ended")
        return json.loads(line)

    def qmp(self, command, **arguments):
        self._qmp.write(json.dumps({"execute": command, "arguments": arguments}) + "\n")
        self._qmp.flush()
        while True:
            answer = self._read_qmp()
            if "event" in answer:
                self._events.append(answer)
            elif "error" in answer:
                raise RuntimeError(f"{command}: {answer['error']}")
            else:
                return answer["return"]

    def wait_event(self, name, matches=lambda data: True):
        while True:
            for event in self._events:
                if event["event"] == name and matches(event.get("data", {})):
                    self._events.remove(event)
                    return event
            answer = self._read_qmp()
            if "event" in answer:
                self._events.append(answer)

    # The guest's shell

    def ready(self):
        """Waits for the guest's shell; what was printed before it, and the status of the agent's start."""
        return self._shell.ready()

    def run(self, script):
        return self._shell.run(script)

    def power_off(self):
        self.qmp("quit")
        self.process.wait(timeout=self.left())

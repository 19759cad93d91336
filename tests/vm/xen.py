# SPDX-License-Identifier: LGPL-2.1-or-later
"""Xen: an emulated machine with the hypervisor and a dom0 of Debian packages, and a guest that dom0 starts."""

import gzip
import json
import tarfile

import kernel as kernels
import roots
from machine import Disk, Machine
from shell import Shell
from worlds import HERE, World

PACKAGES = "xen-hypervisor-4.17-amd64,xen-utils-4.17,xenstore-utils,kmod,mount"
DOM0_MODULES = ["virtio_pci", "virtio_blk", "virtio_console", "erofs", "overlay", "loop", "xen-blkback", "xen-gntdev",
                "xen-evtchn", "xen-privcmd", "xenfs"]
GUEST_MODULES = ["xen-blkfront", "erofs", "overlay", "dm-verity", "sha256_ssse3"]
LIBRARIES = "usr/lib/x86_64-linux-gnu"
# xenstore's client for guests: where it is in their base, and where Debian has it.
CLIENT = {"usr/bin/xenstore-list": "usr/bin/xenstore-list", "usr/bin/xenstore-read": "usr/bin/xenstore-read",
          "lib64/ld-linux-x86-64.so.2": f"{LIBRARIES}/ld-linux-x86-64.so.2",
          **{f"usr/lib/{name}": f"{LIBRARIES}/{name}"
             for name in ["libc.so.6", "libxenstore.so.4", "libxentoolcore.so.1"]}}
# Under emulation lazy saving of registers corrupts memory. What guards against the processor's leaks only takes time.
XEN_LINE = ("console=com1 com1=115200,8n1 loglvl=error guest_loglvl=error dom0_mem=1024M,max:1024M dom0_max_vcpus=1 "
            "spec-ctrl=no,eager-fpu xpti=off ucode=no-scan watchdog=0")
LINUX_LINE = "console=hvc0 quiet loglevel=3 mitigations=off"
PLACE = "/run/guests"  # in dom0: what guests boot from, and their volumes


class XenWorld(World):
    """As World, for guests of Xen, and with a dom0 to start them."""

    MODULES = GUEST_MODULES

    def __init__(self, folder):
        self.packages = roots.kept_root("bookworm", PACKAGES)
        super().__init__(folder)
        made = self.small.must("base", "import", self.packages, "--id", "dom-0", "--json").json
        self.dom0_root = Disk(self._image(made["volume"]), "qpkg-base")
        self.dom0_kernel = kernels.Kernel("linux-image-amd64")
        self.dom0_initramfs = self._make_initramfs("dom0-initramfs", self.dom0_kernel, DOM0_MODULES)
        self.hypervisor = self.folder / "xen"
        with tarfile.open(self.packages) as tar:
            name = next(name for name in tar.getnames() if name.startswith("./boot/xen-4") and name.endswith(".gz"))
            self.hypervisor.write_bytes(gzip.decompress(tar.extractfile(name).read()))

    def _base_files(self):
        with tarfile.open(self.packages) as tar:
            client = {name: tar.extractfile(f"./{source}").read() for name, source in CLIENT.items()}
        return {**super()._base_files(), **client,
                "usr/bin/qubesdb-multiread": (HERE / "qubesdb_multiread.sh").read_bytes()}

    def dom0(self, volumes):
        """A machine with Xen whose dom0 has these volumes, and what guests boot from."""
        files = self.folder / "guests.tar"
        with tarfile.open(files, "w") as tar:
            for name, path in [("kernel", self.kernel.image), ("initramfs", self.initramfs),
                               ("base.erofs", self.base.image), *[(v.image.name, v.image) for v in volumes]]:
                tar.add(path, arcname=name)
        return Dom0(self, [self.dom0_root, Disk(files, "guests")])


class Dom0(Machine):
    """A machine that runs Xen; its shell is dom0's."""

    BOARD = "q35"
    # Not "max": a PV dom0 does not start on a processor with SMAP. PVH guests need nested pages, two modules the rest.
    CPU = "qemu64,-cx16,+npt,+ssse3,+sse4.1,+sse4.2"

    def __init__(self, world, disks):
        self._hypervisor = world.hypervisor
        super().__init__(world.dom0_kernel.image, world.dom0_initramfs, disks, "test.base test.dom0 test.shell=vport0p1",
                         memory=2048, seconds=400)
        self.guest = self.connect("guest")

    def _boot(self, kernel, initramfs, words):
        return ["-kernel", str(self._hypervisor), "-append", XEN_LINE,
                "-initrd", f"{kernel} {LINUX_LINE} {words},{initramfs}"]

    def _shells(self):
        # The first device: the kernel counts its ports as those of device 0.
        return ["-device", "virtio-serial-pci", *self._socket("shell"), "-device", "virtserialport,chardev=shell",
                *self._socket("guest"), "-device", "virtserialport,chardev=guest"]

    def must(self, script):
        """What a command in dom0 prints."""
        result = self.run(script)
        if result.status != 0:
            raise RuntimeError(f"dom0: {script}: {result}")
        return result.out

    def digests(self):
        """The sha256 of every file that guests were given."""
        return self.must(f"cd {PLACE} && sha256sum *")


class XenGuest:
    """A guest, `kind` pv or pvh, with the volume of each letter in `disks`, and told `lines`. Its shell is its console, which
    dom0 passes on. What it is told lies in xenstore, where its qubesdb-multiread finds it."""

    NAME = "work"

    def __init__(self, dom0, kind, disks, lines):
        self._dom0 = dom0
        self._loops = {}
        given = {"xvda": "base.erofs", **{f"xvdq{letter}": volume.image.name for letter, volume in disks.items()}}
        settings = {"name": self.NAME, "type": kind, "memory": 192, "vcpus": 1, "on_crash": "destroy",
                    "kernel": f"{PLACE}/kernel", "ramdisk": f"{PLACE}/initramfs",
                    "extra": f"{LINUX_LINE} test.base test.shell=hvc0",
                    "disk": [f"phy:{PLACE}/{image},{name},r" for name, image in given.items()]}
        text = "".join(f"{name} = {json.dumps(value)}\n" for name, value in settings.items())
        dom0.must(f"echo '{text}' >/run/{self.NAME}.cfg && xl create -q -p /run/{self.NAME}.cfg")
        self._store = f"/local/domain/{dom0.must(f'xl domid {self.NAME}').strip()}"
        self.tell(lines)
        dom0.must(f"console=$(xenstore-read {self._store}/console/tty) && "
                  "{ exec 3<>/dev/vport0p2; cat <$console >&3 & cat <&3 >$console & } && "
                  f"xl unpause {self.NAME}")
        self._shell = Shell(dom0.guest, dom0.left)

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        if kind is not None:
            print(f"---- the guest's console\n{self._shell.pending()}\n----")

    def ready(self):
        """Waits for the guest's shell; what was printed before it, and the status of the agent's start."""
        return self._shell.ready()

    def run(self, script):
        return self._shell.run(script)

    def tell(self, lines):
        """Announces `lines`, instead of what was announced before."""
        self._dom0.must("; ".join([f"xenstore-rm {self._store}/vm-config 2>/dev/null",
                                   *[f"xenstore-write {self._store}/vm-config/qpkg-{letter} '{line}'"
                                     for letter, line in lines.items()]]))

    def attach(self, letter, volume):
        """As Qubes does it for a running qube: a loop device of its own."""
        loop = self._dom0.must(f"losetup --find --show --read-only {PLACE}/{volume.image.name}").strip()
        self._dom0.must(f"xl block-attach {self.NAME} phy:{loop},xvdq{letter},r")
        self._loops[letter] = loop
        # That xl has ended says little: the disk is there when the guest says so.
        self.run(f"until [ -b /dev/xvdq{letter} ]; do sleep 0.1; done")

    def detach(self, letter):
        """Takes away what was attached, even when the guest uses it: Linux lets go of Xen's disks without being asked."""
        self._dom0.must(f"xl block-detach {self.NAME} xvdq{letter}")
        loop = self._loops.pop(letter)
        self._dom0.must(f"losetup --detach {loop}; while losetup {loop} 2>/dev/null; do sleep 0.1; done")

# SPDX-License-Identifier: LGPL-2.1-or-later
"""Debian's kernel for guests, unpacked but never installed, and initramfs archives around it."""

import os
import pathlib
import shutil
import stat
import subprocess
import tempfile

CACHE = pathlib.Path(os.environ.get("QPKG_VM_CACHE", pathlib.Path(__file__).resolve().parents[2] / "build/vm"))
ELF = b"\x7fELF"
# What kernels are compressed with: how it begins, and who undoes it.
COMPRESSIONS = {b"\x02\x21\x4c\x18": ["lz4", "-dcq"], b"\xfd7zXZ\0": ["xz", "-dcq", "--single-stream"],
                b"\x28\xb5\x2f\xfd": ["zstd", "-dcq"]}


def output_of(*words, **options):
    return subprocess.run(list(map(str, words)), check=True, text=True, stdout=subprocess.PIPE,
                          stdin=subprocess.DEVNULL, **options).stdout


def versioned(package):
    """The package that `package` stands for: linux-image-6.1.0-56-cloud-amd64 of linux-image-cloud-amd64."""
    for line in output_of("apt-cache", "depends", package).splitlines():
        if line.strip().startswith("Depends: linux-image-"):
            return line.split()[1]
    raise RuntimeError(f"apt knows no kernel {package}: run apt-get update")


class Kernel:
    """`image` boots; `modules(names)` are files in the order they must be loaded."""

    def __init__(self, package="linux-image-cloud-amd64"):
        self.package = versioned(package)
        self.folder = CACHE / self.package
        if not self.folder.is_dir():
            self._unpack()
        self.image = self.folder / "vmlinux"
        self.version = next((self.folder / "lib/modules").iterdir()).name

    def _unpack(self):
        CACHE.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=CACHE) as scratch:
            scratch = pathlib.Path(scratch)
            # apt's own user may not write here, and says so at length.
            output_of("apt-get", "-qq", "-o", "APT::Sandbox::User=root", "download", self.package, cwd=scratch)
            output_of("dpkg-deb", "-x", next(scratch.glob("*.deb")), scratch / "root")
            if not (scratch / "root/lib/modules").exists():
                (scratch / "root/lib").symlink_to("usr/lib")
            version = next((scratch / "root/lib/modules").iterdir()).name
            output_of("depmod", "-b", scratch / "root", version)
            # Unpacked here once, instead of by each emulated machine.
            (scratch / "root/vmlinux").write_bytes(unpacked(next((scratch / "root/boot").glob("vmlinuz-*")).read_bytes()))
            os.rename(scratch / "root", self.folder)

    def modules(self, names):
        files = []
        for name in names:
            shown = output_of("modprobe", "-d", self.folder, "-S", self.version, "--show-depends", name)
            for line in shown.splitlines():
                words = line.split()
                if words[0] == "insmod" and words[1] not in files:
                    files.append(words[1])
        return [pathlib.Path(file) for file in files]


def unpacked(vmlinuz):
    """The ELF file in a compressed kernel image."""
    for magic, command in COMPRESSIONS.items():
        at = vmlinuz.find(magic)
        while at >= 0:
            # What follows the stream makes them complain, after they have done their work.
            done = subprocess.run(command, input=vmlinuz[at:], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                                  check=False)
            if done.stdout.startswith(ELF):
                return done.stdout
            at = vmlinuz.find(magic, at + 1)
    raise RuntimeError("no known compression in the kernel image")


class Initramfs:
    """A cpio archive (newc) that is written entry by entry; everything belongs to root."""

    def __init__(self):
        self._bytes = bytearray()
        self._count = 0
        self._folders = set()

    def _entry(self, name, mode, content=b""):
        self._count += 1
        fields = [self._count, mode, 0, 0, 1, 0, len(content), 0, 0, 0, 0, len(name) + 1, 0]
        self._bytes += b"070701" + b"".join(b"%08x" % field for field in fields) + name.encode() + b"\0"
        self._bytes += b"\0" * (-len(self._bytes) % 4) + content
        self._bytes += b"\0" * (-len(self._bytes) % 4)

    def folder(self, name):
        parent = os.path.dirname(name)
        if parent:
            self.folder(parent)
        if name not in self._folders:
            self._folders.add(name)
            self._entry(name, stat.S_IFDIR | 0o755)

    def file(self, name, content, mode=0o644):
        if "/" in name:
            self.folder(os.path.dirname(name))
        self._entry(name, stat.S_IFREG | mode, content.encode() if isinstance(content, str) else content)

    def link(self, name, target):
        if "/" in name:
            self.folder(os.path.dirname(name))
        self._entry(name, stat.S_IFLNK | 0o777, target.encode())

    def write(self, path):
        self._entry("TRAILER!!!", 0)
        pathlib.Path(path).write_bytes(self._bytes)


def busybox_initramfs(kernel, module_names):
    """busybox with its applets, the kernel's modules and their order; the caller adds /init."""
    archive = Initramfs()
    for name in ["bin", "sbin", "dev", "proc", "sys", "run", "tmp", "newroot", "usr/bin", "usr/sbin", "etc", "opt",
                 "var/lib", "lib/modules"]:
        archive.folder(name)
    archive.file("bin/busybox", pathlib.Path("/bin/busybox").read_bytes(), 0o755)
    for applet in output_of("/bin/busybox", "--list").split():
        archive.link(f"usr/bin/{applet}", "/bin/busybox")
    archive.link("bin/sh", "busybox")
    order = kernel.modules(module_names)
    for module in order:
        archive.file(f"lib/modules/{module.name}", module.read_bytes())
    archive.file("lib/modules/order", "".join(module.name + "\n" for module in order))
    return archive


def missing_programs():
    """Programs that virtual machines need and this computer lacks."""
    return [name for name in ["qemu-system-x86_64", "modprobe", "depmod", "dpkg-deb", "mmdebstrap", "busybox", "lz4", "xz",
                              "zstd"]
            if shutil.which(name, path=os.environ["PATH"] + ":/usr/sbin:/sbin") is None]

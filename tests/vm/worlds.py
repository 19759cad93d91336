# SPDX-License-Identifier: LGPL-2.1-or-later
"""A base and volumes for virtual machines, made by qpkg itself, and what tells a machine of them."""

import hashlib
import os
import pathlib
import shutil
import sys
import tarfile
import unittest

import kernel as kernels
import roots
from machine import Disk, Machine

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))
from small_world import PASSWD, SmallWorld  # noqa: E402

PROGRAMS = pathlib.Path(os.environ.get("QPKG_BIN_DIR", HERE.parents[1] / "build/bin"))
CONFIG_SERIAL = "qpkg-announced"
GUEST_PROGRAMS = ["qpkg-agent", "qpkg-run"]
REFRESH = "/usr/libexec/qpkg/qpkg-agent refresh"
# Tells every 50 ms which release's file it sees, until it is told to stop.
LASTING = """#!/bin/sh
while [ ! -e /run/stop-{name} ]; do
    read -r seen </usr/share/{name}/release
    echo "$seen" >>/run/seen-{name}
    sleep 0.05
done
cat /usr/share/{name}/release >/run/ending-{name}
mv /run/ending-{name} /run/ended-{name}
"""


def lasting(name, version):
    """A release whose command goes on until /run/stop-NAME is there."""
    return (f"org.example.{name}", version,
            {f"usr/bin/{name}": LASTING.format(name=name), f"usr/share/{name}/release": f"{version}\n"})


# The same for a service, in a folder that systemd makes for it.
SERVING = """#!/bin/sh
while read -r seen </usr/share/{name}/release; do
    echo "$seen" >>/run/{name}/seen
    sleep 0.05
done
"""


def serving(name, version):
    """A release with a service that goes on until systemd stops it. Its unit asks for more than a confined one gets."""
    return (f"org.example.{name}", version,
            {f"usr/bin/{name}": SERVING.format(name=name), f"usr/share/{name}/release": f"{version}\n",
             f"usr/lib/systemd/system/{name}.service":
             f"[Service]\nUser=root\nRuntimeDirectory={name}\nExecStart=/usr/bin/{name}\n"})


class Volume:
    """One release's volume as an image on this machine."""

    def __init__(self, app, version, root, image):
        self.app, self.version, self.root, self.image = app, version, root, image
        self.disk = Disk(image, root[:20])

    def line(self, *services):
        """`services`: "+NAME.service" for one that may start confined, "!NAME.service" with the rights of its unit."""
        return " ".join([self.app, self.version, "private", self.root, *services])

    def word(self, slot, *services):
        """For the kernel's command line."""
        return ";".join([f"qpkg.{slot}={self.line().replace(' ', ',')}", *services])

    def digest(self):
        return hashlib.sha256(self.image.read_bytes()).hexdigest()


class Guest(Machine):
    """A machine of a world, which can be told of other volumes while it runs."""

    def __init__(self, world, disks, words, lines, base, **options):
        self._world = world
        self._config = None if lines is None else world.config_disk(lines)
        first = [world.base] if base else []
        last = [self._config] if self._config else []
        super().__init__(world.kernel.image, world.initramfs, [*first, *disks, *last],
                         words + (" test.base" if base else ""), **options)

    def tell(self, lines):
        """Announces `lines`, instead of what a config disk said before."""
        if self._config:
            self.detach(self._config)
        self._config = self._world.config_disk(lines)
        self.attach(self._config)
        # Nothing announces the announcement: whoever tells the agent to refresh has seen to it that the disk is there.
        self.run(f"until grep -qx {CONFIG_SERIAL} /sys/block/*/serial; do sleep 0.05; done")


class MachineCase(unittest.TestCase):
    """Tests that say what commands in a machine print."""

    def check(self, machine, script, out, status=0):
        result = machine.run(script)
        self.assertEqual((result.out, result.status), (out, status), script)


class World:
    """A base of busybox with the agent, and any number of volumes."""

    MODULES = ["virtio_pci", "virtio_blk", "erofs", "overlay", "dm-verity", "sha256_ssse3"]

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.small = SmallWorld(self.folder, PROGRAMS)
        made = self.small.must("base", "import", self._root_archive(), "--id", "debian-12", "--json").json
        self.base = Disk(self._image(made["volume"]), "qpkg-base")
        self.small.make_keys()
        self._qubes = self._configs = 0
        self._added = False
        self.kernel = kernels.Kernel()
        self.initramfs = self._make_initramfs("initramfs", self.kernel, self.MODULES)

    def _make_initramfs(self, name, kernel, modules):
        archive = kernels.busybox_initramfs(kernel, modules)
        archive.file("init", (HERE / "guest_init.sh").read_bytes(), 0o755)
        for file in ["test-shell.service", "guest_serve.sh", "dom0_start.sh"]:
            archive.file(file, (HERE / file).read_bytes())
        for program in GUEST_PROGRAMS:
            archive.file(f"usr/libexec/qpkg/{program}", (PROGRAMS / program).read_bytes(), 0o755)
        archive.file("etc/passwd", PASSWD)
        archive.write(self.folder / name)
        return self.folder / name

    def _root_archive(self, files=None):
        applets = kernels.output_of("/bin/busybox", "--list").split()
        return self.small.base_archive([applet for applet in applets if applet != "busybox"], files or self._base_files())

    def _base_files(self):
        agent = {f"usr/libexec/qpkg/{program}": (PROGRAMS / program).read_bytes() for program in GUEST_PROGRAMS}
        return {**agent, "usr/share/base/file": "base\n"}

    def _image(self, root):
        return self.small.root / "volumes" / f"{root}.erofs"

    def volumes(self, *releases, layout="separate"):
        """Volumes of (app, version, files): published and installed, as users do it. With the layout "composed" they
        name one image."""
        return self.installed([self.small.make_module(app, version, files, out=self.folder / f"out-{version}")
                               for app, version, files in releases], layout)

    def installed(self, modules, layout="separate"):
        """Volumes of modules, in their order: published, installed into a qube of this machine."""
        self.small.publish(*modules)
        if not self._added:
            self.small.add_repository()
            self._added = True
        self._qubes += 1
        qube = f"q{self._qubes}"
        names = [module.name for module in modules]
        self.small.must("qube", "create", qube, "--base", "debian-12", "--layout", layout)
        self.small.must("install", *names, "--into", qube, "--yes")
        there = {app["app"]: app for app in self.small.must("list", qube, "--json").json["apps"]}
        return [Volume(name, there[name]["version"], there[name]["volume"], self._image(there[name]["volume"]))
                for name in names]

    def config_disk(self, lines):
        """A disk that announces `lines` by slot. Each has a file of its own: QEMU holds what it has opened."""
        self._configs += 1
        name = f"config{self._configs}"
        text = "qpkg-announced-2\n" + "".join(f"{slot} {line}\n" for slot, line in lines.items())
        image = self.folder / f"{name}.img"
        image.write_bytes(text.encode().ljust(4096 * (1 + len(text) // 4096), b"\0"))
        disk = Disk(image, CONFIG_SERIAL)
        disk.name = name
        return disk

    def machine(self, disks=(), words="", lines=None, base=True, **options):
        """A machine that boots the base (or the bare initramfs) with these disks; `lines` are on a config disk."""
        return Guest(self, disks, words, lines, base, **options)


class SystemdWorld(World):
    """As World, with a root of Debian packages that starts systemd; kept by its list of packages."""

    PACKAGES = "systemd,systemd-sysv,udev,kmod,mount,dbus"

    def __init__(self, folder, suite):
        self.suite = suite
        super().__init__(folder)

    def _root_archive(self):
        archive = self.folder / "vm-base.tar"
        shutil.copy(roots.kept_root(self.suite, self.PACKAGES), archive)
        with tarfile.open(archive, "a") as tar:
            there = {name.strip("./") for name in tar.getnames()}
            for path in sorted((PROGRAMS / "guest").rglob("*")):
                name = str(path.relative_to(PROGRAMS / "guest"))
                if name not in there:  # folders that Debian has, too
                    tar.add(path, arcname=f"./{name}", recursive=False)
        return archive

    def machine(self, disks=(), words="", lines=None, base=True, **options):
        quiet = "systemd.unit=test-shell.service systemd.log_level=warning systemd.show_status=0 systemd.firstboot=off"
        return super().machine(disks, f"{words} test.systemd {quiet}", lines, base, memory=768, **options)


class MachinesOfLibvirt:
    """Comes before a world: its machines are libvirt's, with an initramfs as users have it; nobody but the agent is in
    them. Releases 1.0 of hello, other and clock."""

    def __init__(self, *arguments):
        super().__init__(*arguments)
        os.chmod(self.kernel.image, 0o644)
        (self.folder / "libvirt.toml").write_text(
            f'accelerator = "tcg"\nkernel = "{self.kernel.image}"\ninitramfs = "{self.initramfs}"\n'
            'memory = 512\nprocessors = 1\ndisk = 64\nstart_seconds = 90\nrefresh_seconds = 30\n'
            'command_line = "console=ttyS0 quiet loglevel=3 panic=-1 mitigations=off tsc=reliable no_timer_check '
            'systemd.log_level=warning systemd.show_status=0 systemd.firstboot=off"\n')
        self.small.publish(self.small.make_module(*lasting("clock", "1.0")),
                           self.small.make_module("org.example.hello", "1.0"),
                           self.small.make_module("org.example.other", "1.0"))
        self.small.add_repository()

    def _make_initramfs(self, name, kernel, modules):
        kernels.output_of(HERE.parents[1] / "packaging/libvirt/make-initramfs", "--root", kernel.folder, kernel.version,
                          self.folder / name)
        return self.folder / name

    def _base_files(self):
        return {**super()._base_files(), "usr/sbin/init": (HERE / "guest_plain.sh").read_bytes()}

    def publish_newer(self):
        out = self.folder / "out-2.0"
        self.small.publish(self.small.make_module(*lasting("clock", "2.0"), out=out),
                           self.small.make_module("org.example.hello", "2.0", out=out))


class LibvirtWorld(MachinesOfLibvirt, World):
    """With a tiny root, which has a package."""

    def _base_files(self):
        return {**super()._base_files(), **self._package("1.1")}

    @staticmethod
    def _package(version):
        return {"var/lib/dpkg/status": f"Package: thing\nStatus: install ok installed\nVersion: {version}\nArchitecture: all\n"}

    def import_newer_base(self):
        archive = self._root_archive({**self._base_files(), **self._package("1.2"), "usr/share/base/file": "newer base\n"})
        self.small.must("base", "import", archive, "--id", "debian-12")

    def publish_what_has_a_view_of_its_own(self):
        """An app that asks for one version of a package of the base, one with a place for an extension, that, and an app that
        brings its own root."""
        tool = {"usr/bin/tool": "#!/bin/sh\ncat /usr/share/tool/plug-ins/*\n", "usr/share/tool/plug-ins/own": "own\n"}
        self.small.publish(
            self.small.make_module("org.example.lagging", "1.0", {"usr/bin/lagging": "#!/bin/sh\ncat /usr/share/base/file\n"},
                                   details="qpkg-details\t1\nneeds\tlagging\tthing\t=\t1.1\n"),
            self.small.make_module("org.example.tool", "1.0", tool, points=["org.example.tool,1,/usr/share/tool/plug-ins"]),
            self.small.make_module("org.example.plug", "1.0", {"usr/share/tool/plug-ins/more": "more\n"},
                                   extends="org.example.tool,1"),
            self.small.make_whole("org.example.whole", "1.0"))


class LibvirtSystemdWorld(MachinesOfLibvirt, SystemdWorld):
    """With a root of Debian packages that starts systemd."""


def require_programs(more_missing=()):
    """Skips on a developer's machine that has no QEMU; in CI it must be there."""
    missing = [*kernels.missing_programs(), *more_missing]
    if not missing:
        return
    if os.environ.get("QPKG_TESTS_STRICT"):
        raise RuntimeError(f"missing: {', '.join(missing)}")
    raise unittest.SkipTest(f"missing: {', '.join(missing)}")



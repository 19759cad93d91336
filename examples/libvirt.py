#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A qube as a virtual machine of libvirt, with a base that starts Debian's systemd: an application runs in it, another one
comes while it runs. The libvirtd is one of our own, its machines are emulated by QEMU, on a kernel of Debian's that is
downloaded once. Needs root, a network, and the programs of `./dev build`. Leaves nothing behind but the kernel in
build/vm."""

import os
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "tests/vm"))
import kernel as kernels  # noqa: E402
import libvirtd  # noqa: E402

PROGRAMS = pathlib.Path(os.environ.get("QPKG_BIN_DIR", HERE.parent / "build/bin"))
APPS = ["firefox-esr", "git"]


def say(text):
    print(f"\n== {text}", flush=True)


def run(*words):
    """Shows a command and runs it."""
    print("$", *words, flush=True)
    subprocess.run(list(map(str, words)), check=True, stdin=subprocess.DEVNULL)


def publish_apps():
    say("A base that starts by itself, and modules from Debian's own packages")
    run("qpkg", "base", "build", "debian-12", "--with", "systemd-sysv,udev,dbus")
    run("qpkg", "key", "new", "--out", "keys", "--no-passphrase")
    for app in APPS:
        run("qpkg", "build", "--from", f"deb:{app}", "--base", "debian-12", "--out", "out")
    run("qpkg", "publish", *sorted(pathlib.Path("out").iterdir()), "--repo", "site", "--keys", "keys")
    run("qpkg", "repo", "add", "demo", "site", "--yes")


def use_a_machine(daemon):
    say("A machine with one app; it starts when something is to run in it")
    run("qpkg", "qube", "create", "work", "--base", "debian-12")
    daemon.keep_console("work")  # QEMU's user may have no terminal here
    run("qpkg", "install", "firefox-esr", "--into", "work", "--yes")
    run("qpkg", "run", "work", "--", "firefox-esr", "--version")
    run("virsh", "-q", "list")

    say("Another app comes while the machine runs")
    run("qpkg", "install", "git", "--into", "work", "--yes")
    run("qpkg", "run", "work", "--", "git", "--version")
    run("qpkg", "status")


def main():
    kernel = kernels.Kernel()
    with tempfile.TemporaryDirectory(prefix="qpkg-demo-", dir=os.environ.get("TMPDIR", "/var/tmp")) as made:
        os.chmod(made, 0o711)  # QEMU's user passes through
        os.chdir(made)
        initramfs = pathlib.Path(made) / "initramfs"
        subprocess.run([HERE.parent / "packaging/libvirt/make-initramfs", "--root", kernel.folder, kernel.version,
                        initramfs], check=True)
        os.chmod(kernel.image, 0o644)
        settings = pathlib.Path(made) / "libvirt.toml"
        settings.write_text(f'accelerator = "tcg"\nkernel = "{kernel.image}"\ninitramfs = "{initramfs}"\nmemory = 1024\n'
                            'processors = 2\nstart_seconds = 300\nrefresh_seconds = 120\n'
                            'command_line = "console=ttyS0 quiet mitigations=off tsc=reliable no_timer_check"\n')
        os.environ.update(QPKG_ROOT=f"{made}/qpkg", QPKG_BACKEND="libvirt", QPKG_LIBVIRT_CONFIG=str(settings),
                          PATH=f"{PROGRAMS}:{os.environ['PATH']}")
        with libvirtd.Libvirtd(f"{made}/libvirtd") as daemon:
            publish_apps()
            use_a_machine(daemon)
            daemon.virsh("destroy", "work")
            run("qpkg", "qube", "remove", "work", "--yes")


if __name__ == "__main__":
    libvirtd.enter_own_world()
    main()

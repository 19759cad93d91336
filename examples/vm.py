#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Two virtual machines from one base: three apps, one of them in both; one app is upgraded while another runs beside it.
Emulated by QEMU, so no KVM is needed; on a kernel of Debian's that is downloaded once. Needs root, a network, and the
programs of `./dev build`. Leaves nothing behind but the kernel in build/vm."""

import pathlib
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "tests/vm"))
import worlds  # noqa: E402

CLOCK = """#!/bin/sh
while [ ! -e /run/stop ]; do
    read -r release </usr/share/clock/release
    echo "$release" >>/run/clock
    sleep 0.1
done
"""


def say(text):
    print(f"\n== {text}", flush=True)


def run(name, machine, script):
    """Shows a command in a machine, and what it said."""
    result = machine.run(script)
    print(f"{name}$ {script}\n{result.out}", end="", flush=True)
    return result


def must(condition, text):
    if not condition:
        raise SystemExit(f"the demonstration failed: {text}")


def two_machines(world, clock, hello, other, hello2):
    before = {volume.image.name: volume.digest() for volume in (clock, hello, other, hello2)}

    say("Two machines start from one base; hello is one file on this computer, and in both")
    with world.machine([clock.disk, hello.disk], lines={"a": clock.line(), "b": hello.line()}) as work, \
            world.machine([hello.disk, other.disk], lines={"a": hello.line(), "b": other.line()}) as personal:
        work.ready(), personal.ready()
        run("work", work, "/usr/libexec/qpkg/qpkg-agent list | cut -c1-60")
        run("personal", personal, "/usr/libexec/qpkg/qpkg-agent list | cut -c1-60")
        run("personal", personal, "hello; other; clock")

        say("work: clock runs while hello is upgraded")
        run("work", work, "clock >/dev/null 2>&1 & sleep 0.5; hello")
        work.attach(hello2.disk)
        work.tell({"a": clock.line(), "c": hello2.line()})
        upgraded = run("work", work, f"{worlds.REFRESH}; hello")
        work.detach(hello.disk)
        seen = run("work", work, "n=$(wc -l </run/clock); sleep 0.5; [ $(wc -l </run/clock) -gt $n ] && "
                                 "echo clock still runs, and saw only: $(sort -u /run/clock)")
        kept = run("personal", personal, "hello")
        must(upgraded.out == "hello 2.0\n" and "still runs, and saw only: 1.0" in seen.out, "clock was disturbed")
        must(kept.out == "hello 1.0\n", "the other machine changed")

        say("Nothing writes to a volume")
        written = run("work", work, "blockdev --setrw /dev/vdb; dd if=/dev/zero of=/dev/vdb bs=4096 count=1 conv=fsync")
        must(written.status != 0, "a volume could be written to")

    for volume in (clock, hello, other, hello2):
        must(volume.digest() == before[volume.image.name], f"{volume.image} changed")
        print(f"{volume.digest()[:16]}… unchanged  {volume.app} {volume.version}")


def boot_times(world):
    say("Seconds from the kernel's start to the agent's end, by number of volumes (emulated)")
    volumes = world.volumes(*[(f"org.example.app{number:02}", "1.0", None) for number in range(20)])
    for count in (0, 1, 5, 20):
        some = volumes[:count]
        disks = [volume.disk for volume in some]
        lines = {f"slot{number:02}": volume.line() for number, volume in enumerate(some)}
        with world.machine(disks, lines=lines) as machine:
            machine.ready()
            print(f"{count:3} volumes: {machine.run('cut -d. -f1,2 /proc/uptime').out.split()[0]} s, of which the agent "
                  f"{machine.run('cat /run/agent-seconds').out.strip()} s", flush=True)


def main():
    missing = worlds.kernels.missing_programs()
    if missing:
        raise SystemExit(f"missing: {', '.join(missing)}")
    with tempfile.TemporaryDirectory(prefix="qpkg-demo-") as folder:
        say("A base, three apps and an upgrade, published and made into volumes by qpkg")
        world = worlds.World(folder)
        clock, hello, other = world.volumes(
            ("org.example.clock", "1.0", {"usr/bin/clock": CLOCK, "usr/share/clock/release": "1.0\n"}),
            ("org.example.hello", "1.0", None), ("org.example.other", "1.0", None))
        (hello2,) = world.volumes(("org.example.hello", "2.0", None))
        two_machines(world, clock, hello, other, hello2)
        boot_times(world)


if __name__ == "__main__":
    main()

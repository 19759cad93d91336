# SPDX-License-Identifier: LGPL-2.1-or-later
"""operations.py BIN NAME: one operation of qpkg dies at each of its fault points, see harness.py.

BIN holds the programs. With --no-sync=WORD the syncs of paths that contain WORD are skipped, and the program ends well
when the harness noticed.
"""

import argparse
import json
import pathlib
import shutil
import sys
import tempfile

import harness
from disk import Disk

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from small_world import SmallWorld  # noqa: E402


class Machine:
    """A prepared machine: a tiny base, a published repository, two qubes, and hello in one of them."""

    def __init__(self, bin_directory, disk):
        self.bin = pathlib.Path(bin_directory).resolve()
        self.disk = disk
        self.state = disk.state

    def qpkg(self, *words, root=None):
        return [str(self.bin / "qpkg"), "--root", str(root or self.state / "root"), "--yes", *map(str, words)]

    def ask(self, *words, root=None):
        return json.loads(harness.call_checked([*self.qpkg(*words, root=root), "--json"]))

    def run(self, *words, root=None):
        harness.call_checked(self.qpkg(*words, root=root))

    def publish(self, *modules):
        return self.qpkg("publish", *(self.state / "modules" / module for module in modules),
                         "--repo", self.state / "site", "--keys", self.state / "keys")

    def prepare(self, further_commands=()):
        harness.call_checked([str(self.bin / "fault-prepare-state"), str(self.state)])
        self.run("key", "new", "--out", self.state / "keys", "--no-passphrase")
        harness.call_checked(self.publish("hello-1", "tool-1"))
        self.run("repo", "add", "demo", self.state / "site")
        self.run("qube", "create", "work", "--base", "tiny-1")
        self.run("qube", "create", "personal", "--base", "tiny-1")
        shutil.copytree(self.state / "root", self.state / "client", symlinks=True)
        self.run("install", "hello", "--into", "work")
        for command in further_commands:
            harness.call_checked(command)
        self.disk.keep_as_pristine()

    def bindings(self, _=None):
        """What a user sees: which release of which app each qube has."""
        apps = self.ask("list")["apps"]
        return {f'{app["qube"]}: {app["app"]} {app["version"]} as {app["volume"][:12]}' for app in apps}

    def verify(self, _=None):
        self.run("verify")

    def collect(self, _=None):
        """Removes garbage; what lies on the disk then. SQLite's side files come and go."""
        self.run("gc", "--keep", 0, "--yes")
        return self.files()

    def files(self, _=None):
        paths = (path for path in self.state.rglob("*") if not path.name.startswith("state.db-"))
        return {str(path.relative_to(self.state)) for path in paths}

    def fresh_client(self):
        """A user who trusts the repository since its first release and has seen nothing newer."""
        copy = self.disk.mount_point / "client"
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(self.state / "client", copy, symlinks=True)
        return copy

    def offers(self, _=None):
        """What the repository offers to a user."""
        found = self.ask("search", root=self.fresh_client())["apps"]
        return {f'{offer["app"]} {offer["version"]}' for offer in found}

    def install_everything(self, _=None):
        """Each release that is offered can be had, whole."""
        client = self.fresh_client()
        for app in ("hello", "tool"):
            self.run("install", app, "--into", "personal", root=client)
        self.run("verify", root=client)


    # A machine without a network: `client`, which has the repository's metadata and nothing of what it offers.

    def prepare_import(self):
        self.prepare()
        bundle = self.state / "bundle.qpkgb"
        harness.call_checked(self.publish("hello-2"))
        self.run("bundle", "create", "--repo", self.state / "site", "--out", bundle)
        (self.state / "site").rename(self.state / "out of reach")
        shutil.rmtree(self.disk.pristine)
        self.disk.keep_as_pristine()
        return self.qpkg("import", bundle, root=self.state / "client")

    def installable(self, _=None):
        """What can be had now, without anything else."""
        words = [self.qpkg("install", app, "--into", "personal", "--offline", "--dry-run", root=self.state / "client")
                 for app in ("hello", "tool")]
        return [harness.call(command).returncode == 0 for command in words]

    def verify_client(self, _=None):
        self.run("verify", root=self.state / "client")

    def collect_client(self, _=None):
        self.run("gc", "--keep", 0, "--yes", root=self.state / "client")
        return self.files()

    # A machine whose qube has its base and two apps from a repository, which has newer ones.

    def prepare_move(self):
        """Base and hello move; lagging fits the older base alone, which stays in its view."""
        world, client, base = SmallWorld(self.state, self.bin), self.state / "client", "org.example.tiny"

        def import_base(release):
            package = f"Package: thing\nStatus: install ok installed\nVersion: 1.{release}\nArchitecture: all\n"
            files = {"usr/share/release": f"{release}\n", "var/lib/dpkg/status": package}
            world.must("base", "import", world.base_archive(files=files), "--id", base, "--out", world.out)
            return world.out / base

        def hello(version):
            return world.make_module("org.example.hello", version, base=base)

        world.make_keys()
        needs = "qpkg-details\t1\nneeds\tlagging\tthing\t=\t1.1\n"
        world.publish(import_base(1), hello("1"),
                      world.make_module("org.example.lagging", "1", base=base, details=needs))
        self.run("repo", "add", "demo", world.site, root=client)
        self.run("qube", "create", "work", "--base", base, root=client)
        self.run("install", "hello", "lagging", "--into", "work", root=client)
        world.publish(import_base(2), hello("2"))
        for left in (world.root, world.out, world.keys, self.state / "base-tree", self.state / "module-tree"):
            shutil.rmtree(left)
        self.disk.keep_as_pristine()
        return self.qpkg("upgrade", root=client)

    def bases_and_bindings(self, _=None):
        """As `bindings`, with what the qube starts from, and what stays in a view."""
        client = self.state / "client"
        apps = self.ask("list", root=client)["apps"]
        qubes = self.ask("status", root=client)["qubes"]
        return {*(f'{app["app"]} {app["version"]} on {app["keeps"]}' for app in apps),
                *(f'{qube["name"]} from {qube["base_release"]}' for qube in qubes)}


    # A machine that becomes its own publisher; a repository with another channel.

    def own_qube(self, _=None):
        """What somebody sees of `setup`, whose last step it is."""
        return {qube["name"] for qube in self.ask("qube", "list")["qubes"]} & {"own"}

    def channels(self, _=None):
        """Of hello, as the repository lists it."""
        timestamp = json.loads((self.state / "site/tuf/timestamp.json").read_text())["signed"]
        snapshot = next(iter(timestamp["meta"].values()))["version"]
        roles = json.loads((self.state / f"site/tuf/{snapshot}.snapshot.json").read_text())["signed"]["meta"]
        listed = self.state / f'site/tuf/{roles["publisher.json"]["version"]}.publisher.json'
        return {path for path in json.loads(listed.read_text())["signed"]["targets"] if "/hello/" in path}


def operation(machine, name):
    """Prepares the machine and gives the operation."""
    local = {"observe": machine.bindings, "check": machine.verify, "clean": machine.collect}
    if name == "install":
        machine.prepare()
        return harness.Operation(name, machine.qpkg("install", "tool", "--into", "work"), **local)
    if name == "upgrade":
        machine.prepare([machine.publish("hello-2")])
        return harness.Operation(name, machine.qpkg("upgrade", "--in", "work"), **local)
    if name == "compose":
        machine.prepare([machine.qpkg("install", "tool", "--into", "work"), machine.publish("hello-2"),
                         machine.qpkg("qube", "set", "work", "--layout", "composed")])
        return harness.Operation(name, machine.qpkg("upgrade", "--in", "work"), **local)
    if name == "remove":
        machine.prepare()
        # What is gone cannot be removed again: the second try then says so with 3.
        return harness.Operation(name, machine.qpkg("remove", "hello", "--from", "work"), **local, repeated=(0, 3))
    if name == "gc":
        machine.prepare([machine.qpkg("install", "tool", "--into", "work"),
                         machine.qpkg("remove", "hello", "--from", "work")])
        return harness.Operation(name, machine.qpkg("gc", "--keep", "0", "--yes"), **local, cleaner=True)
    if name == "publish":
        machine.prepare()
        return harness.Operation(name, machine.publish("hello-2"), observe=machine.offers,
                                 check=machine.install_everything, clean=machine.files)
    if name == "promote":
        machine.prepare()
        command = machine.qpkg("promote", "org.example.hello", "--from", "stable", "--to", "beta", "--repo",
                               machine.state / "site", "--keys", machine.state / "keys")
        return harness.Operation(name, command, observe=machine.channels, check=machine.install_everything, clean=machine.files)
    if name == "setup":
        machine.prepare()
        return harness.Operation(name, machine.qpkg("setup", "--base", "tiny-1", "--qube", "own"), observe=machine.own_qube,
                                 check=machine.verify, clean=machine.collect)
    if name == "move":
        return harness.Operation(name, machine.prepare_move(), observe=machine.bases_and_bindings,
                                 check=machine.verify_client, clean=machine.collect_client)
    if name == "import":
        return harness.Operation(name, machine.prepare_import(), observe=machine.installable,
                                 check=machine.verify_client, clean=machine.collect_client)
    raise SystemExit(f"no operation {name}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("bin")
    parser.add_argument("name")
    parser.add_argument("--no-sync", metavar="WORD")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="qpkg-fault-") as folder, Disk(folder) as disk:
        trial = harness.Trial(disk, operation(Machine(options.bin, disk), options.name))
        print(f"{options.name}: {len(trial.points)} points: {' '.join(trial.points)}")
        if options.no_sync:
            noticed = harness.first_failure_without(options.no_sync, trial)
            print(f"without the syncs of {options.no_sync}: {noticed}")
            sys.exit(0 if noticed else 1)
        found = list(harness.failures(trial))
    print("\n".join(found) or "nothing wrong")
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()

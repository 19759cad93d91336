#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A qubesd for tests: what qubesd 4.3.50 was seen to answer (fake_qubesd_answers.txt), byte for byte, over a unix socket,
on qubes in memory.

It refuses what the real one refuses: blocks for halted qubes, a loop device for a second qube, unknown options, features
with odd names or values. What its policy denies it does not answer: the connection is closed. Loop devices it offers as
Qubes' udev rules do: not where a folder above the file has the mark. `FakeQubesd` serves in threads of the test; as a program it is told what to do on standard
input, a line each (`create work AppVM minimal`, `start work`), and answers each with `ok` or `error: …`.
"""

import pathlib
import re
import socketserver
import sys
import threading
import time

LARGEST = 65536
FEATURE_NAME = re.compile(r"[a-zA-Z0-9_.-]+\Z")
ROOT = re.compile(r"[0-9a-f]{64}\Z")
LETTERS = "abcdefghijklmnopqrstuvwxyz"
OPTIONS = {"read-only", "frontend-dev", "devtype"}
MARK = ".qubes-exclude-block-devices"  # of Qubes' udev script; qubes-core-dom0-linux owns one in /var/lib/qubes
PRELOADED = ("preload-dispvm", "preload-dispvm-max")


class Problem(Exception):
    """What qubesd answers as an exception of its own."""

    def __init__(self, kind, message):
        super().__init__(message)
        self.kind = kind


class Denied(Exception):
    """What qubesd's log knows and its caller does not: the connection is closed."""


class Qube:
    def __init__(self, kind, template, uuid):
        self.kind = kind
        self.template = template
        self.uuid = uuid
        self.features = {}
        self.network = "sys-firewall"
        self.state = "Halted"
        self.disks = {}  # port → options


class FakeQubesd:
    """`images` is where the libvirt template looks for volumes, `loops` where fake_losetup.py keeps its devices."""

    def __init__(self, socket, images, loops):
        self.images = pathlib.Path(images)
        self.loops = pathlib.Path(loops)
        self.created = 0  # qubes so far: each has its own UUID, also one of an earlier name
        self.qubes = {}
        self.create("dom0", "AdminVM")
        self.qubes["dom0"].state = "Running"
        self.requests = []
        self.closing = threading.Event()
        self.misbehave = None  # called with (method, connection): true when it has answered in its own way
        self.judge = None      # called with each request: may raise Problem or Denied in qubesd's place
        self.before = None     # called with (method, destination) before each call
        self.default_disposable = None
        self.listeners = []    # connections of admin.Events
        self.notices_after = 0 # seconds until a new loop device is offered, and told of
        self.lock = threading.RLock()
        fake = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self):
                fake.converse(self.request)

        self.server = socketserver.ThreadingUnixStreamServer(str(socket), Handler)
        self.server.daemon_threads = True
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self.thread.start()

    def close(self):
        self.closing.set()
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    # What a person at the machine does

    def create(self, name, kind="AppVM", template=None):
        self.qubes[name] = Qube(kind, template, f"00000000-0000-0000-0000-{self.created:012d}")
        self.created += 1
        if kind == "DispVM":  # a copy at creation, not a view
            self.copy_features(template, name)

    def copy_features(self, source, target):
        self.qubes[target].features = {feature: value for feature, value in self.qubes[source].features.items()
                                       if feature not in PRELOADED}

    def clone(self, name, copy):
        """As qvm-clone: features come along."""
        self.create(copy, self.qubes[name].kind, self.qubes[name].template)
        self.copy_features(name, copy)

    def rename(self, name, new):
        """As the Qube Manager does it: a clone, and the old one is removed."""
        self.clone(name, new)
        self.remove(name)

    def remove(self, name):
        del self.qubes[name]

    def pause(self, name):
        self.qubes[name].state = "Paused"

    def unpause(self, name):
        self.qubes[name].state = "Running"

    def begin_to_start(self, name):
        """Transient until the qube's qrexec answers; its disks are there."""
        self.start(name)
        self.qubes[name].state = "Transient"

    def start(self, name):
        """As libvirt with xen-dist.xml: a wanted volume that is no name or not there makes the start fail."""
        qube = self.qubes[name]
        disks = {}
        for letter in LETTERS:
            root = qube.features.get(f"qpkg.slot.{letter}")
            if root is None:
                continue
            image = self.images / f"{root}.erofs"
            if not ROOT.match(root) or not image.exists():
                raise Problem("QubesVMError", f"{name}: slot {letter}: no volume {root!r}")
            disks[str(image).replace("/", "_")] = {"read-only": "yes", "frontend-dev": f"xvdq{letter}"}
        qube.disks = disks
        qube.state = "Running"
        self.emit(name, "domain-start", start_guid="True")

    def stop(self, name):
        qube = self.qubes[name]
        if qube.kind == "DispVM":
            return self.remove(name)
        qube.state, qube.disks = "Halted", {}
        self.emit(name, "domain-shutdown")

    def emit(self, subject, event, **arguments):
        words = [subject, event, *(word for pair in arguments.items() for word in pair), "", ""]
        for connection in list(self.listeners):
            try:
                connection.sendall(b"1\0" + "\0".join(words).encode())
            except OSError:
                self.listeners.remove(connection)

    # The wire

    def converse(self, connection):
        data = b""
        while part := connection.recv(4096):
            data += part
            if len(data) > LARGEST:
                return
        head, nul, payload = data.partition(b"\0")
        words = head.decode("ascii", "replace").split(" ")
        if not nul or len(words) != 4 or words[1:3] != ["dom0", "name"] or "+" not in words[0]:
            return
        method, _, argument = words[0].partition("+")
        self.requests.append((method, argument, words[3], payload))
        if self.before:
            self.before(method, words[3])
        if self.misbehave and self.misbehave(method, connection):
            return
        if method == "admin.Events":
            connection.sendall(b"1\0\0connection-established\0\0")
            self.listeners.append(connection)
            while not self.closing.wait(0.05):
                pass
            return
        try:
            connection.sendall(self.answer(method, argument, words[3], payload))
        except Denied:
            pass

    def answer(self, method, argument, destination, payload):
        call = CALLS.get(method)
        if call is None:
            raise Denied(method)
        with self.lock:
            try:
                if destination not in self.qubes:
                    raise Problem("QubesVMNotFoundError", f"No such domain: {destination!r}")
                if self.judge:
                    self.judge(method, argument, destination, payload)
                return b"0\0" + call(self, argument, destination, payload).encode("ascii")
            except Problem as problem:
                return b"2\0" + problem.kind.encode() + b"\0\0" + str(problem).encode() + b"\0"

    # The calls

    def list_qubes(self, _argument, destination, _payload):
        names = self.qubes if destination == "dom0" else [destination]
        return "".join(f"{name} class={self.qubes[name].kind} state={self.qubes[name].state} "
                       f"uuid={self.qubes[name].uuid}\n" for name in names)

    def get_global(self, argument, _destination, _payload):
        if argument != "default_dispvm":
            raise Problem("QubesNoSuchPropertyError", f"Invalid property {argument!r} of app")
        return f"default=False type=vm {self.default_disposable or ''}"

    def get_property(self, argument, destination, _payload):
        if argument == "netvm":  # nothing where there is none: _parse_type_value of qubes-core-admin-client's base.py
            return f"default={self.qubes[destination].network == 'sys-firewall'} type=vm {self.qubes[destination].network}"
        if argument != "template" or self.qubes[destination].template is None:
            raise Problem("QubesNoSuchPropertyError", f"Invalid property {argument!r} of {destination}")
        return f"default=False type=vm {self.qubes[destination].template}"

    def feature_list(self, _argument, destination, _payload):
        return "".join(f"{name}\n" for name in self.qubes[destination].features)

    def feature_get(self, argument, destination, _payload):
        if argument not in self.qubes[destination].features:
            raise Problem("QubesFeatureNotFoundError", f"Feature not set for domain {destination}: {argument}")
        return self.qubes[destination].features[argument]

    def feature_check(self, argument, destination, payload):
        name = destination
        while name is not None:
            if argument in self.qubes[name].features:
                return self.qubes[name].features[argument]
            name = self.qubes[name].template
        return self.feature_get(argument, destination, payload)

    def feature_set(self, argument, destination, payload):
        if not FEATURE_NAME.match(argument):
            raise Problem("QubesValueError", "feature name contains illegal characters")
        if any(byte < 0x20 or byte > 0x7e for byte in payload):
            raise Problem("ProtocolError", "non-ASCII characters in a feature's value")
        self.qubes[destination].features[argument] = payload.decode()
        if argument == "preload-dispvm-max":
            self.preload(destination)
        return ""

    def feature_remove(self, argument, destination, payload):
        self.feature_get(argument, destination, payload)
        del self.qubes[destination].features[argument]
        return ""

    def create_disposable(self, argument, destination, _payload):
        """`preload-autostart` is gone since core-admin 4.3.39 (2025-12-03); `preload` fills gaps only."""
        if argument not in ["", "preload"] or self.qubes[destination].kind != "AppVM":
            raise Denied(f"{destination}: no disposable {argument!r}")
        if argument == "":
            return self.new_disposable(destination)
        self.preload(destination)
        return ""

    def preload(self, destination):
        """As many as wanted: surplus ones end, missing ones start, others stay as they are. What dom0 wants of the
        default disposable template wins."""
        template = self.default_disposable if destination == "dom0" else destination
        if template is None:
            return
        qube = self.qubes[template]
        wanted = qube.features.get("preload-dispvm-max", "0")
        if template == self.default_disposable:
            wanted = self.qubes["dom0"].features.get("preload-dispvm-max", wanted)
        names = qube.features.get("preload-dispvm", "").split()
        for name in names[int(wanted):]:
            self.remove(name)
        names = names[:int(wanted)]
        while len(names) < int(wanted):
            names.append(self.new_disposable(template))
            self.pause(names[-1])
        qube.features["preload-dispvm"] = " ".join(names)

    def new_disposable(self, template):
        name = next(f"disp{number}" for number in range(100, 9999) if f"disp{number}" not in self.qubes)
        self.create(name, "DispVM", template)
        self.start(name)
        return name

    def loop_backing(self, port):
        device = self.loops / port
        return device.read_text() if device.exists() else None

    def is_offered(self, port):
        backing = self.loop_backing(port)
        return backing is not None and not any((folder / MARK).exists() for folder in pathlib.Path(backing).parents)

    def is_noticed(self, port):
        """As udev tells qubesd: a moment after the device is there."""
        if not self.notices_after:
            return True
        age = time.time() - (self.loops / port).stat().st_mtime
        if age < self.notices_after:
            threading.Timer(self.notices_after - age, self.emit, ["dom0", "device-list-change:block"]).start()
        return age >= self.notices_after

    def block_available(self, argument, destination, _payload):
        ports = [argument] if argument else sorted(path.name for path in self.loops.iterdir())
        return "".join(
            f"{port}::{port[4:]} device_id=':{port[4:]}' port_id='{port}' devclass='block' backend_domain='dom0' "
            f"serial='{self.loop_backing(port)}' manufacturer='hosted by dom0' interfaces='b******'\n"
            for port in ports if destination == "dom0" and self.is_offered(port) and self.is_noticed(port))

    def block_attached(self, _argument, destination, _payload):
        def identity(port):
            return "0000:0000::?******" if port.startswith("_") else f":{port[4:]}"  # a disk of the start, a loop device
        return "".join(
            f"dom0+{port}:{identity(port)} device_id='{identity(port)}' port_id='{port}' devclass='block' "
            f"backend_domain='dom0' mode='manual' frontend_domain='{destination}' _read-only='{options['read-only']}' "
            f"_frontend-dev='{options['frontend-dev']}'\n"
            for port, options in self.qubes[destination].disks.items())

    def block_attach(self, argument, destination, payload):
        backend, _, port = argument.partition("+")
        options = dict(re.findall(r"_([a-z-]+)='([^']*)'", payload.decode()))
        qube = self.qubes[destination]
        if set(options) - OPTIONS:
            raise Problem("QubesValueError", f"Unsupported option {sorted(set(options) - OPTIONS)[0]}")
        if not re.match("xvd|sd", options.get("frontend-dev", "xvdi")):
            raise Problem("QubesValueError", "Invalid frontend-dev option value")
        if qube.state == "Halted":
            raise Problem("QubesVMNotRunningError", f"Domain is powered off: {destination}")
        if backend != "dom0" or not self.is_offered(port):
            raise Problem("QubesValueError", f"no such device: {argument}")
        for name, other in self.qubes.items():
            if port in other.disks:
                raise Problem("DeviceAlreadyAttached", f"device {argument} already attached to {name}")
        front = options.get("frontend-dev", "xvdi")
        if front in [disk["frontend-dev"] for disk in qube.disks.values()]:
            raise Problem("libvirtError", f"target {front} already exists")
        qube.disks[port] = {"read-only": options.get("read-only", "no"), "frontend-dev": front}
        return ""

    def block_detach(self, argument, destination, _payload):
        port = argument.partition("+")[2]
        if port not in self.qubes[destination].disks:
            raise Problem("DeviceNotAssigned", f"device {argument} not attached to {destination}")
        del self.qubes[destination].disks[port]
        return ""


CALLS = {
    "admin.vm.List": FakeQubesd.list_qubes,
    "admin.property.Get": FakeQubesd.get_global,
    "admin.vm.property.Get": FakeQubesd.get_property,
    "admin.vm.feature.List": FakeQubesd.feature_list,
    "admin.vm.feature.Get": FakeQubesd.feature_get,
    "admin.vm.feature.CheckWithTemplate": FakeQubesd.feature_check,
    "admin.vm.feature.Set": FakeQubesd.feature_set,
    "admin.vm.feature.Remove": FakeQubesd.feature_remove,
    "admin.vm.CreateDisposable": FakeQubesd.create_disposable,
    "admin.vm.device.block.Available": FakeQubesd.block_available,
    "admin.vm.device.block.Attached": FakeQubesd.block_attached,
    "admin.vm.device.block.Attach": FakeQubesd.block_attach,
    "admin.vm.device.block.Detach": FakeQubesd.block_detach,
}


def never_answers(_method, connection):
    """Holds the connection open until the other side gives up."""
    connection.settimeout(30)
    time.sleep(3)
    return True


def answers(data, pause=0.0):
    """These bytes and nothing else; with a pause, one by one."""
    def misbehave(_method, connection):
        parts = [data[i:i + 1] for i in range(len(data))] if pause else [data]
        try:
            for part in parts:
                connection.sendall(part)
                time.sleep(pause)
        except OSError:
            pass  # the other side has heard enough
        return True
    return misbehave


def main(socket, images, loops):
    fake = FakeQubesd(socket, images, loops)
    print("ok", flush=True)
    for line in sys.stdin:
        action, *words = line.split()
        try:
            {"create": fake.create, "remove": fake.remove, "start": fake.start, "stop": fake.stop,
             "pause": fake.pause}[action](*words)
            print("ok", flush=True)
        except Problem as problem:
            print(f"error: {problem}", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])

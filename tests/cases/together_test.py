#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Apps of one qube work together, each in its view: agents, buses and servers of one are reached by another, and what is the
qube's or the caller's own is there in all."""

import os
import pathlib
import socket
import subprocess
import sys
import threading
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))
from builder_test import compiled  # noqa: E402
from one_place_test import MORE_APPLETS, PATIENCE  # noqa: E402
from small_world import APPLETS  # noqa: E402
from world_case import PROGRAMS, WorldCase  # noqa: E402

# "meet listen PATH": says HEARD to one that connects; "meet ask PATH": prints what is said there.
MEET = r"""
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

int main(int count, char** words)
{
    if (count != 3) {
        return 2;
    }
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    strncpy(address.sun_path, words[2], sizeof address.sun_path - 1);
    int one = socket(AF_UNIX, SOCK_STREAM, 0);
    if (strcmp(words[1], "listen") == 0) {
        umask(0);
        if (bind(one, (struct sockaddr*)&address, sizeof address) != 0 || listen(one, 8) != 0) {
            perror("listen");
            return 1;
        }
        one = accept(one, 0, 0);
        return write(one, "HEARD\n", 6) != 6;
    }
    if (connect(one, (struct sockaddr*)&address, sizeof address) != 0) {
        perror("connect");
        return 1;
    }
    char bytes[256];
    for (ssize_t got; (got = read(one, bytes, sizeof bytes)) > 0;) {
        write(1, bytes, got);
    }
    return 0;
}
"""
HELLO, OTHER = "qpkg-run --view=org.example.hello", "qpkg-run --view=org.example.other"
# A program of one app listens at $1, one of another asks there.
TALK = f"""mkdir -p "${{1%/*}}"; {HELLO} meet listen "$1" &
n=0; while [ ! -S "$1" ]; do n=$((n+1)); [ $n -lt 300 ] || exit 1; sleep 0.05; done; {OTHER} meet ask "$1"; wait"""


class Together(WorldCase):
    @classmethod
    def make_world(cls, world):
        files = {"usr/bin/meet": compiled(MEET), "etc/ssl/certs/ca-certificates.crt": "of the base\n",
                 "usr/local/share/ca-certificates/mine.crt": "of the owner\n"}
        world.make_base = lambda: world.must("base", "import", world.base_archive(APPLETS + MORE_APPLETS, files), "--id",
                                             "debian-12")
        world.make_all()
        world.publish(world.make_module("org.example.secure", "1.0", {"etc/ssl/certs/ca-certificates.crt": "of the app\n"}))
        world.must("install", "hello", "other", "secure", "--into", "work", "--yes")

    def setUp(self):
        super().setUp()
        self.addCleanup(self.world.qpkg, "qube", "stop", "work")

    def words(self, *command, app=None, root=False):
        return [str(PROGRAMS / "qpkg"), "--root", str(self.world.root), "run", "work", *(["--as-root"] if root else []),
                *(["--app", app] if app else []), "--", *command]

    def said(self, *command, env=None, **options):
        done = subprocess.run(self.words(*command, **options), stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              check=False, timeout=PATIENCE, env={**os.environ, **(env or {})})
        return done.stdout + done.stderr

    def in_mounts(self, script, *words):
        """A command of the host, in mounts of its own."""
        done = subprocess.run(["unshare", "-m", "sh", "-ec", script, "sh", *map(str, words)], stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, check=False, timeout=PATIENCE)
        return done.stdout + done.stderr

    def test_a_socket_of_one_app_is_reached_from_the_view_of_another(self):
        for what, place in (("an agent with keys", "/tmp/ssh-x/agent.1"), ("its socket of the session", "/run/user/1000/keyring/ssh"),
                            ("the bus of an input method", "/home/user/.cache/ibus/dbus-x"), ("sound", "/run/user/1000/pulse/native")):
            with self.subTest(what):
                self.assertEqual(self.said("sh", "-c", TALK, "sh", place), "HEARD\n")

    def test_what_the_session_says_of_itself_goes_from_view_to_view(self):
        said = {"SSH_AUTH_SOCK": "/tmp/ssh-x/agent.1", "DBUS_SESSION_BUS_ADDRESS": "unix:path=/run/user/1000/bus",
                "XMODIFIERS": "@im=ibus", "GTK_IM_MODULE": "ibus", "CUPS_SERVER": "/run/cups/cups.sock"}
        words = " ".join(f"{name}={value}" for name, value in said.items())
        heard = self.said("sh", "-c", f"{words} {HELLO} {OTHER} env").splitlines()
        for name, value in said.items():
            self.assertIn(f"{name}={value}", heard)
        self.assertIn("unix:path=", self.said("sh", "-c", "mkdir -p ~/.config/ibus/bus; echo IBUS_ADDRESS=unix:path=/x > ~/.config/ibus/bus/a; "
                                              f"{HELLO} cat /home/user/.config/ibus/bus/a"))

    def test_a_printing_server_of_the_qube_is_reached(self):
        server = subprocess.Popen(self.words("sh", "-c", "mkdir -p /run/cups; exec meet listen /run/cups/own.sock", root=True),
                                  stdin=subprocess.DEVNULL)
        self.addCleanup(server.wait)
        self.addCleanup(server.kill)
        waits = "n=0; while [ ! -S /run/cups/own.sock ]; do n=$((n+1)); [ $n -lt 300 ] || exit 1; sleep 0.05; done; meet ask /run/cups/own.sock"
        self.assertEqual(self.said("sh", "-c", waits, app="hello"), "HEARD\n")

    def test_the_caller_s_printing_server_is_reached_also_when_it_starts_again(self):
        folder = self.world.folder / "cups"
        folder.mkdir()
        made = not os.path.isdir("/run/cups")
        pathlib.Path("/run/cups").mkdir(exist_ok=True)
        if made:
            self.addCleanup(os.rmdir, "/run/cups")
        for turn in ("first", "second"):
            with socket.socket(socket.AF_UNIX) as server:
                (folder / "cups.sock").unlink(missing_ok=True)
                server.bind(str(folder / "cups.sock"))
                (folder / "cups.sock").chmod(0o666)
                server.listen()

                def answer(server=server, turn=turn):
                    client, _ = server.accept()
                    client.sendall(turn.encode() + b"\n")
                    client.close()

                thread = threading.Thread(target=answer, daemon=True)
                thread.start()
                self.assertEqual(self.in_mounts('mount --bind "$1" /run/cups; shift; exec "$@"', folder,
                                                *self.words("meet", "ask", "/run/cups/cups.sock", app="hello")), turn + "\n")
                thread.join(PATIENCE)

    def test_gpus_of_the_host_are_there_for_the_qube_s_user_and_screens_are_not(self):
        made = not os.path.isdir("/dev/dri")
        pathlib.Path("/dev/dri").mkdir(exist_ok=True)
        if made:
            self.addCleanup(os.rmdir, "/dev/dri")
        # As the host has them, root's and a group's; with the numbers of /dev/null.
        script = """mount -t tmpfs -o mode=0755 none /dev/dri; for node in card0 renderD128 renderD129; do mknod -m 0660 /dev/dri/$node c 1 3; done
exec "$@" """
        self.assertEqual(self.in_mounts(script, *self.words("sh", "-c", "ls /dev/dri; for n in /dev/dri/*; do echo x > $n || echo no $n; done",
                                                            app="hello")), "renderD128\nrenderD129\n")

    def test_the_machine_has_one_number_and_the_owner_s_certificates_everywhere(self):
        number = self.said("cat", "/etc/machine-id")
        self.assertRegex(number, "^[0-9a-f]{32}\n$")
        bundle = "/etc/ssl/certs/ca-certificates.crt"
        for app in ("hello", "other", "secure"):
            self.assertEqual(self.said("cat", "/etc/machine-id", app=app), number)
        self.assertEqual(self.said("cat", bundle, app="hello"), "of the base\n")
        self.assertEqual(self.said("cat", bundle, app="secure"), "of the app\nof the owner\n")

    def test_the_caller_s_way_of_typing_comes_along(self):
        env = {"XMODIFIERS": "@im=fcitx", "GTK_IM_MODULE": "fcitx", "QT_IM_MODULE": "fcitx", "CUPS_SERVER": "printers.example",
               "SSH_AUTH_SOCK": "/the/host's"}
        heard = self.said("env", app="hello", env=env).splitlines()
        for name in ("XMODIFIERS", "GTK_IM_MODULE", "QT_IM_MODULE", "CUPS_SERVER"):
            self.assertIn(f"{name}={env[name]}", heard)
        self.assertFalse([line for line in heard if line.startswith("SSH_AUTH_SOCK")])


if __name__ == "__main__":
    unittest.main(verbosity=2)

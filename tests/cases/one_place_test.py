#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A local qube that runs is one place: its programs meet, and meet the host's screen, clock and name servers."""

import array
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))
from builder_test import compiled  # noqa: E402
from small_world import APPLETS  # noqa: E402
from terminal_test import Typing  # noqa: E402
from world_case import PROGRAMS, WorldCase  # noqa: E402

PATIENCE = 30  # seconds
MORE_APPLETS = ("date", "kill", "readlink", "grep")
# Connects to a socket, hands over an open file, and prints the answer.
CLIENT = r"""
#define _GNU_SOURCE
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

int main(int count, char** words)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    strncpy(address.sun_path, words[count - 1], sizeof address.sun_path - 1);
    int server = socket(AF_UNIX, SOCK_STREAM, 0);
    if (connect(server, (struct sockaddr*)&address, sizeof address) != 0) {
        perror("connect");
        return 1;
    }
    int file = memfd_create("handed over", 0);
    write(file, "content", 7);
    char control[CMSG_SPACE(sizeof file)] = {0};
    struct iovec part = {"x", 1};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
    struct cmsghdr* carried = CMSG_FIRSTHDR(&message);
    carried->cmsg_level = SOL_SOCKET;
    carried->cmsg_type = SCM_RIGHTS;
    carried->cmsg_len = CMSG_LEN(sizeof file);
    memcpy(CMSG_DATA(carried), &file, sizeof file);
    sendmsg(server, &message, 0);
    char bytes[256];
    for (ssize_t got; (got = read(server, bytes, sizeof bytes)) > 0;) {
        write(1, bytes, got);
    }
    return 0;
}
"""
DETACHED = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}


class Place(WorldCase):
    @classmethod
    def make_world(cls, world):
        files = {"usr/bin/client": compiled(CLIENT)}
        world.make_base = lambda: world.must("base", "import", world.base_archive(APPLETS + MORE_APPLETS, files), "--id",
                                             "debian-12")
        world.make_all()
        world.must("install", "hello", "--into", "work", "--yes")

    def setUp(self):
        super().setUp()
        self.addCleanup(self.world.qpkg, "qube", "stop", "work")

    def words(self, *command, root=False):
        return [str(PROGRAMS / "qpkg"), "--root", str(self.world.root), "run", "work", *(["--as-root"] if root else []),
                "--", *command]

    def run_in(self, script, **options):
        """What the shell prints, and what it says."""
        options = {"stdin": subprocess.DEVNULL, "capture_output": True, **options}
        done = subprocess.run(self.words("sh", "-c", script), text=True, errors="replace", check=False,
                              timeout=PATIENCE, **options)
        return done.stdout, done.stderr

    def start(self, script, **options):
        process = subprocess.Popen(self.words("sh", "-c", script), **{**DETACHED, **options})
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        return process

    def wait_for(self, path):
        """A program says that it has come so far by making a file."""
        waiting = f"n=0; while [ ! -e {path} ]; do n=$((n+1)); [ $n -lt 300 ] || exit 1; sleep 0.05; done"
        self.assertEqual(subprocess.run(self.words("sh", "-c", waiting), check=False).returncode, 0, path)


class Streams(Place):
    def test_standard_streams_can_be_opened_by_name(self):
        self.assertEqual(self.run_in("echo x > /dev/stdout"), ("x\n", ""))
        self.assertEqual(self.run_in("echo x > /dev/stderr"), ("", "x\n"))
        self.assertEqual(self.run_in("cat /dev/stdin", stdin=None, input="x\n"), ("x\n", ""))
        self.assertEqual(self.run_in("echo x > /dev/stdout; cat /dev/stdin", stdin=None, input="y\n")[0], "x\ny\n")

    def test_a_file_is_the_programs_own_stream_and_can_be_sought_in(self):
        with open(self.world.folder / "given", "w+", encoding="ascii") as given:
            given.write("one\ntwo\n")
            given.flush()
            given.seek(4)
            self.assertEqual(self.run_in("cat", stdin=given)[0], "two\n")
            self.run_in("echo three", stdout=given, capture_output=False)
            self.assertEqual(pathlib.Path(given.name).read_text(), "one\ntwo\nthree\n")

    def test_a_folder_is_no_stream(self):
        for stream in ("stdin", "stderr"):
            folder = os.open("/", os.O_RDONLY)
            done = subprocess.run(self.words("true"), check=False, capture_output=stream == "stdin",
                                  **{**({} if stream == "stdin" else {"stdin": subprocess.DEVNULL,
                                                                      "stdout": subprocess.DEVNULL}), stream: folder})
            os.close(folder)
            self.assertEqual(done.returncode, 2)

    def test_no_file_of_the_host_comes_along(self):
        """Neither what the caller has open, nor what qpkg itself needs."""
        secret = os.open(self.world.root / "state.db", os.O_RDONLY)
        os.set_inheritable(secret, True)
        out, _ = self.run_in("ls -l /proc/self/fd | grep -v ' [0-2] ->'; ls -l /proc/self/fd", pass_fds=[secret])
        os.close(secret)
        self.assertNotIn(str(self.world.root), out)
        listed = [line for line in out.splitlines() if "->" in line and "pipe:" not in line and "/dev/null" not in line]
        self.assertEqual([line for line in listed if "/proc/" not in line], [])


class Meeting(Place):
    def test_the_second_program_finds_what_the_first_one_left(self):
        self.start("echo $$ > ~/lock; echo a > /tmp/t; echo b > $XDG_RUNTIME_DIR/r; echo c > /dev/shm/s; "
                   "echo d > /var/tmp/v; touch ~/ready; exec sleep 1000")
        self.wait_for("~/ready")
        self.assertEqual(self.run_in("cat /tmp/t $XDG_RUNTIME_DIR/r /dev/shm/s /var/tmp/v"), ("a\nb\nc\nd\n", ""))
        self.assertEqual(self.run_in("test $(cat ~/lock) != $$ && cat /proc/$(cat ~/lock)/comm"), ("sleep\n", ""))

    def test_what_a_program_left_running_goes_on_and_stop_ends_it(self):
        out, _ = self.run_in("sleep 1000 > /dev/null 2>&1 & echo $!")
        self.assertEqual(self.run_in(f"cat /proc/{out.strip()}/comm")[0], "sleep\n")
        [qube] = [one for one in self.world.must("qube", "list", "--json").json["qubes"] if one["name"] == "work"]
        self.assertTrue(qube["running"])
        self.world.must("qube", "stop", "work")
        self.world.must("qube", "stop", "work")
        self.assertEqual(self.world.qpkg("qube", "remove", "work", "--yes").code, 0)

    def test_what_was_started_stays_until_it_is_stopped(self):
        self.world.must("qube", "start", "work")
        self.run_in("touch /tmp/stays")
        self.assertEqual(self.run_in("ls /tmp")[0], "stays\n")
        self.world.must("qube", "stop", "work")
        self.assertEqual(self.run_in("ls /tmp")[0], "")

    def test_apps_come_and_go_while_programs_run(self):
        first = self.start("touch ~/ready; while [ ! -e ~/other ]; do other > ~/said 2>/dev/null && touch ~/other; sleep 0.1; "
                           "done; sleep 1000")
        self.wait_for("~/ready")
        self.world.must("install", "other", "--into", "work", "--yes")
        self.wait_for("~/other")
        self.assertEqual(self.run_in("cat ~/said")[0], "other 1.0\n")
        self.assertIsNone(first.poll())
        self.world.must("remove", "other", "--from", "work", "--yes")
        self.assertEqual(subprocess.run(self.words("other"), check=False, capture_output=True).returncode, 127)
        self.assertEqual(self.run_in("ls /run/qpkg/views")[0], "org.example.hello\n")

    def test_a_program_keeps_its_release_through_an_upgrade(self):
        waits = "#!/bin/sh\ntouch ~/ready; while [ ! -e ~/go ]; do sleep 0.1; done; exec cat /usr/share/waiter/release\n"
        self.trust_own_copy()
        for version in ("1.0", "2.0"):
            self.world.publish(self.world.make_module("org.example.waiter", version, {
                "usr/bin/waiter": waits, "usr/share/waiter/release": version + "\n"}, out=self.world.folder / version))
            if version == "1.0":
                self.world.must("install", "waiter", "--into", "work", "--yes")
                waiting = subprocess.Popen(self.words("waiter"), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
                self.wait_for("~/ready")
        upgraded = self.world.must("upgrade", "waiter", "--in", "work", "--yes")
        self.assertIn("work", upgraded.out + upgraded.err)
        self.assertEqual(self.run_in("cat /run/qpkg/views/org.example.waiter/usr/share/waiter/release")[0], "2.0\n")
        self.run_in("touch ~/go")
        self.assertEqual(waiting.communicate(timeout=PATIENCE)[0], "1.0\n")
        waiting.stdout.close()


class Signals(Place):
    def test_signals_reach_the_program_and_not_only_those_that_end_it(self):
        for name in ("TERM", "HUP", "USR1", "USR2", "WINCH", "ALRM", "CONT", "TSTP"):
            with self.subTest(name):
                process = subprocess.Popen(self.words("sh", "-c", f"trap 'echo got; exit 3' {name}; echo ready; "
                                                      "while true; do sleep 0.05; done"), stdin=subprocess.DEVNULL,
                                           stdout=subprocess.PIPE, text=True)
                self.assertEqual(process.stdout.readline(), "ready\n")
                process.send_signal(getattr(signal, "SIG" + name))
                self.assertEqual(process.communicate(timeout=PATIENCE)[0], "got\n")
                self.assertEqual(process.returncode, 3)

    def test_a_real_time_signal_ends_a_program_with_its_number(self):
        process = subprocess.Popen(self.words("sh", "-c", "echo ready; exec sleep 1000"), stdin=subprocess.DEVNULL,
                                   stdout=subprocess.PIPE, text=True)
        self.assertEqual(process.stdout.readline(), "ready\n")
        time.sleep(0.2)
        process.send_signal(signal.SIGRTMIN + 5)
        self.assertEqual(process.wait(PATIENCE), 128 + signal.SIGRTMIN + 5)

    def test_a_key_stops_program_and_command_and_both_go_on(self):
        """As a shell with job control sees it."""
        shell = Typing(lambda: os.execv("/bin/bash", ["bash", "--norc", "-i"]))
        command = " ".join(self.words("sh", "-c", "'echo re\"\"ady; read line; echo got-$line; sleep 1000'"))
        for keys, answers in (("PS1='HOST> '\n", ["HOST> "]), (command + "\n", ["ready"]), ("\x1a", ["Stopped", "HOST> "]),
                              ("fg\ntyped\n", ["got-typed"]), ("\x03", ["HOST> "])):
            shell.type(keys)
            for answer in answers:
                self.assertTrue(shell.hears(answer), f"{answer} not in {shell.heard}")
        shell.type("exit\n")
        shell.ended()


class HostChanges(Place):
    """Seen by a program that runs through them; /etc is a copy in a mount namespace of the test's."""

    SCRIPT = """
mount -t tmpfs none "$1"
mkdir "$1/up" "$1/work"
mount -t overlay none -o "lowerdir=/etc,upperdir=$1/up,workdir=$1/work" /etc
rm -f /etc/resolv.conf /etc/localtime
echo nameserver 192.0.2.1 > /etc/resolv.conf
ln -s /usr/share/zoneinfo/Asia/Tokyo /etc/localtime
"$2" run work --app hello -- sh -c 'cat /etc/resolv.conf; date +%z; cat /etc/timezone; touch ~/ready
n=0; while ! grep -q 192.0.2.2 /etc/resolv.conf; do n=$((n+1)); [ $n -lt 200 ] || exit 1; sleep 0.05; done; touch ~/second
n=0; while ! grep -q 192.0.2.3 /etc/resolv.conf; do n=$((n+1)); [ $n -lt 200 ] || exit 1; sleep 0.05; done
n=0; while [ "$(date +%z)" = +0900 ]; do n=$((n+1)); [ $n -lt 200 ] || exit 1; sleep 0.05; done; date +%z; echo end' &
until [ -e "$3/ready" ]; do sleep 0.05; done
echo nameserver 192.0.2.2 > /etc/resolv.conf
until [ -e "$3/second" ]; do sleep 0.05; done
echo nameserver 192.0.2.3 > /etc/resolv.conf.new
mv /etc/resolv.conf.new /etc/resolv.conf
ln -sf /usr/share/zoneinfo/UTC /etc/localtime
wait
"""

    def test_name_servers_and_time_zone_are_followed_in_a_view(self):
        scratch = self.world.folder / "scratch"
        scratch.mkdir()
        self.run_in("true")
        done = subprocess.run(["unshare", "-m", "sh", "-c", self.SCRIPT, "sh", scratch, PROGRAMS / "qpkg",
                               self.world.root / "qubes/work/home/user"], check=False, capture_output=True, text=True,
                              timeout=2 * PATIENCE, env=dict(os.environ, QPKG_ROOT=str(self.world.root)))
        self.assertEqual(done.stdout, "nameserver 192.0.2.1\n+0900\nAsia/Tokyo\n+0000\nend\n", done.stderr)


class Display(Place):
    """The person at the screen has some number; sockets of hers let nobody else connect."""

    def serve(self, path, uid):
        """A compositor that answers with who connected, and sends back each file that it is handed."""
        server = socket.socket(socket.AF_UNIX)
        server.bind(str(path))
        path.chmod(0o700)
        os.chown(path, uid, uid)
        server.listen()
        self.addCleanup(server.close)

        def answer():
            while True:
                try:
                    client, _ = server.accept()
                except OSError:
                    return
                credentials = array.array("i")
                credentials.frombytes(client.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))
                _, [file], _, _ = socket.recv_fds(client, 1, 1)
                client.sendall(f"uid {credentials[1]} handed {os.pread(file, 100, 0).decode()}\n".encode())
                os.close(file)
                client.close()

        threading.Thread(target=answer, daemon=True).start()

    def runtime_folder(self, uid):
        folder = self.world.folder / f"runtime-{uid}"
        folder.mkdir(mode=0o700)
        os.chown(folder, uid, uid)
        return folder

    def test_a_socket_of_whoever_sits_there_can_be_connected_to_as_that_person(self):
        for uid in (1000, 1001):
            with self.subTest(uid):
                folder = self.runtime_folder(uid)
                (folder / "pulse").mkdir()
                self.serve(folder / f"wayland-{uid}", uid)
                self.serve(folder / "pulse/native", uid)
                env = dict(os.environ, XDG_RUNTIME_DIR=str(folder), WAYLAND_DISPLAY=f"wayland-{uid}")
                said, errors = self.run_in("client $XDG_RUNTIME_DIR/$WAYLAND_DISPLAY; client $XDG_RUNTIME_DIR/pulse/native",
                                           env=env)
                self.assertEqual(said, f"uid {uid} handed content\n" * 2, errors)

    def test_x11_programs_have_the_cookie_of_their_display_and_no_other(self):
        def entry(family, address, number, data):
            fields = (address, number, b"MIT-MAGIC-COOKIE-1", data)
            return family.to_bytes(2, "big") + b"".join(len(one).to_bytes(2, "big") + one for one in fields)

        file = self.world.folder / "cookies"
        file.write_bytes(entry(256, b"somehost", b"7", b"seven" * 3) + entry(256, b"somehost", b"8", b"eight" * 3))
        env = dict(os.environ, DISPLAY=":7", XAUTHORITY=str(file))
        said, errors = self.run_in("echo $DISPLAY; cat $XAUTHORITY; ls -ln $XAUTHORITY", env=env)
        self.assertIn(":7\n", said, errors)
        self.assertIn("seven" * 3, said)
        self.assertNotIn("eight", said)
        self.assertIn(" 1000 ", said)

    def test_without_a_display_there_is_none(self):
        env = {name: value for name, value in os.environ.items()
               if name not in ("DISPLAY", "WAYLAND_DISPLAY", "XAUTHORITY", "XDG_RUNTIME_DIR")}
        self.assertEqual(self.run_in("echo \"$DISPLAY$WAYLAND_DISPLAY$XAUTHORITY\"", env=env)[0], "\n")


if __name__ == "__main__":
    unittest.main()

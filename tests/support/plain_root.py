# SPDX-License-Identifier: LGPL-2.1-or-later
"""The root that apt makes: the base, with packages installed into it, and programs run in it as on any Debian."""

import os
import pathlib
import subprocess

USER = "1000:1000"
PATH = "/usr/local/bin:/usr/bin:/bin:/usr/local/games:/usr/games"
APT = ["apt-get", "-q", "-y", "--no-install-recommends", "-o", "APT::Sandbox::User=root", "-o", "Dpkg::Use-Pty=0",
       "-o", "Dir::State::Lists=/run/no-lists", "install"]


def mount(*words):
    subprocess.run(["mount", *map(str, words)], check=True)


class PlainRoot:
    """Below `folder`, over the volume `base`. Mounts last as long as the mount namespace of this process."""

    def __init__(self, folder, base, archives):
        self.root = folder / "root"
        self.layers = [self.root, folder / "lower", folder / "upper", folder / "work"]
        for layer in self.layers:
            layer.mkdir(parents=True)
        mount("-t", "erofs", "-o", "ro,loop", base, folder / "lower")
        try:
            self.compose(folder, archives)
        except BaseException:
            self.close()  # who removes the folder would remove what is mounted in it
            raise

    def compose(self, folder, archives):
        mount("-t", "overlay", "overlay", "-o",
              f"lowerdir={folder}/lower,upperdir={folder}/upper,workdir={folder}/work,volatile", self.root)
        mount("--rbind", "/dev", self.root / "dev")
        mount("-o", "remount,bind,ro", self.root / "dev")  # nothing done in here takes a device from the machine
        mount("--rbind", "/sys", self.root / "sys")
        mount("-t", "tmpfs", "tmpfs", self.root / "run")
        for place in ("tmp", "var/tmp"):  # of the base, whose builder made nobody's but root's
            mount("-t", "tmpfs", "-o", "mode=1777", "tmpfs", self.root / place)
        mount("--bind", archives, self.root / "var/cache/apt/archives")
        sockets = pathlib.Path("/tmp/.X11-unix")
        if not sockets.exists():  # no screen was here since this machine started
            sockets.mkdir()
            sockets.chmod(0o1777)
        (self.root / "tmp/.X11-unix").mkdir(mode=0o1777)
        mount("--bind", sockets, self.root / "tmp/.X11-unix")
        self.own("run/user/1000")
        self.own("home/user")

    def own(self, place):
        folder = self.root / place
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o700)
        os.chown(folder, 1000, 1000)

    def words(self, *command, user="0:0"):
        return ["unshare", "--pid", "--fork", "--kill-child", f"--mount-proc={self.root}/proc", "/usr/sbin/chroot",
                f"--userspec={user}", self.root, *command]

    def install(self, names):
        """Files of the archive, all that are wanted and nothing else; no service is started."""
        policy = self.root / "usr/sbin/policy-rc.d"
        policy.write_text("#!/bin/sh\nexit 101\n")
        policy.chmod(0o755)
        environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C.UTF-8"}
        done = subprocess.run(self.words(*APT, *(f"/var/cache/apt/archives/{name}" for name in names)), env=environment,
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace", check=False)
        policy.unlink()
        if done.returncode != 0:
            raise RuntimeError("plain apt: " + (done.stdout + done.stderr)[-2000:])

    def start(self, script, display, **streams):
        """The script, in an empty home, on a session bus of its own."""
        environment = {"PATH": PATH, "HOME": "/home/user", "USER": "user", "LOGNAME": "user", "LANG": "C.UTF-8",
                       "XDG_RUNTIME_DIR": "/run/user/1000", "DISPLAY": display}
        inside = ["dbus-run-session", "--", "sh", "-c", "cd; " + script]
        return subprocess.Popen(self.words(*inside, user=USER), env=environment, stdin=subprocess.DEVNULL, **streams)

    def output(self, script, display=""):
        """What the script prints; it must end with 0."""
        process = self.start(script, display, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        out, err = process.communicate()
        if process.returncode != 0:
            raise RuntimeError(f"plain apt: {script}: {err}")
        return out

    def list(self, command):
        return subprocess.run(self.words(*command), check=False, capture_output=True, text=True,
                              errors="surrogateescape").stdout

    def close(self):
        """Everything is unmounted, also of a root that was begun."""
        if os.path.ismount(self.root):
            subprocess.run(["umount", "--recursive", "--lazy", self.root], check=True)
        subprocess.run(["umount", "--lazy", self.layers[1]], check=True)


def over_base(world, name, folder):
    """A root below `folder`, over the base of that name, with the packages that builds on it have downloaded."""
    base = next(row for row in world.must("base", "list", "--json").json["bases"] if row["base"] == name)
    return PlainRoot(folder, world.root / f"volumes/{base['volume']}.erofs", world.root / f"cache/{name}/apt/archives")


def locked_archives(module):
    """The names of the packages that a built module was made of, as they lie in the cache of its base."""
    rows = (line.split() for line in (pathlib.Path(module) / "module.lock").read_text().splitlines())
    return [f"{name}_{version.replace(':', '%3a')}_{arch}.deb" for kind, name, version, arch, *_ in
            (row for row in rows if row[0] == "package")]

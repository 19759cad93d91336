# SPDX-License-Identifier: LGPL-2.1-or-later
"""A state directory, a base of busybox, tiny modules and a signed repository, made with the programs themselves."""

import json
import os
import pathlib
import shutil
import subprocess
import tarfile

APPLETS = ("sh", "ls", "cat", "id", "sleep", "env", "touch", "true", "false", "test", "echo", "find", "mkdir", "rm")
# Where an app that brings its own root finds what the qube has.
PLACES_OF_QUBE = ("dev", "home", "media", "mnt", "proc", "root", "run", "rw", "sys", "tmp", "var")
PASSWD = "root:x:0:0:root:/root:/bin/sh\nuser:x:1000:1000::/home/user:/bin/sh\n"


def write_files(tree, files):
    """`files`: path → text or bytes. What lies where programs do, or what loads them, can be executed."""
    for path, content in files.items():
        place = tree / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content if isinstance(content, bytes) else content.encode())
        place.chmod(0o755 if any(word in path for word in ["bin/", "games/", "libexec/", "lib64/"]) else 0o644)


def made_once(entry):
    """An archive that is made again has the same times, so the base is the same."""
    entry.mtime = 1700000000
    return entry


class Answer:
    """What one command did."""

    def __init__(self, done):
        self.code = done.returncode
        self.out = done.stdout
        self.err = done.stderr

    @property
    def json(self):
        return json.loads(self.out)


class SmallWorld:
    """`folder` receives everything; `programs` is build/bin."""

    def __init__(self, folder, programs):
        self.folder = pathlib.Path(folder)
        self.programs = pathlib.Path(programs)
        self.root = self.folder / "root"
        self.site = self.folder / "site"
        self.keys = self.folder / "keys"
        self.out = self.folder / "out"

    def qpkg(self, *words, root=None, stdin=None, **environment):
        """`stdin`: text, or the path of a file."""
        env = dict(os.environ, QPKG_ROOT=str(root or self.root), **environment)
        command = [str(self.programs / "qpkg"), *map(str, words)]
        if isinstance(stdin, str):
            return Answer(subprocess.run(command, env=env, text=True, check=False, capture_output=True, input=stdin))
        with open(stdin or os.devnull, "rb") as source:
            return Answer(subprocess.run(command, env=env, text=True, check=False, capture_output=True, stdin=source))

    def must(self, *words, **options):
        answer = self.qpkg(*words, **options)
        if answer.code != 0:
            raise AssertionError(f"qpkg {' '.join(map(str, words))}: exit {answer.code}\n{answer.err}{answer.out}")
        return answer

    def base_archive(self, applets=APPLETS, files=None):
        """A tar of a root file system that holds nothing but busybox and `files`."""
        tree = self.folder / "base-tree"
        shutil.rmtree(tree, ignore_errors=True)
        for name in ["usr/bin", "usr/sbin", "usr/lib", "etc/skel", "opt", "var/lib"]:
            (tree / name).mkdir(parents=True)
        shutil.copy("/bin/busybox", tree / "usr/bin/busybox")
        for applet in applets:
            (tree / "usr/bin" / applet).symlink_to("busybox")
        (tree / "bin").symlink_to("usr/bin")
        (tree / "sbin").symlink_to("usr/sbin")
        (tree / "lib").symlink_to("usr/lib")
        (tree / "etc/passwd").write_text(PASSWD)
        (tree / "etc/group").write_text("root:x:0:\nuser:x:1000:\n")
        (tree / "usr/lib/os-release").write_text('ID=debian\nVERSION_ID="12"\n')
        (tree / "etc/os-release").symlink_to("../usr/lib/os-release")
        write_files(tree, files or {})
        archive = self.folder / "base.tar"
        with tarfile.open(archive, "w") as tar:
            tar.add(tree, arcname=".", filter=made_once)
        return archive

    def make_base(self, base_id="debian-12"):
        return self.must("base", "import", self.base_archive(), "--id", base_id)

    def make_module(self, app, version, files=None, out=None, view=None, second=(), points=(), extends=None,
                    base="debian-12", details=None, links=None, folders=(), tests=()):
        """A module whose command of the same name prints `version`; `files` (path → text) come on top. `second`: names that give way;
        `points`: "NAME,ABI,FOLDER…"; `extends`: "POINT,ABI", then `files` are all that it has; `details`: a table, besides its
        package. `base` "none": the tree is the root of its view. `links`: path → target; `folders`: empty ones; `tests`: of its recipe."""
        name = app.rsplit(".", 1)[1]
        tree = self.folder / "module-tree"
        shutil.rmtree(tree, ignore_errors=True)
        contents = {f"usr/bin/{name}": f"#!/bin/sh\necho {name} {version}\n", f"usr/share/{name}/data": name * 5000}
        contents.update(files or {})
        write_files(tree, (files or {}) if extends else contents)
        for path, target in (links or {}).items():
            (tree / path).parent.mkdir(parents=True, exist_ok=True)
            (tree / path).symlink_to(target)
        for path in folders:
            (tree / path).mkdir(parents=True, exist_ok=True)
        for folder, _, _ in os.walk(tree):
            os.chmod(folder, 0o755)
        out = out or self.out
        subprocess.run([str(self.programs / "make-module"), self.root, base, app, version, tree, out,
                        *([view] if view else []), *(f"second={one}" for one in second), *(f"point={one}" for one in points),
                        *([f"extends={extends}"] if extends else []), *([f"details={details}"] if details else []), *(f"test={one}" for one in tests)], check=True)
        return out / app

    def make_whole(self, app, version, files=None, links=None, without=()):
        """A module that brings its own root, of busybox in /tools. `without`: places of the qube that it has no folder for."""
        busybox = pathlib.Path("/bin/busybox").read_bytes()
        contents = {"usr/lib/bin/busybox": busybox, "etc/own.conf": f"own {version}\n", "app/data": "data\n", **(files or {})}
        applets = {f"tools/{applet}": "../usr/lib/bin/busybox" for applet in APPLETS}
        folders = [place for place in (*PLACES_OF_QUBE, "var/lib") if place not in without]
        return self.make_module(app, version, contents, base="none", folders=folders,
                                links={"bin": "tools", **applets, **(links or {})})

    def make_keys(self):
        return self.must("key", "new", "--out", self.keys, "--no-passphrase")

    def publish(self, *modules):
        return self.must("publish", *modules, "--repo", self.site, "--keys", self.keys)

    def add_repository(self):
        return self.must("repo", "add", "demo", self.site, "--yes")

    def make_site(self):
        """Base, keys, hello and other at 1.0 in a repository."""
        self.make_base()
        self.make_keys()
        self.publish(self.make_module("org.example.hello", "1.0"), self.make_module("org.example.other", "1.0"))
        return self

    def make_all(self):
        """That, the repository trusted, and qubes work and personal."""
        self.make_site()
        self.add_repository()
        self.must("qube", "create", "work", "--base", "debian-12")
        self.must("qube", "create", "personal", "--base", "debian-12")
        return self

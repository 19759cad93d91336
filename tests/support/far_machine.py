# SPDX-License-Identifier: LGPL-2.1-or-later
"""A machine without a network beside a small world: it knows the repository from bundles alone."""

import shutil
import subprocess


class FarMachine:
    """A state directory of its own, with the base and one qube, q. `world` publishes."""

    def __init__(self, world, name="far"):
        self.world = world
        self.root = world.folder / name
        self.qpkg("base", "import", world.folder / "base.tar", "--id", "debian-12")
        self.qpkg("qube", "create", "q", "--base", "debian-12")

    @classmethod
    def in_copy(cls, world, name="far"):
        """The one that was made in the world that `world` is a copy of."""
        far = object.__new__(cls)
        far.world, far.root = world, world.folder / name
        return far

    def try_qpkg(self, *words, **options):
        return self.world.qpkg(*words, root=self.root, **options)

    def qpkg(self, *words, **options):
        return self.world.must(*words, root=self.root, **options)

    def trust(self, bundle):
        return self.qpkg("repo", "add", "demo", bundle, "--yes")

    def receive(self, stream):
        """`qpkg import -` with these bytes as standard input."""
        words = [str(self.world.programs / "qpkg"), "--root", str(self.root), "import", "-"]
        return subprocess.run(words, input=stream, capture_output=True, check=False)

    def inventory(self, file):
        self.qpkg("inventory", "export", "--out", file)
        return file

    def state(self):
        """All that a refused import must leave as it was: what a user sees, what is trusted, which files are there."""
        status = self.qpkg("status", "--json").json
        for changes in ("reclaimable", "problems", "warnings"):  # what was refused is remembered
            status.pop(changes, None)
        found = self.try_qpkg("search", "--offline", "--json").json
        search = found.get("apps", found.get("error"))
        files = {str(path.relative_to(self.root)) for path in self.root.rglob("*")
                 if not path.name.startswith("state.db") and path.name != "lock"}
        return status, search, files

    def copy(self, name):
        """The same machine again, for tests that each want it as it was."""
        twin = FarMachine.in_copy(self.world, name)
        shutil.copytree(self.root, twin.root, symlinks=True)
        return twin

# SPDX-License-Identifier: LGPL-2.1-or-later
"""The test distribution is one: dnf and pacman make a root of it, move to its newer state, and refuse what was changed."""

import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support/distribution"))
import pacman_repository  # noqa: E402
import rpm_repository  # noqa: E402
from key import Key  # noqa: E402
from make import NEW, Distribution  # noqa: E402
from plain_managers import DnfRoot, PacmanRoot  # noqa: E402

ROOTS = {"rpm": DnfRoot, "pacman": PacmanRoot}
INDEX = {"rpm": "repodata/repomd.xml", "pacman": f"{pacman_repository.NAME}.db"}
REFUSED = {"rpm": "GPG check FAILED|incorrect checksum|Bad GPG signature", "pacman": "invalid or corrupted|required key missing"}


class TestDistribution(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(cls.enterClassContext(tempfile.TemporaryDirectory(prefix="qpkg-distribution-")))
        cls.made = Distribution(cls.folder / "made", ["jq"], ["jq", "libjq1"])

    def must(self, done):
        self.assertEqual(done.returncode, 0, done.stdout)
        # Of a script that failed rpm and pacman tell, and end with 0.
        self.assertNotRegex(done.stdout, r"scriptlet failed|Error in .* scriptlet|was not configured|not found|correctly")

    def copy(self, name):
        """The distribution, for a test to spoil; files that are not replaced are the same files."""
        folder = self.folder / name
        shutil.copytree(self.made.folder, folder, symlinks=True, copy_function=lambda a, b: pathlib.Path(b).hardlink_to(a))
        return folder

    def refusal(self, kind, folder, wanted="jq"):
        """What is said when this is installed into an empty root."""
        done = ROOTS[kind](folder.with_name(f"{folder.name}-{kind}-root"), folder).install(wanted)
        self.assertNotEqual(done.returncode, 0, done.stdout)
        self.assertRegex(done.stdout, REFUSED[kind])

    def package(self, kind, folder):
        return next((folder / "now" / kind).glob("jq-*.rpm" if kind == "rpm" else "jq-*.zst"))

    def test_a_root_of_it_runs_and_is_upgraded(self):
        for kind, make_root in ROOTS.items():
            with self.subTest(kind):
                folder = self.copy(f"moving-{kind}")
                root = make_root(self.folder / f"root-{kind}", folder)
                self.must(root.install(*self.made.debian.base))
                self.must(root.install("jq"))
                self.assertEqual(root.ask("sh", "-c", "echo '{\"a\": 7}' | jq .a").stdout, "7\n")
                self.assertFalse((root.folder / "usr/share/doc/jq/RENEWED").exists())
                link = folder / "next"
                link.symlink_to(NEW)
                link.rename(folder / "now")
                self.must(root.upgrade())
                self.assertTrue((root.folder / "usr/share/doc/jq/RENEWED").exists())

    def test_a_changed_package_is_refused(self):
        for kind in ROOTS:
            with self.subTest(kind):
                package = self.package(kind, self.copy(f"changed-{kind}"))
                content = bytearray(package.read_bytes())
                content[-100] ^= 1
                package.unlink()
                package.write_bytes(content)
                self.refusal(kind, self.folder / f"changed-{kind}")

    def test_a_changed_index_is_refused(self):
        for kind in ROOTS:
            with self.subTest(kind):
                folder = self.copy(f"index-{kind}")
                index = folder / "now" / kind / INDEX[kind]
                content = index.read_bytes()
                index.unlink()
                index.write_bytes(content + b"\n")
                self.refusal(kind, folder)

    def test_a_package_of_a_foreign_key_is_refused(self):
        """In a repository that the right key signed, so that it is the package's own signature that counts."""
        stranger = self.folder / "stranger"
        stranger.mkdir()
        foreign = Key(stranger)
        self.addCleanup(foreign.close)
        for kind, repository in (("rpm", rpm_repository), ("pacman", pacman_repository)):
            with self.subTest(kind):
                folder = self.copy(f"foreign-{kind}")
                package = self.package(kind, folder)
                alone = folder / "alone"
                alone.mkdir()
                shutil.copy(package, alone)
                if kind == "rpm":
                    subprocess.run(["rpmsign", "--delsign", alone / package.name], check=True, capture_output=True)
                repository.sign_packages(alone, foreign)
                for file in alone.iterdir():
                    (package.parent / file.name).unlink()
                    shutil.copy(file, package.parent)
                self.renew_index(kind, repository, folder)
                self.refusal(kind, folder)

    def renew_index(self, kind, repository, folder):
        place = folder / "now" / kind
        for old in [*place.glob("repodata"), *place.glob("*.db*")]:
            shutil.rmtree(old) if old.is_dir() else old.unlink()
        key = Key(folder)
        self.addCleanup(key.close)
        repository.index(place, key)


if __name__ == "__main__":
    unittest.main()

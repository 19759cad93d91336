# SPDX-License-Identifier: LGPL-2.1-or-later
"""A folder of RPMs as a signed repository."""

import subprocess

REVISION = "1700000000"  # whatever the day, the same repository


def sign_packages(folder, key):
    """Debian's rpm looks for gpg under another name, and in another home."""
    subprocess.run(["rpmsign", "--define", "__gpg /usr/bin/gpg", "--define", f"_gpg_path {key.home}", "--define",
                    f"_gpg_name {key.name}", "--addsign", *sorted(folder.glob("*.rpm"))], check=True, capture_output=True)


def index(folder, key):
    """Over all packages that lie in it, which are signed already."""
    subprocess.run(["createrepo_c", "--quiet", "--general-compress-type=gz", "--set-timestamp-to-revision",
                    f"--revision={REVISION}", folder], check=True)
    key.sign(folder / "repodata/repomd.xml", "--armor")

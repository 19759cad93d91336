# SPDX-License-Identifier: LGPL-2.1-or-later
"""Who signs the test distribution."""

import subprocess


class Key:
    """Below `folder`, where it is made when it is not there yet; `public` is the file to trust."""

    name = "distribution@example.org"

    def __init__(self, folder):
        self.home = folder / "gpg"
        self.public = folder / "key.asc"
        if not self.public.exists():
            self.home.mkdir(mode=0o700)
            self.gpg("--passphrase", "", "--quick-gen-key", self.name, "rsa3072", "sign", "never")  # rpm reads all RSA keys
            self.gpg("--armor", "--output", self.public, "--export", self.name)

    def gpg(self, *words, **options):
        return subprocess.run(["gpg", "--homedir", self.home, "--batch", "--quiet", *words], check=True, **options)

    def sign(self, file, *how):
        """Beside it: file.asc when `how` says --armor, else file.sig."""
        self.gpg("--yes", *how, "--local-user", self.name, "--detach-sign", file)

    def close(self):
        subprocess.run(["gpgconf", "--homedir", self.home, "--kill", "all"], check=False)

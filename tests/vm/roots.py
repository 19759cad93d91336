# SPDX-License-Identifier: LGPL-2.1-or-later
"""Roots of Debian packages, made once by mmdebstrap and kept by suite and list of packages."""

import hashlib
import os

import kernel as kernels


def kept_root(suite, packages):
    """A tar archive of a minimal root with `packages`, separated by commas."""
    name = f"{suite}-{hashlib.sha256(packages.encode()).hexdigest()[:12]}.tar"
    kept = kernels.CACHE / "roots" / name
    if not kept.exists():
        kept.parent.mkdir(parents=True, exist_ok=True)
        unfinished = kept.with_suffix(f".{os.getpid()}.tar")
        kernels.output_of("mmdebstrap", "--mode=root", "--variant=minbase", "--quiet", f"--include={packages}",
                          "--aptopt=APT::Install-Recommends \"false\"", "--dpkgopt=path-exclude=/usr/share/doc/*",
                          "--dpkgopt=path-exclude=/usr/share/locale/*", "--dpkgopt=path-exclude=/usr/share/man/*",
                          suite, unfinished)
        unfinished.rename(kept)
    return kept

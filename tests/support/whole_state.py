# SPDX-License-Identifier: LGPL-2.1-or-later
"""Everything that a command could have changed below a folder: bytes, modes, owners, times, inodes, attributes."""

import hashlib
import os
import pathlib
import stat


def running(root):
    """Where the local backend keeps what runs now."""
    return pathlib.Path("/run/qpkg/local-" + hashlib.sha256(str(root.resolve()).encode()).hexdigest()[:16])


def described(path, kind):
    """What a look at the contents adds to what lstat says."""
    if stat.S_ISREG(kind):
        with open(path, "rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    return os.readlink(path) if stat.S_ISLNK(kind) else ""


def facts(path):
    info = os.lstat(path)
    attributes = {name: os.getxattr(path, name, follow_symlinks=False)
                  for name in os.listxattr(path, follow_symlinks=False)}
    return {"mode": oct(info.st_mode), "owner": (info.st_uid, info.st_gid), "size": info.st_size,
            "changed": info.st_mtime_ns, "inode": info.st_ino, "links": info.st_nlink, "attributes": attributes,
            "holds": described(path, info.st_mode)}


def whole_state(*folders):
    """path → facts; a folder that is not there is no error, and is there as soon as somebody makes it."""
    found = {}
    for top in folders:
        if not os.path.lexists(top):
            continue
        found[str(top)] = facts(top)
        for folder, inner, files in os.walk(top):
            for name in inner + files:
                path = os.path.join(folder, name)
                found[path] = facts(path)
    return found


def differences(before, after):
    """In words, one line each; none when nothing was changed."""
    lines = [f"made: {path}" for path in sorted(after.keys() - before.keys())]
    lines += [f"removed: {path}" for path in sorted(before.keys() - after.keys())]
    for path in sorted(before.keys() & after.keys()):
        was, now = before[path], after[path]
        lines += [f"{path}: {what} was {was[what]}, is {now[what]}" for what in was if was[what] != now[what]]
    return lines

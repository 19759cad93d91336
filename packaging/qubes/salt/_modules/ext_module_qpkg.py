# SPDX-License-Identifier: LGPL-2.1-or-later
"""Salt execution module: qpkg in dom0, by its own JSON."""

import json
import subprocess

__virtualname__ = "qpkg"
TOOL = ["/usr/bin/qpkg", "--backend", "qubes"]


def __virtual__():
    return __virtualname__


def run(*words):
    """The document a command prints: {"ok": …, "changed": …, "error": {"code", "message", "hint"}}."""
    done = subprocess.run([*TOOL, *words, "--json"], stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, check=False)
    try:
        return json.loads(done.stdout)
    except ValueError:
        return {"ok": False, "error": {"code": done.returncode, "message": "qpkg printed no JSON", "hint": ""}}


def apps(qube):
    """Full ids of the apps recorded for a qube; none for a qube that is not recorded yet."""
    listed = run("list")
    if not listed["ok"]:
        raise RuntimeError(listed["error"]["message"])
    return sorted(app["app"] for app in listed["apps"] if app["qube"] == qube)


def install(qube, names, dry_run=False):
    return run("install", *names, "--into", qube, "--dry-run" if dry_run else "--yes")


def remove(qube, names, dry_run=False):
    return run("remove", *names, "--from", qube, "--dry-run" if dry_run else "--yes")

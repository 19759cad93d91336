#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A year in the life of a qube and of its publisher, in minutes: its distribution moves on, its base moves with six apps, three
of which no longer fit, and a pipeline builds again what is old, and that alone. The archive is one of our own, made of
Debian's packages, see year_archive.py. Everything happens on a disk of its own, an XFS in a sparse file. Needs root, a network,
and the programs of `./dev build`."""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "tests/support")]
import own_mounts  # noqa: E402
import year_archive  # noqa: E402

PROGRAMS = pathlib.Path(os.environ.get("QPKG_BIN_DIR", HERE.parent / "build/bin"))
BASE = "org.example.debian"
LIBRARY_OF_BASE = "libonig5"
# App → its packages, what shows that it works, and what the year does to it.
APPS = {
    "hello": (["hello"], "hello", None),
    "tree": (["tree"], "tree --version", None),
    "jbig2dec": (["jbig2dec"], "jbig2dec --version", None),
    "apt-utils": (["apt-utils"], "apt-ftparchive --version | head -n 1", "relation"),
    "passwdqc": (["passwdqc", "libpam-passwdqc"], "pwqgen", "path"),
    "jq": (["jq"], "echo '{\"a\": 1}' | jq -c 'select(\"b\" | test(\"b\"))'", "library"),
}
LAGGING = sorted(name for name, (_, _, rule) in APPS.items() if rule)
TELL_LIBC = "/lib/*/libc.so.6 | head -n 1"
DAYS = 400


def say(text):
    print(f"\n\033[1m== {text}\033[0m", flush=True)


def run(*words, quiet=False):
    """Shows a command and runs it; returns what it says."""
    words = [str(word) for word in words]
    print("$", *(f"'{word}'" if " " in word else word for word in words), flush=True)
    done = subprocess.run(words, check=False, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
    if not quiet:
        print(done.stdout, end="", flush=True)
    if done.returncode:
        raise SystemExit(f"{done.stdout if quiet else str()}{words[0]} {words[1]}: exit {done.returncode}")
    return done.stdout


def ask(*words):
    """The same, of which a program reads the answer."""
    return json.loads(subprocess.run(["qpkg", *map(str, words), "--json"], check=True, stdout=subprocess.PIPE).stdout)


def require(holds, what):
    if not holds:
        raise SystemExit(f"this is not so: {what}")


def write_recipes(archive):
    """A recipe for the base, and one for each app."""
    recipes = pathlib.Path("recipes")
    (recipes / "base").mkdir(parents=True)
    (recipes / "base/archive.gpg").write_bytes(archive.key.read_bytes())
    (recipes / "base/base.toml").write_text(
        f'[base]\nid = "{BASE}"\nof = "debian-12"\nmirror = "{archive.location}"\nkeyring = "archive.gpg"\n'
        f'packages = ["{LIBRARY_OF_BASE}"]\n')
    for name, (packages, test, _) in APPS.items():
        (recipes / name).mkdir()
        (recipes / name / "module.toml").write_text(
            f'[app]\nid = "org.example.{name}"\nbase = "{BASE}"\n[source]\ntype = "packages"\n'
            f'packages = {json.dumps(packages)}\n[test]\nrun = [{json.dumps(test)}]\n')
    return recipes


def pipeline(recipes, *more):
    return run("qpkg", "ci", recipes, "--repo", "site", "--keys", "keys", *more)


def volumes():
    """Of each app: its volume, that file's number, and when it was made."""
    found = {}
    for app in ask("list", "work")["apps"]:
        info = (pathlib.Path(os.environ["QPKG_ROOT"]) / "volumes" / f"{app['volume']}.erofs").stat()
        found[app["app"].rsplit(".", 1)[1]] = (app["volume"], info.st_ino, info.st_mtime_ns)
    return found


def base_release():
    return ask("status")["qubes"][0]["base_release"]


def has_hole():
    """Who has the hole that nobody has found yet."""
    return sorted({row["holder"] for row in ask("exposure", year_archive.HOLE)["exposed"] if row["standing"] == "lacks"})


def libc_of(app=None):
    view = ["--app", app] if app else []
    return run("qpkg", "run", "work", *view, "--", "sh", "-c", TELL_LIBC).strip()


def use_all():
    for _, test, _ in APPS.values():
        run("qpkg", "run", "work", "--", "sh", "-c", test, quiet=True)


def begin(archive):
    say(f"An archive of our own, of Debian's packages: of {len(list(archive.pool(year_archive.OLD).iterdir()))} packages "
        f"{archive.moved} have newer versions in Debian's security suite, and a few are packed again")
    recipes = write_recipes(archive)
    run("qpkg", "key", "new", "--out", "keys", "--no-passphrase", quiet=True)
    pipeline(recipes)
    say("A qube with six apps")
    run("qpkg", "repo", "add", "demo", "site", "--yes", quiet=True)
    run("qpkg", "qube", "create", "work", "--base", BASE)
    run("qpkg", "install", *APPS, "--into", "work", "--yes")
    use_all()
    return recipes


def the_base_moves_first(archive, recipes):
    say("The archive moves on; the base is made of it, and published alone")
    archive.move(year_archive.NEW)
    pipeline(recipes / "base")
    say("Which apps fit it is computed")
    checked = subprocess.run(["qpkg", "base", "check", "site"], check=False, stdout=subprocess.PIPE, text=True).stdout
    print("$ qpkg base check site\n" + checked, end="")
    rules = {row["app"].rsplit(".", 1)[1]: row["rule"] for row in json.loads(subprocess.run(
        ["qpkg", "base", "check", "site", "--json"], check=False, stdout=subprocess.PIPE).stdout)["misfits"]}
    require(rules == {name: rule for name, (_, _, rule) in APPS.items() if rule}, f"each for its reason: {rules}")


def base_and_apps_move_together():
    say("Who has a hole that was mended meanwhile?")
    run("qpkg", "exposure", year_archive.HOLE)
    before, release = volumes(), base_release()
    say("Base and apps move in one generation; what does not fit keeps the older base in its own view")
    run("qpkg", "upgrade", "--yes")
    run("qpkg", "qube", "stop", "work", quiet=True)
    use_all()
    say("libc of the qube, of an app that fits, and of one that lags")
    outside, fitting, lagging = libc_of(), libc_of("hello"), libc_of("jq")
    require(outside == fitting != lagging, "the older libc is in that view alone")
    run("qpkg", "exposure", year_archive.HOLE)
    require(volumes() == before, "no app's volume was touched")
    say("Back, and forth again")
    run("qpkg", "rollback", "work", "--yes")
    run("qpkg", "qube", "stop", "work", quiet=True)
    require((base_release(), volumes()) == (release, before), "rollback brings both back")
    run("qpkg", "upgrade", "--yes", quiet=True)
    run("qpkg", "qube", "stop", "work", quiet=True)
    return before


def what_is_old_is_built_again(recipes, before):
    say("The pipeline builds again what is old, or does not fit, and that alone")
    done = json.loads(run("qpkg", "ci", recipes, "--repo", "site", "--keys", "keys", "--json", quiet=True))
    for job in done["jobs"]:
        print(f"{job['name']:<24}{job['state']:<10}{job['why']}")
    built = sorted(job["name"].rsplit(".", 1)[1] for job in done["jobs"] if job["state"] == "built")
    require({"hello", "tree"}.isdisjoint(built) and set(LAGGING) <= set(built), f"only that: {built}")
    say("It joins the others on the newer base")
    run("qpkg", "upgrade", "--yes")
    use_all()
    outside, lagging = libc_of(), libc_of("jq")
    require(outside == lagging, "one libc for all")
    run("qpkg", "exposure", year_archive.HOLE)
    require(not has_hole(), "nobody has the hole any more")
    after = volumes()
    require(all(after[name] == before[name] for name in APPS if name not in built), "what was not built again is untouched")
    for name, (volume, inode, _) in sorted(after.items()):
        print(f"{'unchanged' if after[name] == before[name] else 'new':<10}{name:<10}{volume[:16]}…  inode {inode}")


def a_year_passes():
    say(f"A publisher of one's own, and {DAYS} days")
    run("qpkg", "setup", "--base", BASE, "--updates", "check", "--yes", quiet=True)
    for days in range(50, DAYS + 1, 50):
        at(days, "check", "--scheduled", "--yes")
    rows = {row["name"]: row["freshness"] for row in json.loads(at(DAYS, "status", "--json"))["repositories"]}
    print(f"after {DAYS} days: own is {rows['own']}")
    require(rows["own"] == "fresh", f"the own repository renews itself: {rows}")


def at(days, *words):
    done = subprocess.run(["faketime", "-f", f"+{days}d", PROGRAMS / "qpkg", *words], check=False, stdout=subprocess.PIPE, text=True,
                          stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=dict(os.environ, FAKETIME_DONT_RESET="1"))
    require(done.returncode == 0, f"{' '.join(words)} after {days} days ends well")
    return done.stdout


def main():
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="qpkg-year.", dir=os.environ.get("TMPDIR", "/var/tmp")) as made:
        disk = pathlib.Path(made) / "disk"
        disk.mkdir()
        subprocess.run(["truncate", "-s", "24G", f"{made}/image"], check=True)
        subprocess.run(["mkfs.xfs", "-q", "-m", "reflink=1", f"{made}/image"], check=True)
        subprocess.run(["mount", "-o", "loop", f"{made}/image", disk], check=True)
        os.chdir(disk)
        os.environ.update(QPKG_ROOT=str(disk / "qpkg"), PATH=f"{PROGRAMS}:{os.environ['PATH']}", no_proxy="127.0.0.1")
        (disk / "archive").mkdir()
        packages = [name for names, _, _ in APPS.values() for name in names]
        archive = year_archive.Archive(disk / "archive", packages, [LIBRARY_OF_BASE])
        try:
            recipes = begin(archive)
            the_base_moves_first(archive, recipes)
            before = base_and_apps_move_together()
            first = time.monotonic()
            what_is_old_is_built_again(recipes, before)
            a_year_passes()
        finally:
            archive.close()
            subprocess.run(["qpkg", "qube", "stop", "work"], check=False, capture_output=True)
            os.chdir("/")
            subprocess.run(["umount", "--lazy", disk], check=False)
    print(f"\nDone: the first part took {first - began:.0f} s, both {time.monotonic() - began:.0f} s.")


if __name__ == "__main__":
    own_mounts.enter()
    main()

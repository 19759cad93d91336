# SPDX-License-Identifier: LGPL-2.1-or-later
"""Each library from outside appears only where libraries.txt allows it, and in no public header."""

import re

import sources

# Headers of the C++ and C libraries and of the kernel: never a matter of this check.
SYSTEM = re.compile(
    r"^([a-z_0-9]+|c?x?x?abi\.h|(sys|linux|asm|net|netinet|arpa|bits)/[\w./-]+"
    r"|(errno|fcntl|unistd|signal|poll|pwd|grp|sched|stdlib|stdio|string|strings|stdint|stddef|limits|time|termios|pty"
    r"|dirent|dlfcn|elf|endian|fnmatch|ftw|getopt|glob|ifaddrs|inttypes|locale|mntent|mqueue|netdb|pthread|regex"
    r"|semaphore|spawn|syscall|sysexits|syslog|utime|utmp|wait|wchar|alloca|assert|ctype|math|byteswap)\.h)$")


def home(path, places):
    """Which of the allowed places a file lies in."""
    return next((place for place in places.split(",") if path.as_posix().startswith(place)
                 or (place.startswith(".") and path.name.endswith(place))), None)


def check(rows, paths):
    users = {}
    for path in paths:
        for line, kind, name in sources.includes(path):
            if kind == '"' or SYSTEM.match(name) or name.startswith("qpkg/"):
                continue
            row = next((row for row in rows if name.startswith(row[0])), None)
            if row is None:
                yield f"{path}:{line}: <{name}> is not listed in tests/lint/libraries.txt"
                continue
            if path.parts[0] == "include":
                yield f"{path}:{line}: <{name}> in a public header"
            if path.parts[0] == "tests":
                continue
            place = home(path, row[1])
            if place is None:
                yield f"{path}:{line}: <{name}> belongs to {row[1]} alone"
            users.setdefault((row[0], place), set()).add(path)
    once = [row[0] for row in rows if row[2] == "once"]
    for (name, place), paths_there in users.items():
        if name in once and len(paths_there) > 1:
            yield f"<{name}…> is included by more than one file of {place}: {', '.join(sorted(map(str, paths_there)))}"


def main():
    code = sources.files(".cpp", ".hpp")
    sources.finish(list(check(sources.table("libraries.txt"), code)), len(code))


if __name__ == "__main__":
    main()

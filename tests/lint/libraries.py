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


def allowed(path, place):
    return str(path).endswith(place) if place.startswith(".") else path.as_posix().startswith(place)


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
            if not allowed(path, row[1]) and path.parts[0] != "tests":
                yield f"{path}:{line}: <{name}> belongs to {row[1]} alone"
            if path.parts[0] != "tests":
                users.setdefault(row[0], set()).add(path)
    for name, _, how_often in rows:
        if how_often == "once" and len(users.get(name, ())) > 1:
            yield f"<{name}…> is included by more than one file: {', '.join(sorted(map(str, users[name])))}"


def main():
    code = sources.files(".cpp", ".hpp")
    sources.finish(list(check(sources.table("libraries.txt"), code)), len(code))


if __name__ == "__main__":
    main()

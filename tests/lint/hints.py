# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a message tells people to run (`qpkg WORD [WORD]`) is a command: one that a synopsis below cli shows."""

import re

import sources

FOLDERS = ("src", "cli", "signing", "repo-format")
SYNOPSIS = re.compile(r"^`qpkg ([a-z-]+)(?: ([a-z][a-z-]*))?", re.MULTILINE)
# A comment, a raw string, a string or a character: only what stands in strings is told.
TOKEN = re.compile(r"""//[^\n]*|R"(\w*)\((.*?)\)\1"|"((?:[^"\\\n]|\\.)*)"|'(?:[^'\\\n]|\\.)+'""", re.DOTALL)
TOLD = re.compile(r"(?:^|`|[:,;] |\b(?:then|with|see) )qpkg ([a-z][a-z-]*)(?: ([a-z][a-z-]*))?")
PROSE = ("as", "does", "has", "never", "repositories")  # "qpkg does not know …" tells of the program


def commands():
    """(word, second word or "") of each command."""
    return {match for path in sources.files(".md") if path.parts[0] == "cli" and path.parent.name == "commands"
            for match in SYNOPSIS.findall(sources.text(path))}


def strings(content):
    """(line, text) of each string; those that only blanks part are one, as for the compiler."""
    found, end = [], None
    for match in TOKEN.finditer(content):
        text = match[2] if match[2] is not None else match[3]
        if text is None:
            continue
        if end is not None and not content[end:match.start()].strip():
            found[-1][1] += text
        else:
            found.append([content.count("\n", 0, match.start()) + 1, text])
        end = match.end()
    return found


def check(path, known):
    groups = {first for first, second in known if second}
    for line, text in strings(sources.text(path)):
        for first, second in TOLD.findall(text):
            if first in PROSE or (first, "") in known or (first, second) in known or (first in groups and not second):
                continue
            yield f"{path}:{line}: there is no `qpkg {' '.join([first, second]).strip()}`"


def main():
    known = commands()
    paths = [path for path in sources.files(".cpp", ".hpp") if path.parts[0] in FOLDERS]
    sources.finish([finding for path in paths for finding in check(path, known)], len(paths) if known else 0)


if __name__ == "__main__":
    main()

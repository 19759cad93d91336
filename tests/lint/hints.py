# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a message or document tells people to run (`qpkg WORD [WORD]`) is a command: one that a synopsis below cli shows, with
its parent. What they cite as a man page (qpkg-WORD(1)) is one."""

import re

import sources

FOLDERS = ("src", "cli", "signing", "repo-format")
SYNOPSIS = re.compile(r"^`qpkg ([a-z-]+)(?: ([a-z][a-z-]*))?", re.MULTILINE)
# A comment, a raw string, a string or a character: only what stands in strings is told.
TOKEN = re.compile(r"""//[^\n]*|R"(\w*)\((.*?)\)\1"|"((?:[^"\\\n]|\\.)*)"|'(?:[^'\\\n]|\\.)+'""", re.DOTALL)
TOLD = re.compile(r"(?:^|`|[:,;] |\b(?:then|with|see) )qpkg ([a-z][a-z-]*)(?: ([a-z][a-z-]*))?")
PAGE = re.compile(r"\bqpkg(?:-([a-z-]+))?\((\d)\)")
# In documents a command stands in code: between backquotes, or at the start of a line of a block.
FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"`(?:sudo )?qpkg ([a-z][a-z-]*)(?: ([a-z][a-z-]*))?")
LINE = re.compile(r"^(?:[$#] )?(?:sudo )?qpkg ([a-z][a-z-]*)(?: ([a-z][a-z-]*))?", re.MULTILINE)
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


def is_command(first, second, known):
    is_group = any(first == group and word for group, word in known)
    return (first, "") in known or (first, second) in known or (is_group and not second)


def is_page(name, section):
    if section == "1":
        return not name or any(path.stem == name for path in sources.files(".md") if path.parent.name == "commands")
    return (sources.ROOT / f"cli/man/qpkg-{name}.{section}").is_file()


def told(path):
    """(line, words) of each command that a file names."""
    content = sources.text(path)
    if path.suffix != ".md":
        for line, text in strings(content):
            yield from ((line, words) for words in TOLD.findall(text) if words[0] not in PROSE)
        return
    for block in FENCE.finditer(content):
        begin = content.count("\n", 0, block.start()) + 1
        for match in LINE.finditer(block[0]):
            yield begin + block[0].count("\n", 0, match.start()), match.groups("")
    # A name that is wrapped ends at the end of its line.
    for match in CODE.finditer(content):
        yield content.count("\n", 0, match.start()) + 1, match.groups("")


def check(path, known):
    for line, (first, second) in told(path):
        if not is_command(first, second, known):
            yield f"{path}:{line}: there is no `qpkg {' '.join([first, second]).strip()}`"
    content = sources.text(path)
    for match in PAGE.finditer(content):
        if not is_page(match[1] or "", match[2]) and "COMMAND" not in match[0]:
            yield f"{path}:{content.count(chr(10), 0, match.start()) + 1}: there is no man page {match[0]}"


def main():
    known = commands()
    paths = [path for path in sources.files(".cpp", ".hpp") if path.parts[0] in FOLDERS]
    paths += [path for path in sources.files(".md") if path.name != "CHANGELOG.md"]  # that tells of the past, too
    sources.finish([finding for path in paths for finding in check(path, known)], len(paths) if known else 0)


if __name__ == "__main__":
    main()

# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a program says on standard error, compared with what it says elsewhere."""

import re

VARYING = ((re.compile(r"0x[0-9a-fA-F]+|\b[0-9a-f]{12,}\b"), "ADDRESS"), (re.compile(r"\d+"), "N"))


def comparable(line):
    """Without what differs from start to start: addresses and digits."""
    for pattern, word in VARYING:
        line = pattern.sub(word, line)
    return line.strip()


def lines_more(here, there):
    """Lines of `here` that `there` has not, each once, as they were said."""
    known = {comparable(line) for line in there.splitlines()}
    more = {}
    for line in here.splitlines():
        if line.strip() and comparable(line) not in known:
            more.setdefault(comparable(line), line)
    return list(more.values())


def changed_lines(text):
    """For the log: what was compared in place of what was said."""
    return [f"{line.strip()}  ->  {comparable(line)}" for line in text.splitlines() if comparable(line) != line.strip()]

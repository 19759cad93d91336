# SPDX-License-Identifier: LGPL-2.1-or-later
"""A share of a long table: some rows every time, and of the rest every N-th, so that N runs see all of it."""

import re


def parse(text):
    """"2/5" → (2, 5)."""
    found = re.fullmatch(r"([1-9]\d*)/([1-9]\d*)", text)
    if not found or int(found[1]) > int(found[2]):
        raise ValueError(f'"{text}" is no share: write I/N, with I from 1 to N')
    return int(found[1]), int(found[2])


def chosen(rows, share, always=lambda row: False):
    """The rows of `share`, in their order; those that are taken `always` do not move the others."""
    if share is None:
        return list(rows)
    index, count = parse(share)
    others = [row for row in rows if not always(row)]
    mine = {id(row) for row in others[index - 1::count]}
    return [row for row in rows if always(row) or id(row) in mine]

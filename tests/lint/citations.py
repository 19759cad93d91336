# SPDX-License-Identifier: LGPL-2.1-or-later
"""What comments cite is there: the document, and in it the section (`FILE.md, "Section"` or `"Section" in FILE.md`)."""

import re

import sources

CITING = (".cpp", ".hpp", ".py", ".sh", ".cmake", "CMakeLists.txt")
COMMENT = {mark: re.compile(rf"(?:^[ \t]*{mark}.*\n?)+|(?<=[;,{{}}\w)] ){mark}.*", re.MULTILINE) for mark in ("//", "#")}
DOCUMENT = r"(?<![\w./<>\";-])((?:[\w-]+/)*[\w-]+\.md)"
CITED = re.compile(rf'"([^"]+)" in {DOCUMENT}|{DOCUMENT}(?:, "([^"]+)")?')


def comments(path):
    """(line, text) of each comment, on one line."""
    content = sources.text(path)
    for match in COMMENT["//" if path.suffix in (".cpp", ".hpp") else "#"].finditer(content):
        text = re.sub(r"\s*\n\s*(?:///?|#)\s*", " ", match[0])
        yield content.count("\n", 0, match.start()) + 1, text


def sections(document):
    """The headings, and what stands in them before a colon, comma or bracket."""
    headings = re.findall(r"^#+\s+(.*)$", sources.text(document), re.MULTILINE)
    return {name for heading in headings for name in (heading, re.split(r"[:,(]", heading)[0].strip())}


def check(path):
    for line, text in comments(path):
        for before, cited, document, after in CITED.findall(text):
            document, section = document or cited, before or after
            if not (sources.ROOT / document).is_file():
                yield f"{path}:{line}: there is no {document}"
            elif section and section not in sections(document):
                yield f'{path}:{line}: {document} has no section "{section}"'


def main():
    paths = sources.files(*CITING)
    sources.finish([finding for path in paths for finding in check(path)], len(paths))


if __name__ == "__main__":
    main()

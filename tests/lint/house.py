# SPDX-License-Identifier: LGPL-2.1-or-later
"""What every file owes: a licence line first, a size a person can read, links that lead somewhere."""

import re

import sources

SPDX = "SPDX-License-Identifier: LGPL-2.1-or-later"
LICENSED = (".cpp", ".hpp", ".py", ".sh", ".cmake", "CMakeLists.txt")
MOST_LINES = 400
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")


def check_licence(path):
    head = sources.text(path).splitlines()[:2]
    if not any(SPDX in line for line in head):
        yield f"{path}: the first line must say {SPDX}"


def check_size(path):
    lines = len(sources.text(path).splitlines())
    if lines > MOST_LINES:
        yield f"{path}: {lines} lines, more than {MOST_LINES}: one concept per file"


def heading_anchors(markdown):
    headings = re.findall(r"^#+\s+(.*)$", markdown, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def check_links(path):
    for target in LINK.findall(sources.text(path)):
        if re.match(r"[a-z]+:", target):
            continue
        name, _, anchor = target.partition("#")
        file = (sources.ROOT / path).parent / name if name else sources.ROOT / path
        if not file.exists():
            yield f"{path}: the link {target} leads nowhere"
        elif anchor and file.suffix == ".md" and anchor not in heading_anchors(file.read_text(encoding="utf-8")):
            yield f"{path}: {target}: no such heading"


def check_folders():
    """Somebody who opens the tree finds each folder explained; one that got in by accident is noticed."""
    explained = sources.text("ARCHITECTURE.md")
    for path in sorted(sources.ROOT.iterdir()):
        ours = path.is_dir() and not path.name.startswith(".") and path.name not in sources.NOT_OURS
        if ours and f"`{path.name}/" not in explained:
            yield f"{path.name}/: ARCHITECTURE.md does not say what it is for"


def main():
    code, documents = sources.files(*LICENSED), sources.files(".md")
    findings = [finding for path in code for check in (check_licence, check_size) for finding in check(path)]
    findings += check_folders()
    findings += [finding for path in documents for finding in check_links(path)]
    sources.finish(findings, len(code) + len(documents))


if __name__ == "__main__":
    main()

# SPDX-License-Identifier: LGPL-2.1-or-later
"""Each command has its help text, which is also its man page, and a schema of what --json prints."""

import json
import re

import sources

COMMAND = re.compile(r'"([a-z][a-z -]*)",\s*Section::|make_\w+_command\(context, "([a-z -]+)"')
PRINTS_NO_DOCUMENT = {"run", "shell", "bundle-send", "vault-serve"}  # a program in the qube, or a stream, owns the output
SECTIONS = ("## Synopsis", "## Description")
DIALECT = "https://json-schema.org/draft/2020-12/schema"


def commands():
    """The names of all commands as their documents call them: "install", "repo-add"."""
    return sorted({"".join(names).replace(" ", "-") for path in sources.files(".cpp") if path.parts[0] == "cli" and path.parent.name == "commands"
                   for names in COMMAND.findall(sources.text(path))})


def check_help(name):
    file = f"{name.split('-')[0]}.md"
    path = next((path for path in sources.files(".md") if path.parent.name == "commands" and path.name == file), None)
    if path is None:
        yield f"{name}: there is no cli/commands/{file}"
        return
    for section in SECTIONS:
        if section not in sources.text(path):
            yield f"{path}: there is no {section}"


def check_schema(name):
    path = f"schemas/cli/{name}.schema.json"
    if name not in PRINTS_NO_DOCUMENT and not (sources.ROOT / path).is_file():
        yield f"{name}: there is no {path}"


def check_dialect(path):
    try:
        schema = json.loads(sources.text(path))
    except ValueError as error:
        yield f"{path}: {error}"
        return
    if schema.get("$schema") != DIALECT:
        yield f"{path}: $schema must be {DIALECT}"


def main():
    names, schemas = commands(), sources.files(".schema.json")
    findings = [finding for name in names for check in (check_help, check_schema) for finding in check(name)]
    findings += [finding for path in schemas for finding in check_dialect(path)]
    sources.finish(findings, len(names) + len(schemas))


if __name__ == "__main__":
    main()

# SPDX-License-Identifier: LGPL-2.1-or-later
"""Include lines and CMake links point downwards only, as layers.txt says."""

import itertools
import pathlib
import re

import sources

SEARCHED = ["", "include", "src"]
LAYER_CALL = re.compile(r"qpkg_layer\(([^)]*)\)")
TARGET_NAMES = {"repo_format": "repo-format", "guest_format": "guest-format"}


class Layers:
    """The table: which folder belongs to which layer, and what a layer reaches."""

    def __init__(self, rows):
        self.folders = {folder: name for name, folders, _ in rows for folder in folders.split(",")}
        self.direct = {name: [] if uses == "-" else uses.split(",") for name, _, uses in rows}

    def of(self, path):
        """The layer a file belongs to, None for tests and what is not code of ours."""
        parents = [str(parent) for parent in pathlib.PurePath(path).parents]
        return next((self.folders[parent] for parent in parents if parent in self.folders), None)

    def reach(self, layer):
        reached, waiting = set(), [layer]
        while waiting:
            name = waiting.pop()
            if name not in reached:
                reached.add(name)
                waiting += self.direct[name]
        return reached


def resolve(including, name):
    """The file of ours that an include names, None when it is not ours."""
    for folder in [including.parent, *map(pathlib.Path, SEARCHED)]:
        if (sources.ROOT / folder / name).is_file():
            return (sources.ROOT / folder / name).resolve().relative_to(sources.ROOT)
    return None


def check_includes(layers, paths):
    for path in paths:
        layer = layers.of(path)
        if layer is None:
            yield f"{path}: belongs to no layer of tests/lint/layers.txt"
            continue
        for line, kind, name in sources.includes(path):
            target = resolve(path, name)
            if target is None and kind == '"':
                yield f'{path}:{line}: "{name}" is no file of ours; use <> for libraries'
            elif target is not None and layers.of(target) not in layers.reach(layer):
                yield f"{path}:{line}: {layer} must not include {name} of {layers.of(target)}"


def argument(words, keyword):
    """The words after a keyword of a CMake call, up to the next keyword."""
    if keyword not in words:
        return []
    return list(itertools.takewhile(lambda word: not word.isupper(), words[words.index(keyword) + 1:]))


def check_links(layers, paths):
    by_target = {name.split("/")[-1]: name for name in layers.direct}
    for path in paths:
        for call in LAYER_CALL.findall(sources.text(path)):
            words = call.split()
            if words[0] == "name":
                continue
            layer = by_target.get(TARGET_NAMES.get(words[0], words[0]))
            if layer is None:
                yield f"{path}: {words[0]} is no layer of tests/lint/layers.txt"
                continue
            for use in argument(words, "USES"):
                if by_target.get(TARGET_NAMES.get(use, use)) not in layers.reach(layer):
                    yield f"{path}: {layer} must not link {use}"


def main():
    layers = Layers(sources.table("layers.txt"))
    code = [path for path in sources.files(".cpp", ".hpp") if path.parts[0] not in ("tests", "examples")]
    lists = [path for path in sources.files("CMakeLists.txt") if path.parts[0] != "tests"]
    sources.finish([*check_includes(layers, code), *check_links(layers, lists)], len(code))


if __name__ == "__main__":
    main()

# SPDX-License-Identifier: LGPL-2.1-or-later
"""The checks of this folder find what they are for: each is shown a small repository that breaks its rule."""

import pathlib
import tempfile
import unittest

import citations
import documents
import foreign_trees
import hints
import house
import layers
import libraries
import mutants
import package_managers
import sources


class Repository(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.addCleanup(setattr, sources, "ROOT", sources.ROOT)
        sources.ROOT = pathlib.Path(directory.name).resolve()

    def write(self, name, content):
        path = sources.ROOT / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
        return pathlib.Path(name)


class LayersTest(Repository):
    table = layers.Layers([["low", "src/low", "-"], ["middle", "src/middle", "low"], ["high", "src/high", "middle"]])

    def test_an_include_upwards_is_found(self):
        self.write("src/high/a.hpp", "")
        path = self.write("src/low/b.cpp", '#include "high/a.hpp"\n')
        self.assertEqual(list(layers.check_includes(self.table, [path])),
                         ["src/low/b.cpp:1: low must not include high/a.hpp of high"])

    def test_an_include_of_what_a_used_layer_uses_is_fine(self):
        self.write("src/low/a.hpp", "")
        path = self.write("src/high/b.cpp", '#include "low/a.hpp"\n')
        self.assertEqual(list(layers.check_includes(self.table, [path])), [])

    def test_a_link_upwards_is_found(self):
        path = self.write("src/low/CMakeLists.txt", "qpkg_layer(low USES middle LIBRARIES x)\n")
        self.assertEqual(list(layers.check_links(self.table, [path])),
                         ["src/low/CMakeLists.txt: low must not link middle"])


class ForeignTreesTest(Repository):
    def test_a_call_that_takes_a_foreign_path_to_the_disk_is_found(self):
        for call in ("fs::exists(tree / place)", "std::filesystem::copy(a, b)", "fs::directory_iterator(tree)"):
            self.assertEqual(len(list(foreign_trees.check("src/build/a.cpp", f"auto x = {call};\n"))), 1, call)
        self.assertEqual(list(foreign_trees.check("src/build/a.cpp", "fs::path(x).filename();\n")), [])
        self.assertEqual(list(foreign_trees.check("src/app/a.cpp", "fs::exists(x);\n")), [])

    def test_another_way_to_remove_a_tree_is_found_everywhere(self):
        self.assertEqual(len(list(foreign_trees.check("cli/a.cpp", "fs::remove_all(x);\n"))), 1)
        self.assertEqual(list(foreign_trees.check("tests/a.cpp", "fs::remove_all(x);\n")), [])

    def test_another_way_to_openat2_is_found(self):
        line = "::syscall(SYS_openat2, root, path, &how, sizeof how);\n"
        self.assertEqual(len(list(foreign_trees.check("src/agent/a.cpp", line))), 1)
        self.assertEqual(list(foreign_trees.check("src/core/open_within.cpp", line)), [])


class PackageManagersTest(unittest.TestCase):
    def test_a_word_of_a_package_manager_outside_its_folder_is_found(self):
        for word in ('"apt-get"', "of dpkg's state", '"hello.deb"', "mmdebstrap"):
            self.assertEqual(len(list(package_managers.check("src/build/a.cpp", word))), 1, word)
            self.assertEqual(list(package_managers.check("src/adapters/apt/a.cpp", word)), [])
        self.assertEqual(list(package_managers.check("src/build/a.cpp", '"org.debian.captive"')), [])


class LibrariesTest(Repository):
    rows = [["sqlite3.h", "src/db", "any"], ["toml++/", "src", "once"], ["CLI/", "cli/line.cpp", "once"]]

    def test_a_library_outside_its_folder_is_found(self):
        path = self.write("src/app/a.cpp", "#include <sqlite3.h>\n#include <vector>\n")
        self.assertEqual(list(libraries.check(self.rows, [path])),
                         ["src/app/a.cpp:1: <sqlite3.h> belongs to src/db alone"])

    def test_a_library_outside_its_only_file_is_found(self):
        paths = [self.write(f"cli/{name}", "#include <CLI/CLI.hpp>\n") for name in ("line.cpp", "commands.hpp")]
        self.assertEqual(list(libraries.check(self.rows, paths)), ["cli/commands.hpp:1: <CLI/CLI.hpp> belongs to cli/line.cpp alone"])

    def test_an_unlisted_library_is_found(self):
        path = self.write("src/a.cpp", "#include <boost/any.hpp>\n")
        self.assertEqual(len(list(libraries.check(self.rows, [path]))), 1)

    def test_a_second_user_of_a_dear_library_is_found(self):
        paths = [self.write(f"src/{name}.cpp", "#include <toml++/toml.h>\n") for name in "ab"]
        self.assertEqual(len(list(libraries.check(self.rows, paths))), 1)


class HouseTest(Repository):
    def test_a_missing_licence_line_is_found(self):
        self.assertEqual(len(list(house.check_licence(self.write("a.cpp", "int a;\n")))), 1)

    def test_a_long_file_is_found(self):
        self.assertEqual(len(list(house.check_size(self.write("a.cpp", "\n" * 401)))), 1)

    def test_an_unexplained_folder_is_found(self):
        self.write("ARCHITECTURE.md", "| `src/` | all of it |\n")
        self.write("src/a.cpp", "")
        self.write("x/config", "")
        self.assertEqual(list(house.check_folders()), ["x/: ARCHITECTURE.md does not say what it is for"])

    def test_a_dead_link_and_a_dead_heading_are_found(self):
        path = self.write("a.md", "# One\n[a](b.md) [b](#one) [c](#two) [d](https://example.org)\n")
        self.assertEqual(len(list(house.check_links(path))), 2)


class DocumentsTest(Repository):
    def test_a_command_without_help_and_schema_is_found(self):
        self.write("cli/commands/new.cpp", 'return {"new thing",\n  Section::apps, {}};')
        self.write("cli/full/commands/old.cpp", 'return make_old_command(context, "old");')
        self.assertEqual(documents.commands(), ["new-thing", "old"])
        for name in documents.commands():
            self.assertEqual(len([*documents.check_help(name), *documents.check_schema(name)]), 2)

    def test_a_broken_schema_is_found(self):
        self.assertEqual(len(list(documents.check_dialect(self.write("a.schema.json", "{")))), 1)


class HintsTest(Repository):
    known = {("gc", ""), ("repo", "add"), ("repo", "list")}

    def hints(self, content):
        return list(hints.check(self.write("src/a.cpp", content), self.known))

    def test_a_synopsis_makes_a_command(self):
        self.write("cli/commands/repo.md", "## Synopsis\n\n`qpkg repo add NAME`\n\n`qpkg repo list`\n")
        self.write("cli/commands/gc.md", "`qpkg gc [--keep N]`\nand `qpkg rollback` is told of\n")
        self.assertEqual(hints.commands(), self.known)

    def test_a_command_that_is_none_is_found(self):
        self.assertEqual(self.hints('\nfail("run `qpkg repo fetch`");\n'), ["src/a.cpp:2: there is no `qpkg repo fetch`"])
        for told in ('"to forget it: qpkg prune"', '"first this, "\n  "then qpkg prune"', '"qpkg prune " + name', 'R"(with qpkg prune)"'):
            self.assertEqual(len(self.hints(told)), 1, told)

    def test_commands_prose_and_comments_are_fine(self):
        for told in ('"then `qpkg gc`, qpkg repo add NAME"', '"see `qpkg repo --help`"', '"this qpkg reads less"',
                     '// "run `qpkg prune`"', '"qpkg does not know it"'):
            self.assertEqual(self.hints(told), [], told)


    def test_a_command_that_a_document_tells_of_is_looked_for(self):
        path = self.write("a.md", "run `qpkg gc` or\n`qpkg repo fetch`\n```\n$ qpkg prune\nqpkg repo add x\n```\nqpkg does\n")
        self.assertEqual(list(hints.check(path, self.known)), ["a.md:4: there is no `qpkg prune`",
                                                               "a.md:2: there is no `qpkg repo fetch`"])

    def test_a_man_page_that_is_none_is_found(self):
        self.write("cli/commands/gc.md", "")
        self.write("cli/man/qpkg-exit-codes.7", "")
        self.assertEqual(self.hints("// see qpkg(1), qpkg-gc(1), qpkg-exit-codes(7)"), [])
        for page in ("qpkg-prune(1)", "qpkg-gc(7)", "qpkg-exit-codes(5)"):
            self.assertEqual(self.hints(f"// see {page}"), [f"src/a.cpp:1: there is no man page {page}"])


class CitationsTest(Repository):
    def setUp(self):
        super().setUp()
        self.write("doc/a.md", "# All\n## The shape: three phases\n")

    def citations(self, content):
        return list(citations.check(self.write("src/a.cpp", content)))

    def test_a_missing_document_and_a_missing_section_are_found(self):
        self.assertEqual(self.citations("// See doc/b.md.\n"), ["src/a.cpp:1: there is no doc/b.md"])
        for comment in ('/// doc/a.md, "Volumes".', '/// See "Volumes" in doc/a.md.', '/// See doc/a.md,\n/// "Volumes".'):
            self.assertEqual(self.citations(comment), ['src/a.cpp:1: doc/a.md has no section "Volumes"'], comment)

    def test_what_is_there_and_what_is_no_comment_is_fine(self):
        for content in ('// doc/a.md, "The shape".', '// "All" in doc/a.md', 'read("x/b.md");'):
            self.assertEqual(self.citations(content), [], content)


class MutantsTest(Repository):
    def test_one_that_lies_nowhere_or_does_nothing_is_found(self):
        self.write("src/a.cpp", "if (safe) {\nif (twice) {\nif (twice) {\n")
        row = {"name": "x", "file": "src/a.cpp", "from": "if (safe) {", "to": "if (false) {"}
        found = [*mutants.findings_in([row], "p"),
                 *mutants.findings_in([row | {"from": "if (twice) {"}, row | {"file": "src/b.cpp"}, row | {"to": row["from"]}], "q")]
        self.assertEqual(found, ['q: "x": src/a.cpp has its text 2 times', 'q: "x" is there twice', 'q: "x": src/b.cpp has its text 0 times',
                                 'q: "x" is there twice', 'q: "x" changes nothing'])


if __name__ == "__main__":
    unittest.main()

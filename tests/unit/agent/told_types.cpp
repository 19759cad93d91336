// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/told_types.hpp"

#include "agent/small_files.hpp"
#include "support/expect.hpp"

#include "qpkg/core/files.hpp"

using namespace qpkg;
using namespace qpkg::agent;

namespace {

std::string told(std::string_view of_base, std::initializer_list<std::string_view> of_apps,
                 const std::set<std::string>& opened = {"a/own"})
{
    std::vector<TypesOfApp> apps;
    for (const auto table : of_apps) {
        apps.push_back({opened, parse_globs2(table)});
    }
    return encode_globs(told_patterns(parse_globs2(of_base), apps));
}

} // namespace

TEST_CASE("of an app's table is told what files of the types that its entries open are called")
{
    CHECK(told("", {"50:a/own:*.own\n50:a/other:*.other\n40:a/own:Ownfile:cs\n"}) ==
          "50:a/own:*.own\n40:a/own:Ownfile:cs\n");
}

TEST_CASE("no name of a file is taken from the base, by weight or case")
{
    CHECK(told("50:application/pdf:*.pdf\n", {"50:a/own:*.pdf\n50:a/own:*.PDF:cs\n50:a/own:*.new\n"}) ==
          "50:a/own:*.new\n");
    CHECK(told("", {"100:a/own:*.own\n"}) == "50:a/own:*.own\n");
}

TEST_CASE("what an earlier app calls by another type stays so, whether it opens it or not")
{
    CHECK(told("", {"50:a/pdf:*.pdf\n", "50:a/own:*.pdf\n"}).empty());
    CHECK(told("", {"50:a/own:*.pdf\n", "50:a/pdf:*.pdf\n"}, {"a/own", "a/pdf"}) == "50:a/own:*.pdf\n");
    CHECK(told("", {"50:a/pdf:*.pdf\n50:a/own:*.pdf\n", "50:a/own:*.pdf\n"}) == "50:a/own:*.pdf\n");
}

TEST_CASE("only a name or an ending is told, and nothing that takes back")
{
    CHECK(told("", {"0:a/own:__NOGLOBS__\n50:a/own:*\n50:a/own:*.\n50:a/own:a*b\n50:a/own:*.[p]df\n50:a/own:*.p?f\n"
                    "50:a/own:*pdf\n"})
              .empty());
}

TEST_CASE("a tree without a table of types has none, and a link does not lead out of it")
{
    const files::TemporaryDirectory folder(fs::temp_directory_path());
    CHECK(patterns_of_tree(folder.path()).empty());

    fs::create_directories(folder.path() / "usr/share/mime");
    write_file(folder.path() / "usr/share/mime/globs2", "50:a/b:*.x\n");
    CHECK(patterns_of_tree(folder.path()) == std::vector<MimeGlob>{{"a/b", "*.x", 50, false}});

    const files::TemporaryDirectory outside(fs::temp_directory_path());
    write_file(outside.path() / "globs2", "50:a/b:*.x\n");
    fs::remove(folder.path() / "usr/share/mime/globs2");
    fs::create_symlink(outside.path() / "globs2", folder.path() / "usr/share/mime/globs2");
    CHECK(patterns_of_tree(folder.path()).empty());
}

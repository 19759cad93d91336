// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/mime_globs.hpp"

#include "support/expect.hpp"

using namespace qpkg;
using namespace qpkg::agent;

namespace {

using Types = std::vector<std::string>;

Types types_by(std::string_view name, std::initializer_list<std::string_view> tables)
{
    std::vector<std::vector<MimeGlob>> folders;
    for (const auto table : tables) {
        folders.push_back(parse_globs2(table));
    }
    return types_of_name(name, folders);
}

} // namespace

TEST_CASE("a line of a table of types that is none is skipped")
{
    const auto patterns = parse_globs2("# comment\n"
                                       "50:application/pdf:*.pdf\n"
                                       "60:text/x-c:*.C:cs\n"
                                       "40:a/b:*.x:later,cs\n"
                                       "101:a/b:*.y\n-1:a/b:*.y\n:a/b:*.y\n0050:a/b:*.y\n"
                                       "50:no-type:*.y\n50:a/b:\n50:a/b\n50:a/b:*a*b*c*d*e\n\n50:a/b:Makefile");

    CHECK(patterns == std::vector<MimeGlob>{{"application/pdf", "*.pdf", 50, false},
                                            {"text/x-c", "*.C", 60, true},
                                            {"a/b", "*.x", 40, true},
                                            {"a/b", "Makefile", 50, false}});
    CHECK_FAILS(Code::no_space, "larger than 1 MiB", parse_globs2(std::string(largest_mime_table + 1, '\n')));
}

TEST_CASE("the heaviest pattern decides, then the longest")
{
    const auto* table = "50:a/gz:*.gz\n50:a/targz:*.tar.gz\n80:a/heavy:*.g*\n50:a/make:Makefile\n";

    CHECK(types_by("a.gz", {table}) == Types{"a/heavy"});
    CHECK(types_by("a.tar.gz", {"50:a/gz:*.gz\n50:a/targz:*.tar.gz\n"}) == Types{"a/targz"});
    CHECK(types_by("a.tar.gz", {"80:a/gz:*.gz\n50:a/targz:*.tar.gz\n"}) == Types{"a/gz"});
    CHECK(types_by("Makefile", {table}) == Types{"a/make"});
    CHECK(types_by("other", {table}).empty());
    CHECK(types_by("a.x", {"50:a/b:*.x\n50:c/d:*.x\n50:a/b:*.x\n"}) == Types{"a/b", "c/d"});
}

TEST_CASE("a name is tried as it is, then in lower case, where the pattern allows")
{
    const auto* table = "50:text/c++:*.C:cs\n50:text/c:*.c\n50:a/pdf:*.PDF\n50:a/core:core:cs\n";

    CHECK(types_by("a.C", {table}) == Types{"text/c++"});
    CHECK(types_by("a.c", {table}) == Types{"text/c"});
    CHECK(types_by("A.pDf", {table}) == Types{"a/pdf"});
    CHECK(types_by("core", {table}) == Types{"a/core"});
    CHECK(types_by("CORE", {table}).empty());
}

TEST_CASE("a nearer table comes first, and takes back what others say of a type")
{
    CHECK(types_by("a.x", {"50:a/near:*.x\n", "50:a/far:*.x\n"}) == Types{"a/near", "a/far"});
    CHECK(types_by("a.x", {"50:a/near:*.x\n", "60:a/far:*.x\n"}) == Types{"a/far"});
    CHECK(types_by("a.x", {"0:a/far:__NOGLOBS__\n50:a/far:*.y\n", "50:a/far:*.x\n"}).empty());
    CHECK(types_by("a.y", {"0:a/far:__NOGLOBS__\n50:a/far:*.y\n", "50:a/far:*.x\n"}) == Types{"a/far"});
    CHECK(types_by("a.x", {"50:a/near:*.x\n", "0:a/near:__NOGLOBS__\n"}) == Types{"a/near"});
}

TEST_CASE("a table of types is written in one order, and read again")
{
    const std::vector<MimeGlob> patterns{
        {"b/b", "*.b", 40, true}, {"b/b", "*.a", 50, false}, {"a/a", "*.z", 50, false}};

    const auto bytes = encode_globs(patterns);

    CHECK(bytes == "50:a/a:*.z\n50:b/b:*.a\n40:b/b:*.b:cs\n");
    CHECK(encode_globs(parse_globs2(bytes)) == bytes);
}

// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/mime_relations.hpp"

#include "agent/mime_globs.hpp"
#include "support/expect.hpp"

using namespace qpkg;
using namespace qpkg::agent;

TEST_CASE("a line of a table of related types holds two words")
{
    CHECK(parse_mime_relations("a/b c/d\nalone\na b c\n\ne/f\tg/h") ==
          std::vector<MimeRelation>{{"a/b", "c/d"}, {"e/f", "g/h"}});
    CHECK_FAILS(Code::no_space, "larger than 1 MiB", parse_mime_relations(std::string(largest_mime_table + 1, ' ')));
}

TEST_CASE("a type is tried by its names, then as what it also is")
{
    const std::vector<MimeRelation> aliases{{"a/old", "a/proper"}, {"a/older", "a/proper"}};
    const std::vector<MimeRelation> parents{{"a/proper", "a/zip"}, {"a/zip", "a/any"}, {"a/any", "a/proper"}};

    CHECK(types_to_try("a/old", aliases, parents) ==
          std::vector<std::string>{"a/old", "a/proper", "a/older", "a/zip", "a/any", "application/octet-stream"});
    CHECK(types_to_try("text/x-c", {}, {}) ==
          std::vector<std::string>{"text/x-c", "text/plain", "application/octet-stream"});
    CHECK(types_to_try("x/script", {}, {{"x/script", "text/x"}}) ==
          std::vector<std::string>{"x/script", "text/x", "text/plain", "application/octet-stream"});
}

TEST_CASE("a folder and a scheme are no bytes")
{
    CHECK(types_to_try("inode/directory", {}, {}) == std::vector<std::string>{"inode/directory"});
    CHECK(types_to_try("x-scheme-handler/irc", {}, {}) == std::vector<std::string>{"x-scheme-handler/irc"});
}

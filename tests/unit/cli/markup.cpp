// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/markup.hpp"

#include <doctest/doctest.h>

using namespace qpkg::cli::markup;

namespace {

std::vector<Span> only(Style style, std::string text) { return {{style, std::move(text)}}; }

} // namespace

TEST_CASE("code, emphasis and strong words lose their marks and keep their style")
{
    const std::vector<Span> expected = {
        {Style::plain, "with "},   {Style::code, "--to N"},  {Style::plain, " in "},
        {Style::emphasis, "work"}, {Style::plain, ", "},     {Style::strong, "not here"},
        {Style::plain, "; "},      {Style::strong, "also "}, {Style::code, "a"}};

    CHECK(spans("with `--to N` in *work*, **not here**; **also `a`**") == expected);
}

TEST_CASE("a star that opens no emphasis stays")
{
    for (const std::string& words :
         std::vector<std::string>{"a*b", "a*b*c", "*.qpkgb", "*.qpkgb and *.toml", "2 * 3 * 4", "a * b", "*", "**",
                                  "***", "*a", "a*", "**a*", "* a *", "out/*, keys/*", "2*3*4", "a *b"}) {
        CHECK_MESSAGE(spans(words) == only(Style::plain, words), words);
    }
}

TEST_CASE("code is taken as it is written, also over the end of a line")
{
    CHECK(spans("`/etc/*.d/*.toml`") == only(Style::code, "/etc/*.d/*.toml"));
    CHECK(spans("`qpkg\nimport`") == only(Style::code, "qpkg\nimport"));
    CHECK(spans("*`a*` b*") == std::vector<Span>{{Style::code, "a*"}, {Style::emphasis, " b"}});
    CHECK(spans("a ` b") == only(Style::plain, "a ` b"));
}

TEST_CASE("plain help has lists as they are written, and no marks")
{
    CHECK(plain("# qpkg a\n\nshort *words*\n\n## List\n\nText `x`\nand `y\nz`:\n\n* one `*.a`\n  and more\n* "
                "two\n\nEnd.\n") ==
          "QPKG A\n\nshort words\n\nLIST\n\nText x\nand y\nz:\n\n* one *.a\n  and more\n* two\n\nEnd.\n\n");
}

TEST_CASE("plain help indents code, and takes nothing from it")
{
    CHECK(plain("Like this:\n\n```\nqpkg publish out/* `x`\n\n# comment\n```\n") ==
          "Like this:\n\n    qpkg publish out/* `x`\n    \n    # comment\n\n");
}

TEST_CASE("a man page has fonts for styles and an indented paragraph for each item")
{
    CHECK(
        roff("# qpkg a\n\nshort *words*\n\n## A list\n\nText `x-y`, *z*, **!**:\n\n* one\n  `more`\n- two\n\nEnd.\n") ==
        ".SH NAME\nqpkg\\-a \\- short words\n"
        ".SH A LIST\nText \\fBx\\-y\\fR, \\fIz\\fR, \\fB!\\fR:\n"
        ".IP \\(bu 2\none\n\\fBmore\\fR\n"
        ".IP \\(bu 2\ntwo\n"
        ".PP\nEnd.\n");
}

TEST_CASE("in a man page nothing written is a request")
{
    CHECK(roff("One\n.two\n'three' \\four\n`.five`\n") == ".PP\nOne\n\\&.two\n\\&'three' \\efour\n\\fB.five\\fR\n");
    CHECK(roff("```\n.a\n'b\n```\n") == ".PP\n.nf\n.RS 4\n\\&.a\n\\&'b\n.RE\n.fi\n");
}

TEST_CASE("code over the end of a line keeps its font, and a dot at its start is no request")
{
    CHECK(roff("see `qpkg\n.import`\n") == ".PP\nsee \\fBqpkg\n\\&.import\\fR\n");
}

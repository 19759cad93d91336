// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/page.hpp"

#include "cli/document.hpp"
#include "support/expect.hpp"

#include <sstream>

using namespace qpkg;
using namespace qpkg::cli;
using Lines = std::vector<std::string>;

namespace {

std::string rendered(const Document& document, std::size_t columns, bool ascii = false)
{
    std::ostringstream out;
    render_text(document, out, {columns, ascii});
    return out.str();
}

Document a_table()
{
    return Document("x").table("rows", {{"a", "APP"}, {"w", "WORDS"}},
                               {{text("hello"), text("one two three four")}, {text("other"), text("")}});
}

} // namespace

TEST_CASE("words are wrapped at blanks, and no word is broken")
{
    CHECK(wrapped("one two three", 0) == Lines{"one two three"});
    CHECK(wrapped("one two three", 8) == Lines{"one two", "three"});
    CHECK(wrapped("a verylongwordindeed b", 6) == Lines{"a", "verylongwordindeed", "b"});
    CHECK(wrapped("", 5) == Lines{""});
    CHECK(wrapped_line("  one two three", 11) == "  one two\n    three");
    CHECK(wrapped_line("  one two three", 15) == "  one two three");
    CHECK(wrapped_line("# one two three", 9) == "# one two three");
}

TEST_CASE("no words of others look like a line of ours where they are broken")
{
    const auto review = wrapped_line("  + custom summary x + expires: 2040-01-01", 24);

    CHECK(review.find("\n  +") == std::string::npos);
    CHECK(wrapped_line("Failed: no such app: x hint: do harm", 24) == "Failed: no such app: x\n  hint: do harm");
}

TEST_CASE("a command that is to be copied begins a line of its own and stays whole")
{
    CHECK(wrapped_advice("hint: to do it: qpkg run work -- git", 80) == "hint: to do it: qpkg run work -- git");
    CHECK(wrapped_advice("hint: to do it: qpkg run work -- git", 12) == "hint: to\n  do it:\n  qpkg run work -- git");
}

TEST_CASE("letters of other scripts take the columns that terminals give them")
{
    CHECK(width("Über") == 4);
    CHECK(width("漢字") == 4);
    CHECK(width("e\u0301") == 1);
    CHECK(width("\xff") == 1);
    CHECK(cut("漢字漢字", 5, {}) == "漢字…");
    CHECK(cut("abcdef", 5, {80, true}) == "ab...");
    CHECK(cut("abcdef", 0, {}).empty());
    CHECK(cut("abc", 3, {}) == "abc");
}

TEST_CASE("a digest is told by its first digits, other hex as it is")
{
    const std::string digest(64, 'a');
    CHECK(with_short_digests("of " + digest + '.') == "of aaaaaaaaaaaaaaaa….");
    CHECK(with_short_digests(digest + 'b') == digest + 'b');
    CHECK(with_short_digests("cafe " + std::string(40, 'b')) == "cafe " + std::string(40, 'b'));
}

TEST_CASE("a table gives way at its widest column, and becomes rows where that is not enough")
{
    CHECK(rendered(a_table(), 0) == "  APP    WORDS\n  hello  one two three four\n  other\n");
    CHECK(rendered(a_table(), 22) == "  APP    WORDS\n  hello  one two three\n         four\n  other\n");
    CHECK(rendered(a_table(), 12) ==
          "  APP    hello\n  WORDS  one\n         two\n         three\n         four\n\n  APP    other\n");
}

TEST_CASE("a value that finds no room beside its label stands below it")
{
    const auto document = Document("x").field("a", std::string("one two three four five six"), "A long label of words");

    CHECK(rendered(document, 60) == "  A long label of words  one two three four five six\n");
    CHECK(rendered(document, 30) == "  A long label of words\n    one two three four five\n    six\n");
}

TEST_CASE("where a terminal has no UTF-8 all is ASCII")
{
    CHECK(rendered(Document("x").line("Übersetzer …"), 40, true) == "Ubersetzer ...\n");
}

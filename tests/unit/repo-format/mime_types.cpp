// SPDX-License-Identifier: LGPL-2.1-or-later
#include "repo-format/guest/mime_types.hpp"

#include "support/expect.hpp"

using namespace qpkg;

namespace {

std::vector<MimeGlob> read(const std::string& inside)
{
    return parse_mime_source("<?xml version=\"1.0\"?>\n<mime-info xmlns='x'>\n<mime-type type=\"a/b\">" + inside +
                             "</mime-type></mime-info>\n");
}

} // namespace

TEST_CASE("new names for files are read from a source of the database")
{
    CHECK(read("<comment xml:lang=\"de\">Etwas &amp; mehr</comment><glob pattern=\"*.b\"/>"
               "<!-- <glob pattern='*.x'/> --><glob weight='10' pattern='&lt;c' case-sensitive=\"true\" ></glob>") ==
          std::vector<MimeGlob>{{"a/b", "*.b", 50, false}, {"a/b", "<c", 10, true}});
    CHECK(parse_mime_source("<mime-info/>").empty());
}

TEST_CASE("nothing may be louder than what everybody says, and nothing takes away")
{
    CHECK_FAILS(Code::corrupt, "line 3: weight is not a number up to 50", read("<glob pattern='*.b' weight='51'/>"));
    CHECK_FAILS(Code::corrupt, "weight", read("<glob pattern='*.b' weight='-1'/>"));
    CHECK_FAILS(Code::corrupt, "weight", read("<glob pattern='*.b' weight=''/>"));
    CHECK_FAILS(Code::corrupt, "weight", read("<glob pattern='*.b' weight='4294967297'/>"));
    CHECK_FAILS(Code::corrupt, "priority is not", read("<magic priority=\"80\"></magic>"));
    CHECK_FAILS(Code::corrupt, "glob-deleteall takes away", read("<glob-deleteall/>"));
    CHECK_FAILS(Code::corrupt, "magic-deleteall takes away", read("<magic-deleteall/>"));
}

TEST_CASE("what readers of XML could understand in two ways is refused")
{
    for (const auto* text : {"<!DOCTYPE a [<!ENTITY x \"y\">]>",
                             "<![CDATA[<glob pattern='*.x'/>]]>",
                             "<m:glob pattern='*.x'/>",
                             "<glob pattern='&x;'/>",
                             "<glob pattern='*.a' pattern='*.b'/>",
                             "<glob pattern=*.a/>",
                             "<glob pattern='*.a",
                             "<glob",
                             "<!-- ",
                             "</glob>",
                             "<glob pattern='a:b'/>",
                             "<glob pattern='a/b'/>",
                             "<glob/>",
                             "<glob pattern='*'/>",
                             "<glob pattern='*.'/>",
                             "<glob pattern='*.[p]df'/>",
                             "<glob pattern='*.p?f'/>",
                             "<glob pattern='__NOGLOBS__'/>",
                             "<mime-type type='x'/>",
                             "<mime-info/>",
                             "<a></b>",
                             "<?php x ?>"}) {
        CHECK_FAILS(Code::corrupt, "line ", read(text));
    }
    for (const auto* text : {"<glob pattern='*.a'/>", "<mime-info/><mime-info/>", "<mime-info>",
                             "<mime-info><glob pattern='*.a'/></mime-info>"}) {
        CHECK_FAILS(Code::corrupt, "line ", parse_mime_source(text));
    }
    CHECK_FAILS(Code::no_space, "larger", parse_mime_source(std::string(largest_mime_source + 1, ' ')));
}

TEST_CASE("the table has the loudest first, and the patterns of a base's are known")
{
    const auto table = encode_globs({{"a/b", "*.b", 10, false}, {"c/d", "*.C", 50, true}, {"a/a", "*.a", 50, false}});
    CHECK(table == "50:a/a:*.a\n50:c/d:*.C:cs\n10:a/b:*.b\n");
    CHECK(patterns_in("# made by\n" + table + "nothing\n") == std::set<std::string>{"*.a", "*.c", "*.b"});
    CHECK(find_known({{"x/y", "*.new"}, {"x/y", "*.PDF"}}, {"*.pdf"})->pattern == "*.PDF");
    CHECK(find_known({{"x/y", "*.new"}}, {"*.pdf"}) == nullptr);
}

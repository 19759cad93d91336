// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/default_applications.hpp"

#include "support/expect.hpp"

using namespace qpkg;
using namespace qpkg::agent;

namespace {

using Ids = std::vector<std::string>;

Ids asked(std::initializer_list<std::string_view> files, const std::vector<std::string>& types = {"a/b"})
{
    std::vector<Associations> all;
    for (const auto file : files) {
        all.push_back(parse_associations(file));
    }
    return applications_for(types, all);
}

} // namespace

TEST_CASE("lists of applications hold ids by type, in groups")
{
    const auto all = parse_associations("# c\n[Default Applications]\napplication/x-a+b.c=one.desktop; two.desktop\n"
                                        "[Added Associations]\na/b=three.desktop;\n"
                                        "[Removed Associations]\na/b=four.desktop;\n"
                                        "[MIME Cache]\nx-scheme-handler/irc=five.desktop;\n"
                                        "[Other]\na/b=six.desktop;\n");

    CHECK(all.defaults == EntriesByType{{"application/x-a+b.c", {"one.desktop", "two.desktop"}}});
    CHECK(all.added == EntriesByType{{"a/b", {"three.desktop"}}});
    CHECK(all.removed == EntriesByType{{"a/b", {"four.desktop"}}});
    CHECK(all.cached == EntriesByType{{"x-scheme-handler/irc", {"five.desktop"}}});
    CHECK_FAILS(Code::corrupt, "line 2: not the name", parse_associations("[MIME Cache]\na b=c.desktop\n"));
    CHECK_FAILS(Code::corrupt, "line 1: ", parse_associations("a/b=c.desktop\n"));
}

TEST_CASE("what is no id of an entry is skipped, a path above all")
{
    CHECK(asked({"[Default Applications]\na/b=../x.desktop;/tmp/y.desktop;z;.desktop;ok.desktop\n"}) ==
          Ids{"ok.desktop"});
}

TEST_CASE("the first file's default comes first, then those who can")
{
    const auto* owner = "[Default Applications]\na/b=chosen.desktop\n";
    const auto* far = "[Default Applications]\na/b=far.desktop\n[Added Associations]\na/b=added.desktop\n";
    const auto* cache = "[MIME Cache]\na/b=can.desktop;chosen.desktop;\n";

    CHECK(asked({owner, far, cache}) == Ids{"chosen.desktop", "far.desktop", "added.desktop", "can.desktop"});
    CHECK(asked({cache, far, owner}) == Ids{"far.desktop", "chosen.desktop", "can.desktop", "added.desktop"});
}

TEST_CASE("what a file removes is not added by those after it")
{
    const auto* removes = "[Removed Associations]\na/b=can.desktop\n[Added Associations]\na/b=own.desktop\n";
    const auto* cache = "[MIME Cache]\na/b=can.desktop;other.desktop\n";

    CHECK(asked({removes, cache}) == Ids{"own.desktop", "other.desktop"});
    CHECK(asked({cache, removes}) == Ids{"can.desktop", "other.desktop", "own.desktop"});
}

TEST_CASE("who opens the type itself comes before who opens what it also is")
{
    CHECK(asked({"[Default Applications]\nc/d=parent.desktop\n", "[MIME Cache]\na/b=itself.desktop\n"},
                {"a/b", "c/d"}) == Ids{"itself.desktop", "parent.desktop"});
}

// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/use/tree_difference.hpp"

#include "qpkg/base/digest.hpp"

#include <doctest/doctest.h>

using namespace qpkg;
using app::first_difference;

namespace {

ModuleTree::Object a_file(const char* content, std::uint64_t size = 10, std::uint16_t mode = 0644)
{
    return {sha256(std::string_view(content)), size, NodeKind::file, mode};
}

/// usr/bin/hello and usr/list.
ModuleTree a_tree(const ModuleTree::Object& hello, const ModuleTree::Object& list)
{
    return {.objects = {hello, list},
            .files = {{0, 7}, {1, 8}},
            .directories = {{0755, 0, {{"usr", NodeKind::directory, 1}}},
                            {0755, 0, {{"bin", NodeKind::directory, 2}, {"list", NodeKind::file, 1}}},
                            {0755, 0, {{"hello", NodeKind::file, 0}}}}};
}

} // namespace

TEST_CASE("equal trees have no difference")
{
    CHECK_FALSE(first_difference(a_tree(a_file("a"), a_file("b")), a_tree(a_file("a"), a_file("b"))));
}

TEST_CASE("the first differing path in the order of the tree is named, with how it differs")
{
    const auto published = a_tree(a_file("a"), a_file("b"));

    CHECK(first_difference(published, a_tree(a_file("x"), a_file("y"))) == "usr/bin/hello: other content");
    CHECK(first_difference(published, a_tree(a_file("a"), a_file("y", 12))) == "usr/list: 12 bytes, published are 10");
    CHECK(first_difference(published, a_tree(a_file("x", 10, 0755), a_file("b"))) == "usr/bin/hello: other mode");
}

TEST_CASE("a path that only one tree has is named")
{
    const auto published = a_tree(a_file("a"), a_file("b"));
    auto less = published;
    less.directories[2].entries.clear();

    CHECK(first_difference(published, less) == "usr/bin/hello: missing in the new build");
    CHECK(first_difference(less, published) == "usr/bin/hello: only in the new build");
}

TEST_CASE("another time, and a hard link in one tree alone, are differences; the times of directories follow from them")
{
    const auto published = a_tree(a_file("a"), a_file("a"));
    auto later = published;
    later.files[1].time = 9;
    later.directories[1].time = 9;
    auto linked = published;
    linked.files[1].time = 7;
    auto apart = linked;
    linked.directories[1].entries[1].index = 0;

    CHECK(first_difference(published, later) == "usr/list: of 1970-01-01T00:00:09Z, published is 1970-01-01T00:00:08Z");
    CHECK_FALSE(first_difference(linked, linked));
    CHECK(first_difference(linked, apart) == "usr/list: a hard link in one, a file of its own in the other");
    CHECK(first_difference(apart, linked) == "usr/list: a hard link in one, a file of its own in the other");
}

TEST_CASE("a path of another kind and a directory of another mode are differences")
{
    const auto published = a_tree(a_file("a"), a_file("b"));
    auto other = published;
    other.directories[1].entries[1].kind = NodeKind::symlink;
    auto closed = published;
    closed.directories[1].mode = 0700;

    CHECK(first_difference(published, other) == "usr/list: other kind of file");
    CHECK(first_difference(published, closed) == "usr: other mode");
}

// SPDX-License-Identifier: LGPL-2.1-or-later
#include "repo-format/guest/whole_tree.hpp"

#include <doctest/doctest.h>

#include <map>

using namespace qpkg;

namespace {

using Tree = std::map<std::string, AtPlace, std::less<>>;

Tree a_root()
{
    Tree tree{{"/usr", AtPlace::folder}, {"/etc", AtPlace::folder}, {"/var/lib", AtPlace::empty_folder}};
    for (const auto place : places_of_qube) {
        tree.emplace(place, place == "/var" ? AtPlace::folder : AtPlace::empty_folder);
    }
    return tree;
}

std::optional<std::string> complaint_about(const Tree& tree)
{
    return complaint_about_whole_tree([&](std::string_view place) {
        const auto found = tree.find(place);
        return found == tree.end() ? AtPlace::nothing : found->second;
    });
}

} // namespace

TEST_CASE("the root of a view has folders of its own and empty ones for the qube's")
{
    CHECK_FALSE(complaint_about(a_root()).has_value());
}

TEST_CASE("a place that is missing or no folder is named, whichever it is")
{
    for (const auto& [place, found] : a_root()) {
        auto tree = a_root();
        tree[place] = AtPlace::other;
        CHECK(complaint_about(tree) == place + " is no folder");
        tree.erase(place);
        CHECK(complaint_about(tree) == "it has no " + place);
    }
}

TEST_CASE("what the qube's own would hide is told, but for /var, of which a part is the tree's")
{
    for (const auto place : places_of_qube) {
        auto tree = a_root();
        tree[std::string(place)] = AtPlace::folder;
        const auto complaint = complaint_about(tree);
        CHECK(complaint.has_value() == (place != "/var"));
        if (complaint) {
            CHECK(*complaint == std::string(place) + " is not empty, and the qube's own is shown there");
        }
    }
}

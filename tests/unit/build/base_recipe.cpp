// SPDX-License-Identifier: LGPL-2.1-or-later
#include "build/base_recipe.hpp"

#include "support/expect.hpp"

using namespace qpkg;
using build::parse_base_recipe;

TEST_CASE("a base recipe says of what a base is made")
{
    const auto recipe =
        parse_base_recipe("[base]\nid = \"org.example.one\"\nof = \"debian-12\"\nlevel = 2\n"
                          "packages = [\"locales\"]\nmirror = \"http://m/debian\"\nkeyring = \"k.gpg\"\n",
                          "base.toml");

    CHECK(recipe == build::BaseRecipe{
                        BaseId::require("org.example.one"), "debian-12", {"locales"}, 2, "http://m/debian", "k.gpg"});
    auto published = recipe;
    published.mirror.clear();
    published.keyring.clear();
    CHECK(parse_base_recipe(build::encode_base_recipe(recipe), "x") == published);
    CHECK_FALSE(parse_base_recipe("[base]\nid = \"a.b\"\nof = \"debian-12\"\n", "x").level.has_value());
}

TEST_CASE("what a base recipe cannot mean is refused with its place")
{
    const auto refused = [](const std::string& words, const std::string& text) {
        CHECK_FAILS(Code::usage, words, parse_base_recipe(text, "base.toml"));
    };
    refused("base.of: expected", "[base]\nid = \"a.b\"\n");
    refused("base.toml:3:9: base.levle", "[base]\nid = \"a.b\"\nlevle = 1\nof = \"debian-12\"\n");
    refused("name of a package", "[base]\nid = \"a.b\"\nof = \"debian-12\"\npackages = [\"-o x\"]\n");
    refused("app", "[base]\nid = \"a.b\"\nof = \"debian-12\"\n[app]\nid = \"x\"\n");
    refused("level", "[base]\nid = \"a.b\"\nof = \"debian-12\"\nlevel = 0\n");
}

// SPDX-License-Identifier: LGPL-2.1-or-later
#include "build/base_recipe.hpp"

#include "base/toml_section.hpp"
#include "build/recipe.hpp"

#include "qpkg/core/text.hpp"

namespace qpkg::build {
namespace {

constexpr std::uint64_t highest_level = 1'000'000;

} // namespace

BaseRecipe parse_base_recipe(std::string_view text, std::string_view file)
{
    const auto table = parse_toml(text, file);
    TomlSection whole(table, "", file);
    auto section = whole.section("base");
    const auto id = section.required_text("id");
    BaseRecipe recipe{.id = section.checked("id", [&] { return BaseId::require(id); }),
                      .of = section.required_text("of"),
                      .packages = section.texts("packages").value_or(std::vector<std::string>()),
                      .level = section.number("level", 1, highest_level),
                      .mirror = section.text("mirror").value_or(""),
                      .keyring = section.text("keyring").value_or("")};
    section.checked("packages", [&] {
        for (const auto& name : recipe.packages) {
            if (!is_package_name(name)) {
                throw Error(Code::usage, "expected the name of a package, found \"" + name + '"');
            }
        }
    });
    section.refuse_unknown();
    whole.refuse_unknown();
    return recipe;
}

std::string encode_base_recipe(const BaseRecipe& recipe)
{
    std::vector<std::string> quoted;
    for (const auto& package : recipe.packages) {
        quoted.push_back('"' + package + '"');
    }
    return "[base]\nid = \"" + recipe.id.text() + "\"\nlevel = " + std::to_string(recipe.level.value_or(1)) +
           "\nof = \"" + recipe.of + "\"\npackages = [" + text::join(quoted, ", ") + "]\n";
}

} // namespace qpkg::build

// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/pipeline/recipes.hpp"

#include "qpkg/core/error.hpp"
#include "qpkg/core/text.hpp"

#include <algorithm>
#include <set>

namespace qpkg::app {
namespace {

namespace fs = std::filesystem;

constexpr const char* name_of_base_recipe = "base.toml";

} // namespace

Recipes find_recipes(const std::vector<fs::path>& places)
{
    std::set<fs::path> bases;
    std::set<fs::path> modules;
    const auto take = [&](const fs::path& file) {
        (file.filename() == name_of_base_recipe ? bases : modules).insert(file.lexically_normal());
    };
    for (const auto& place : places) {
        if (!fs::exists(place)) {
            throw Error(Code::not_found, "there is no recipe or folder of recipes at " + place.string());
        }
        if (!fs::is_directory(place)) {
            take(place);
            continue;
        }
        for (auto each = fs::recursive_directory_iterator(place); each != fs::recursive_directory_iterator(); ++each) {
            const auto& entry = *each;
            const auto name = entry.path().filename();
            if (name.native().starts_with('.')) { // what version control and runners of pipelines keep
                each.disable_recursion_pending();
                continue;
            }
            if (entry.is_regular_file() && (name == name_of_base_recipe || name == "module.toml")) {
                take(entry.path());
            }
        }
    }
    if (bases.empty() && modules.empty()) {
        throw Error(Code::usage, "there is no module.toml and no base.toml in " + places.front().string(),
                    "name recipe files, or folders that hold some");
    }
    return {{bases.begin(), bases.end()}, {modules.begin(), modules.end()}};
}

} // namespace qpkg::app

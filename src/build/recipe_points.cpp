// SPDX-License-Identifier: LGPL-2.1-or-later
#include "build/recipe_points.hpp"

#include "repo-format/guest/points.hpp"
#include "repo-format/repo/point_fields.hpp"

#include "qpkg/core/text.hpp"

#include <algorithm>

namespace qpkg::build {
namespace {

std::optional<std::string> abi_in(TomlSection& section)
{
    auto abi = section.text("abi");
    section.checked("abi", [&] {
        if (abi && !is_abi(*abi)) {
            throw Error(Code::usage, "expected 1 to 32 letters, digits and . _ + -, found \"" + *abi + '"');
        }
    });
    return abi;
}

/// Ascending, each once.
std::vector<std::string> folders_in(TomlSection& section, std::vector<std::string> folders)
{
    section.checked("folders", [&] {
        for (const auto& folder : folders) {
            if (const auto complaint = complaint_about_folder(folder)) {
                throw Error(Code::usage, '"' + folder + "\": " + *complaint);
            }
        }
        if (folders.size() > most_point_folders) {
            throw Error(Code::usage, "expected at most " + std::to_string(most_point_folders));
        }
    });
    std::ranges::sort(folders);
    folders.erase(std::unique(folders.begin(), folders.end()), folders.end());
    return folders;
}

PointName point_in(TomlSection& app, const std::string& name)
{
    return app.checked("extends", [&] {
        auto point = PointName::require(name);
        if (is_of_qube(point) && folders_of_qube_point(name).empty()) {
            const auto known = qube_points();
            throw Error(Code::usage, "a qube has no point " + name + ", expected one of " +
                                         text::join(std::vector<std::string>(known.begin(), known.end()), ", "));
        }
        return point;
    });
}

PointName name_of_point(TomlSection& section, const AppId& app)
{
    const auto word = section.text("name");
    return word ? section.checked("name", [&] { return PointName::require(app.text() + '/' + *word); })
                : PointName::require(app.text());
}

} // namespace

void read_extends(TomlSection& app, Recipe& recipe)
{
    const auto name = app.text("extends");
    auto abi = abi_in(app);
    auto folders = app.texts("folders");
    if (!name) {
        for (const auto* key : {"abi", "folders"}) {
            if (key == std::string_view("abi") ? abi.has_value() : folders.has_value()) {
                app.checked(key,
                            [] { throw Error(Code::usage, "expected extends beside it: only an extension has one"); });
            }
        }
        return;
    }
    auto point = point_in(app, *name);
    if (is_of_qube(point) && (abi || folders)) {
        app.checked(abi ? "abi" : "folders",
                    [] { throw Error(Code::usage, "expected none: a point of the qube has its own"); });
    }
    recipe.extends = {std::move(point), std::move(abi), folders_in(app, folders.value_or(std::vector<std::string>()))};
}

void read_points(TomlSection& root, const toml::table& table, Recipe& recipe)
{
    if (!table.contains("points")) {
        return;
    }
    for (auto& section : root.sections("points")) {
        RecipePoint point{name_of_point(section, recipe.app), folders_in(section, section.required_texts("folders")),
                          abi_in(section)};
        section.refuse_unknown();
        recipe.points.push_back(std::move(point));
    }
    std::ranges::sort(recipe.points, {}, &RecipePoint::name);
    root.checked("points", [&] {
        if (recipe.points.size() > most_points ||
            std::ranges::adjacent_find(recipe.points, {}, &RecipePoint::name) != recipe.points.end()) {
            throw Error(Code::usage,
                        "expected at most " + std::to_string(most_points) + " points, each with a name of its own");
        }
    });
}

void refuse_parts_of_apps(const Recipe& recipe, std::string_view file)
{
    const bool has_parts = recipe.commands || recipe.desktop || !recipe.second.empty() || !recipe.names.empty() ||
                           !recipe.start.empty() || !recipe.points.empty() || recipe.needs != Needs{} ||
                           !recipe.first_start.is_nothing();
    if (recipe.extends && has_parts) {
        throw Error(Code::usage, std::string(file) + ": an extension has no exports, points or needs: only an app has");
    }
}

} // namespace qpkg::build

// SPDX-License-Identifier: LGPL-2.1-or-later
#include "build/recipe.hpp"

#include "base/toml_section.hpp"
#include "build/own_service.hpp"
#include "build/recipe_points.hpp"
#include "repo-format/guest/app_names.hpp"
#include "repo-format/guest/first_start.hpp"

#include "qpkg/core/text.hpp"
#include "qpkg/core/word.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace qpkg::build {
namespace {

/// A library in the qube's own /usr is loaded by the base's programs too, those of root among them.
constexpr std::string_view no_shared_view =
    "no module is merged into the qube's own /usr: what others may see is an extension of a point (extends = "
    "\"qpkg.fonts\"), an app is private";

/// What the module stands on: `base`, or with view = "whole" none.
BaseOrNone read_base(TomlSection& section)
{
    const auto view = section.text("view").value_or("private");
    section.checked("view", [&] {
        if (view == "shared") {
            throw Error(Code::usage, std::string(no_shared_view));
        }
        if (view != "private" && view != "whole") {
            throw Error(Code::usage, "expected private or whole, found \"" + view + '"');
        }
    });
    if (view == "private") {
        const auto base = section.required_text("base");
        return section.checked("base", [&] { return BaseId::require(base); });
    }
    if (section.text("base")) {
        section.checked("base", [&] {
            throw Error(Code::usage, "a whole view stands on no base: say in source.root whose root it is made of");
        });
    }
    return BaseOrNone::none();
}

void read_app(TomlSection section, Recipe& recipe)
{
    recipe.summary = section.text("summary").value_or("");
    recipe.version = section.text("version");
    read_extends(section, recipe);
    section.refuse_unknown();
}

std::vector<std::string> read_paths(TomlSection& section, std::string_view key)
{
    auto paths = section.texts(key).value_or(std::vector<std::string>());
    section.checked(key, [&] {
        for (const auto& path : paths) {
            if (!path.starts_with('/')) {
                throw Error(Code::usage, "expected an absolute path, found \"" + path + '"');
            }
        }
    });
    return paths;
}

/// true, false or "named".
Recommended read_recommended(TomlSection& section)
{
    if (section.has_flag("recommends")) {
        return section.flag("recommends", false) ? Recommended::all : Recommended::none;
    }
    if (!section.text("recommends")) {
        return Recommended::none;
    }
    section.choice("recommends", {"named"});
    return Recommended::named;
}

/// Of a whole view: packages need a root that has their package manager.
std::optional<BaseId> read_root(TomlSection& section, const BaseOrNone& base)
{
    if (base.is_none()) {
        const auto root = section.required_text("root");
        return section.checked("root", [&] { return BaseId::require(root); });
    }
    if (section.text("root")) {
        section.checked("root", [] { throw Error(Code::usage, "only with view = \"whole\""); });
    }
    return std::nullopt;
}

void read_source(TomlSection section, Recipe& recipe)
{
    section.required_text("type");
    section.choice("type", {"packages"});
    recipe.packages = section.required_texts("packages");
    section.checked("packages", [&] {
        for (const auto& name : recipe.packages) {
            if (!is_package_name(name)) {
                throw Error(Code::usage, "expected the name of a package, found \"" + name + '"');
            }
        }
    });
    recipe.recommended = read_recommended(section);
    recipe.root = read_root(section, recipe.base);
    recipe.private_files =
        section.choice("private_files", {"drop", "refuse"}) == "refuse" ? PrivateFiles::refuse : PrivateFiles::drop;
    recipe.may_remove = read_paths(section, "may_remove");
    recipe.leave_out = read_paths(section, "leave_out");
    section.refuse_unknown();
}

void read_needs(TomlSection section, Needs& needs)
{
    needs.network = section.flag("network", false);
    needs.audio = section.flag("audio", false);
    needs.camera = section.flag("camera", false);
    needs.usb = section.flag("usb", false);
    needs.gpu = section.flag("gpu", false);
    needs.persist = section.texts("persist").value_or(std::vector<std::string>());
    section.checked("persist", [&] {
        for (const auto& path : needs.persist) {
            if (!path.starts_with("~/") && !path.starts_with('/')) {
                throw Error(Code::usage, "expected a path that starts with ~/ or /, found \"" + path + '"');
            }
        }
    });
    section.refuse_unknown();
}

/// Names that others find the app by; those of services end in .service.
void read_names(TomlSection& exports, Recipe& recipe)
{
    const auto check = [&](std::string_view key, const std::vector<std::string>& names, bool is_of_services) {
        exports.checked(key, [&] {
            for (const auto& name : names) {
                const auto complaint = is_of_services || name.ends_with(".service") ? complaint_about_service(name)
                                                                                    : complaint_about_bus_name(name);
                if (complaint) {
                    throw Error(Code::usage, "\"" + name + "\": " + *complaint);
                }
            }
        });
    };
    recipe.names = exports.texts("names").value_or(std::vector<std::string>());
    check("names", recipe.names, false);
    recipe.start = exports.texts("start").value_or(std::vector<std::string>());
    check("start", recipe.start, true);
}

FirstStart read_first_start(TomlSection section)
{
    FirstStart first{.user = section.text("user").value_or(std::string(qube_user_name)),
                     .state = section.required_texts("state"),
                     .run = section.lists_of_texts("run")};
    std::ranges::sort(first.state);
    if (const auto complaint = complaint_about(first)) {
        section.checked(complaint->member, [&] { throw Error(Code::usage, complaint->what); });
    }
    section.refuse_unknown();
    return first;
}

OwnService read_service(TomlSection section)
{
    OwnService service{section.choice("type", {"exec", "notify"}), section.required_texts("run")};
    section.checked("run", [&] {
        if (const auto complaint = complaint_about(service)) {
            throw Error(Code::usage, *complaint);
        }
    });
    section.refuse_unknown();
    return service;
}

/// Each of these is made together with the base's, or joins two trees.
void refuse_parts_over_bases(const Recipe& recipe, std::string_view file)
{
    const bool has_parts =
        recipe.extends || !recipe.points.empty() || !recipe.start.empty() || !recipe.first_start.is_nothing();
    if (recipe.base.is_none() && has_parts) {
        throw Error(Code::usage, std::string(file) + ": a whole view has no services, first start or points, and is no "
                                                     "extension: only over a base an app has them");
    }
}

Recipe read_recipe(const toml::table& table, std::string_view file)
{
    TomlSection root(table, "", file);
    auto app = root.section("app");
    const auto id_text = app.required_text("id");
    const auto id = app.checked("id", [&] { return AppId::require(id_text); });
    Recipe recipe{.app = id, .base = read_base(app)};
    read_app(std::move(app), recipe);
    read_source(root.section("source"), recipe);
    read_needs(root.section("needs"), recipe.needs);
    auto exports = root.section("exports");
    recipe.commands = exports.texts("commands");
    recipe.desktop = exports.texts("desktop");
    recipe.second = exports.texts("second").value_or(std::vector<std::string>());
    read_names(exports, recipe);
    exports.refuse_unknown();
    if (table.contains("first_start")) {
        recipe.first_start = read_first_start(root.section("first_start"));
    }
    if (table.contains("service")) {
        recipe.service = read_service(root.section("service"));
        recipe.start.push_back(own_service_name(recipe.app));
    }
    auto test = root.section("test");
    recipe.tests = test.texts("run").value_or(std::vector<std::string>());
    test.refuse_unknown();
    read_points(root, table, recipe);
    root.refuse_unknown();
    refuse_parts_of_apps(recipe, file);
    refuse_parts_over_bases(recipe, file);
    return recipe;
}

} // namespace

Recipe parse_recipe(std::string_view text, std::string_view file)
{
    if (text.size() > largest_recipe) {
        throw Error(Code::usage, fmt::format("{}: larger than {} bytes", file, largest_recipe));
    }
    return read_recipe(parse_toml(text, file), file);
}

std::string with_names(std::string recipe, const std::vector<std::string>& names)
{
    if (names.empty()) {
        return recipe;
    }
    return recipe + "\n[exports]\nnames = [\"" + text::join(names, "\", \"") + "\"]\n";
}

std::string recipe_for_package(const AppId& app, std::string_view package, const BaseId& base)
{
    return fmt::format("[app]\nid = \"{}\"\nbase = \"{}\"\n\n[source]\ntype = \"packages\"\npackages = [\"{}\"]\n"
                       "recommends = \"named\"\n",
                       app.text(), base.text(), package);
}

bool is_package_name(std::string_view name)
{
    return text::is_word(name, 128, "+-._@") && text::is_word(name.substr(0, 1), 1);
}

} // namespace qpkg::build

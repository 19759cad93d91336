// SPDX-License-Identifier: LGPL-2.1-or-later
#include "build/module_exports.hpp"

#include "build/desktop_menu.hpp"
#include "repo-format/guest/exports.hpp"

#include "qpkg/core/text.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace qpkg::build {
namespace {

constexpr std::array<std::string_view, 3> command_directories{"/usr/bin/", "/usr/sbin/", "/usr/games/"};
constexpr std::string_view desktop_directory = "/usr/share/applications/";
constexpr std::string_view unit_directory = "/usr/lib/systemd/system/";
constexpr std::string_view alternatives_directory = "/etc/alternatives/";

std::string name_of(std::string_view path) { return std::string(path.substr(path.rfind('/') + 1)); }

/// The name of `path` when it lies directly in `directory` and ends in `ending`.
std::optional<std::string> name_in(std::string_view path, std::string_view directory, std::string_view ending = {})
{
    if (!path.starts_with(directory) || path.find('/', directory.size()) != std::string_view::npos ||
        !path.ends_with(ending)) {
        return std::nullopt;
    }
    return std::string(path.substr(directory.size()));
}

std::optional<std::string> command_in(std::string_view path)
{
    for (const auto directory : command_directories) {
        if (auto name = name_in(path, directory)) {
            return name;
        }
    }
    return std::nullopt;
}

bool is_icon(std::string_view path, std::string_view icon)
{
    if (!path.starts_with("/usr/share/icons/") && !path.starts_with("/usr/share/pixmaps/")) {
        return false;
    }
    const auto name = name_of(path);
    return name == std::string(icon) + ".png" || name == std::string(icon) + ".svg" ||
           name == std::string(icon) + ".xpm";
}

class Chooser {
public:
    Chooser(const Recipe& recipe, const ModuleFiles& files, UnlistedNames unlisted)
        : recipe_(recipe), files_(files), unlisted_(unlisted)
    {
    }

    ExportChoice choose() &&
    {
        if (recipe_.commands) {
            choose_named_commands();
        } else {
            choose_all_commands();
        }
        for (const auto& path : desktop_entries()) {
            const auto entry = files_.desktop.find(path);
            const auto text = entry == files_.desktop.end() ? std::string() : entry->second;
            add({ExportKind::desktop, name_of(path), path, menu_of(text)});
            choose_icons(path, text);
        }
        choose_others();
        choose_starts();
        choose_ranks();
        require_listed_names();
        if (std::ranges::none_of(plan_.exports, [](const Export& made) { return made.kind == ExportKind::command; })) {
            find("export", "", "no commands: the packages have nothing in /usr/bin, /usr/sbin or /usr/games");
        }
        return std::move(plan_);
    }

private:
    void find(std::string rule, const std::string& path, std::string detail)
    {
        plan_.findings.push_back({std::move(rule), path, std::move(detail)});
    }

    void add(ExportKind kind, const std::string& name, const std::string& path) { add({kind, name, path}); }

    void add(Export made)
    {
        made.listed = is_foreign_name(recipe_.app, made) && is_listed(made.name);
        made.starts = made.kind == ExportKind::service && is_among(recipe_.start, made.name);
        const bool is_taken = std::ranges::any_of(plan_.exports, [&](const Export& other) {
            return other == made ||
                   (made.kind != ExportKind::icon && other.kind == made.kind && other.name == made.name);
        });
        if (is_taken) {
            return; // the same command in /usr/bin and /usr/games: the first on PATH counts
        }
        try {
            encode_exports(recipe_.app, {made});
            plan_.exports.push_back(std::move(made));
        } catch (const Error& error) {
            find("export", made.path, std::string("not exported: ") + error.what());
        }
    }

    static bool is_among(const std::vector<std::string>& names, const std::string& name)
    {
        return std::ranges::find(names, name) != names.end();
    }

    bool is_listed(const std::string& name) const
    {
        return unlisted_ == UnlistedNames::listed || is_among(recipe_.names, name) || is_among(recipe_.start, name);
    }

    void require_listed_names() const
    {
        for (const auto& name : recipe_.names) {
            if (std::ranges::find(plan_.exports, name, &Export::name) == plan_.exports.end()) {
                throw Error(Code::not_found,
                            "the packages ship no D-Bus service or unit \"" + name + "\", which exports.names lists");
            }
        }
    }

    void choose_all_commands()
    {
        for (const auto directory : command_directories) {
            for (const auto& path : files_.own) {
                if (const auto name = name_in(path, directory)) {
                    add(ExportKind::command, *name, path);
                }
            }
        }
        // vim: the package has /usr/bin/vim.basic, and an alternative gives it the name people type.
        for (const auto& [path, target] : files_.links) {
            const auto name = command_in(path);
            if (name && target.starts_with(alternatives_directory) &&
                std::ranges::find(recipe_.packages, *name) != recipe_.packages.end()) {
                add(ExportKind::command, *name, path);
            }
        }
    }

    void choose_named_commands()
    {
        for (const auto& name : *recipe_.commands) {
            const auto found = std::ranges::find_if(command_directories, [&](std::string_view directory) {
                return files_.all.contains(std::string(directory) + name);
            });
            if (found == command_directories.end()) {
                throw missing("command", name, [](const std::string& path) { return command_in(path); });
            }
            add(ExportKind::command, name, std::string(*found) + name);
        }
    }

    std::vector<std::string> desktop_entries() const
    {
        std::vector<std::string> paths;
        if (!recipe_.desktop) {
            for (const auto& path : files_.own) {
                if (name_in(path, desktop_directory, ".desktop")) {
                    paths.push_back(path);
                }
            }
            return paths;
        }
        for (const auto& name : *recipe_.desktop) {
            paths.push_back(std::string(desktop_directory) + name);
            if (!files_.all.contains(paths.back())) {
                throw missing("desktop entry", name,
                              [](const std::string& path) { return name_in(path, desktop_directory, ".desktop"); });
            }
        }
        return paths;
    }

    template <class NameOf>
    Error missing(const std::string& what, const std::string& name, NameOf&& name_of_path) const
    {
        std::vector<std::string> names;
        for (const auto& path : files_.all) {
            if (auto found = name_of_path(path)) {
                names.push_back(*found);
            }
        }
        return {Code::not_found, "the module has no " + what + " \"" + text::escaped(name) + '"',
                text::hint_for(name, names)};
    }

    void choose_icons(const std::string& entry_path, std::string_view text)
    {
        if (!desktop_value(text, "Name") || !(desktop_value(text, "Exec") || desktop_value(text, "DBusActivatable"))) {
            find("desktop", entry_path, "not a valid desktop entry: no Name, or nothing to start");
        }
        const auto icon = desktop_value(text, "Icon");
        if (!icon || icon->empty() || icon->starts_with('/')) {
            return;
        }
        const auto before = plan_.exports.size();
        for (const auto& path : files_.all) {
            if (is_icon(path, *icon)) {
                add(ExportKind::icon, *icon, path);
            }
        }
        if (plan_.exports.size() == before) {
            find("icon", entry_path, "its icon " + text::escaped(*icon) + " is not in the module");
        }
    }

    void choose_others()
    {
        for (const auto& path : files_.own) {
            for (const auto* directory : {"/usr/share/dbus-1/services/", "/usr/share/dbus-1/system-services/"}) {
                if (const auto name = name_in(path, directory, ".service")) {
                    add(ExportKind::dbus, name->substr(0, name->size() - std::string_view(".service").size()), path);
                }
            }
            if (const auto name = name_in(path, unit_directory, ".service")) {
                add(ExportKind::service, *name, path);
            }
            if (const auto name = name_in(path, "/usr/share/mime/packages/", ".xml")) {
                add(ExportKind::mime, *name, path);
            }
        }
    }

    /// A service of another package than the named ones is exported when it is to start.
    void choose_starts()
    {
        for (const auto& name : recipe_.start) {
            const auto path = std::string(unit_directory) + name;
            if (!files_.all.contains(path)) {
                throw missing("service", name,
                              [](const std::string& other) { return name_in(other, unit_directory, ".service"); });
            }
            add(ExportKind::service, name, path);
        }
    }

    /// Two apps never quarrel about an icon or a file of types: nobody types their names.
    void choose_ranks()
    {
        for (auto& made : plan_.exports) {
            const bool is_helper = made.kind == ExportKind::icon || made.kind == ExportKind::mime;
            made.rank = is_helper || is_second(made.name) ? Rank::second : Rank::first;
        }
        for (const auto& name : recipe_.second) {
            if (std::ranges::find(plan_.exports, name, &Export::name) == plan_.exports.end()) {
                throw no_such_export(name);
            }
        }
    }

    bool is_second(const std::string& name) const
    {
        return std::ranges::find(recipe_.second, name) != recipe_.second.end();
    }

    Error no_such_export(const std::string& name) const
    {
        std::vector<std::string> names;
        for (const auto& made : plan_.exports) {
            names.push_back(made.name);
        }
        return {Code::not_found, "the module exports nothing by the second name \"" + text::escaped(name) + '"',
                text::hint_for(name, names)};
    }

    const Recipe& recipe_;
    const ModuleFiles& files_;
    UnlistedNames unlisted_;
    ExportChoice plan_{};
};

} // namespace

ExportChoice plan_exports(const Recipe& recipe, const ModuleFiles& files, UnlistedNames unlisted)
{
    return Chooser(recipe, files, unlisted).choose();
}

} // namespace qpkg::build

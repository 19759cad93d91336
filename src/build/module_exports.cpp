// SPDX-License-Identifier: LGPL-2.1-or-later
#include "build/module_exports.hpp"

#include "build/desktop_menu.hpp"
#include "repo-format/guest/app_names.hpp"
#include "repo-format/guest/exports.hpp"

#include "qpkg/core/text.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace qpkg::build {
namespace {

constexpr std::string_view unit_directory = "/usr/lib/systemd/system/";
constexpr std::array<std::string_view, 2> bus_directories{"/usr/share/dbus-1/services/",
                                                          "/usr/share/dbus-1/system-services/"};

std::string name_of(std::string_view path) { return std::string(path.substr(path.rfind('/') + 1)); }

/// What Icon= names: a file's ending may follow.
std::string icon_name(const std::string& icon)
{
    for (const std::string_view ending : {".png", ".svg", ".xpm"}) {
        if (icon.ends_with(ending)) {
            return icon.substr(0, icon.size() - ending.size());
        }
    }
    return icon;
}

class Chooser {
public:
    Chooser(const Recipe& recipe, const ModuleFiles& files, UnlistedNames unlisted)
        : recipe_(recipe), files_(files), unlisted_(unlisted)
    {
    }

    ExportChoice choose() &&
    {
        choose_named();
        choose_starts();
        choose_of(files_.own, Rank::first);
        choose_of(files_.related, Rank::second);
        choose_alternatives();
        choose_second();
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

    void add(Rank rank, ExportKind kind, const std::string& name, const std::string& path)
    {
        add({.kind = kind, .name = name, .path = path, .rank = rank});
    }

    /// Two apps never quarrel about an icon or a file of types: nobody types their names.
    static bool always_gives_way(const Export& made)
    {
        return made.kind == ExportKind::icon || made.kind == ExportKind::mime ||
               (made.kind == ExportKind::dbus && is_relied_on(made.name));
    }

    void add(Export made)
    {
        if (made.kind == ExportKind::service && recipe_.base.is_none()) {
            find("service", made.path, "not exported: an app with a root of its own has no services in a qube");
            return;
        }
        made.rank = always_gives_way(made) ? Rank::second : made.rank;
        made.listed = is_foreign_name(recipe_.app, made) && is_listed(made.name);
        made.starts = made.kind == ExportKind::service && is_among(recipe_.start, made.name);
        const bool is_taken = std::ranges::any_of(plan_.exports, [&](const Export& other) {
            return other == made ||
                   (made.kind != ExportKind::icon && other.kind == made.kind && other.name == made.name);
        });
        if (is_taken) {
            return; // in /usr/bin and /usr/games, of a named package and a relative: the first counts
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

    /// What the recipe says by name, from any package of the module.
    void choose_named()
    {
        for (const auto& name : recipe_.commands.value_or(std::vector<std::string>())) {
            const auto found = std::ranges::find_if(command_directories, [&](std::string_view directory) {
                return files_.all.contains(std::string(directory) + name);
            });
            if (found == command_directories.end()) {
                throw missing("command", name, [](const std::string& path) { return command_in(path); });
            }
            add(Rank::first, ExportKind::command, name, std::string(*found) + name);
        }
        for (const auto& name : recipe_.desktop.value_or(std::vector<std::string>())) {
            const auto path = std::string(desktop_directory) + name;
            if (!files_.all.contains(path)) {
                throw missing("desktop entry", name,
                              [](const std::string& other) { return name_in(other, desktop_directory, ".desktop"); });
            }
            add_desktop_entry(path, Rank::first);
        }
    }

    /// All that packages have and the recipe does not choose by name.
    void choose_of(const std::set<std::string>& paths, Rank rank)
    {
        for (const auto directory : command_directories) {
            for (const auto& path : paths) {
                if (const auto name = name_in(path, directory); name && !recipe_.commands) {
                    add(rank, ExportKind::command, *name, path);
                }
            }
        }
        for (const auto& path : paths) {
            if (name_in(path, desktop_directory, ".desktop") && !recipe_.desktop) {
                add_desktop_entry(path, rank);
            }
            choose_other(path, rank);
        }
    }

    void choose_other(const std::string& path, Rank rank)
    {
        for (const auto directory : bus_directories) {
            if (const auto name = name_in(path, directory, ".service")) {
                add(rank, ExportKind::dbus, name->substr(0, name->size() - std::string_view(".service").size()), path);
            }
        }
        if (const auto name = name_in(path, unit_directory, ".service")) {
            add(rank, ExportKind::service, *name, path);
        }
        if (const auto name = name_in(path, "/usr/share/mime/packages/", ".xml")) {
            add(rank, ExportKind::mime, *name, path);
        }
    }

    /// vim: the package has /usr/bin/vim.basic, and an alternative gives it the name people type.
    void choose_alternatives()
    {
        for (const auto& [path, leads_to] : files_.alternatives) {
            const bool is_ours = files_.own.contains(leads_to) || files_.related.contains(leads_to);
            if (const auto name = command_in(path); name && is_ours && !recipe_.commands) {
                add(Rank::second, ExportKind::command, *name, path);
            }
        }
    }

    void add_desktop_entry(const std::string& path, Rank rank)
    {
        const auto entry = files_.desktop.find(path);
        const auto text = entry == files_.desktop.end() ? std::string() : entry->second;
        add({.kind = ExportKind::desktop, .name = name_of(path), .path = path, .menu = menu_of(text), .rank = rank});
        choose_icons(path, text);
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
        const auto name = icon_name(*icon);
        bool is_there = files_.icons_of_base.contains(name);
        for (const auto& path : files_.all) {
            if (icon_in(path) == name) {
                is_there = true;
                if (!path.ends_with(".svgz")) { // drawn in the view; no qube looks for it
                    add(Rank::second, ExportKind::icon, name, path);
                }
            }
        }
        if (!is_there) {
            find("icon", entry_path, "its icon " + text::escaped(name) + " is neither in the module nor in the base");
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
            add(Rank::first, ExportKind::service, name, path);
        }
    }

    void choose_second()
    {
        for (const auto& name : recipe_.second) {
            bool is_there = false;
            for (auto& made : plan_.exports) {
                is_there = is_there || made.name == name;
                made.rank = made.name == name ? Rank::second : made.rank;
            }
            if (!is_there) {
                throw no_such_export(name);
            }
        }
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

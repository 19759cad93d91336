// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/agent/service_units.hpp"

#include "cli/agent/names.hpp"
#include "cli/agent/small_files.hpp"
#include "repo-format/starts.hpp"

#include "qpkg/base/error.hpp"

#include <algorithm>
#include <array>

namespace qpkg::agent {
namespace {

/// What a unit finds at its own place in the view. /var/lib stays the qube's: there services keep their state.
constexpr std::array<const char*, 3> bound_trees = {"usr", "opt", "etc"};

/// Where units of the qube itself lie; a link to nowhere or /dev/null counts, too.
bool is_taken(const Layout& layout, const std::string& name)
{
    const std::array folders = {layout.base() / "usr/lib/systemd/system",       layout.base() / "etc/systemd/system",
                                layout.base() / "usr/local/lib/systemd/system", layout.systemd() / "generator",
                                layout.systemd() / "generator.early",           layout.systemd() / "generator.late"};
    if (std::ranges::any_of(folders, [&](const fs::path& folder) {
            std::error_code absent;
            return fs::exists(fs::symlink_status(folder / name, absent));
        })) {
        return true;
    }
    const auto placed = layout.systemd() / "system" / name;
    const auto status = fs::symlink_status(placed);
    return fs::exists(status) && !(fs::is_symlink(status) && fs::read_symlink(placed).parent_path() == layout.units());
}

std::vector<std::string> starts_of(const Layout& layout, const AppId& app)
{
    const auto place = starts_path(app);
    std::error_code absent;
    if (!fs::exists(fs::symlink_status(layout.volume(app).string() + place, absent))) {
        return {};
    }
    return parse_starts(read_file_within(layout.volume(app), place, largest_starts), app);
}

std::string drop_in_for(const Layout& layout, const AppId& app)
{
    std::string text = "# Made by qpkg-agent.\n[Unit]\nAfter=qpkg-agent.service\n\n[Service]\n";
    for (const auto* tree : bound_trees) {
        const auto shown = layout.view(app) / tree;
        if (fs::is_directory(shown)) {
            text += "BindReadOnlyPaths=" + shown.string() + ":/" + tree + '\n';
        }
    }
    return text;
}

ServiceUnit unit_of(const Layout& layout, const AppExports& app, const Export& service)
{
    if (is_taken(layout, service.name)) {
        throw Error(Code::conflict, "the qube has a unit of that name");
    }
    if (service.name.find("@.") != std::string::npos) {
        throw Error(Code::unsupported, "a template starts no service");
    }
    return {app.announced, read_file_within(layout.volume(app.app), service.path, largest_unit),
            drop_in_for(layout, app.app)};
}

using Holders = std::map<NameKey, AppId>;

/// Error conflict when the name is another's.
void require_own_name(const Holders& holders, const AppId& app, const Export& service)
{
    const auto holder = holders.find({service.kind, service.name});
    if (holder == holders.end()) {
        throw Error(Code::conflict, "the qube has a unit of that name");
    }
    if (holder->second != app) {
        throw Error(Code::conflict, "another app has a service of that name");
    }
}

void plan_app(const Layout& layout, const AppExports& app, const Holders& holders, const Permissions& permissions,
              PlannedServices& planned)
{
    const auto starts = starts_of(layout, app.app);
    for (const auto& made : app.exports) {
        const auto by_itself = std::ranges::binary_search(starts, made.name);
        if (made.kind != ExportKind::service || !permissions.of(app.app, made.name).value_or(by_itself)) {
            continue;
        }
        try {
            require_own_name(holders, app.app, made);
            planned.units.emplace(made.name, unit_of(layout, app, made));
        } catch (const Error& error) {
            planned.problems.push_back(app.app.text() + ": " + made.name + ": does not start: " + error.what());
        }
    }
}

} // namespace

PlannedServices plan_services(const Layout& layout, const std::vector<AppExports>& apps, const Permissions& permissions)
{
    PlannedServices planned;
    const auto holders = names_in_qube(layout, apps);
    for (const auto& app : apps) {
        try {
            plan_app(layout, app, holders, permissions, planned);
        } catch (const Error& error) {
            planned.problems.push_back(app.app.text() + ": " + error.what());
        }
    }
    return planned;
}

Permissions read_permissions(const Layout& layout)
{
    Permissions permissions;
    for (const auto& file : layout.permissions()) {
        try {
            if (fs::exists(file)) {
                permissions =
                    with_permissions(std::move(permissions), read_file(file, largest_permissions), file.string());
            }
        } catch (const std::exception& error) {
            permissions.problems.push_back(file.string() + ": " + error.what());
        }
    }
    return permissions;
}

} // namespace qpkg::agent

// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/service_units.hpp"

#include "agent/confined_unit.hpp"
#include "agent/names.hpp"
#include "agent/own_tables.hpp"
#include "agent/small_files.hpp"
#include "agent/tmpfiles.hpp"
#include "repo-format/guest/app_names.hpp"

#include "qpkg/core/error.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <array>

namespace qpkg::agent {
namespace {

/// What a unit finds at its own place in the view. /var/lib stays the qube's: there services keep their state.
constexpr std::array<const char*, 3> bound_trees = {"usr", "opt", "etc"};

/// Users that systemd makes for a service while it runs: https://systemd.io/UIDS-GIDS
constexpr uid_t first_dynamic_user = 61184;
constexpr uid_t last_dynamic_user = 65519;

/// Whether systemd made it for a confined service: a link to what only its user can enter, or, of a folder in /run that
/// goes with the service, one of such a user. What belongs to the app's own account was given to it by somebody.
bool is_of_a_service(const fs::path& place, const ServiceFolder& folder, std::optional<unsigned> account)
{
    struct stat info {};
    if (::lstat(place.c_str(), &info) != 0) {
        return false;
    }
    if (S_ISLNK(info.st_mode)) {
        return fs::read_symlink(place) == fs::path("private") / folder.name;
    }
    if (account && S_ISDIR(info.st_mode) && info.st_uid == *account) {
        return true;
    }
    return folder.parent == "run" && S_ISDIR(info.st_mode) && info.st_uid >= first_dynamic_user &&
           info.st_uid <= last_dynamic_user;
}

/// systemd gives a folder that is there to the service, with all that is in it: it must be one that systemd made.
void require_own_folders(const QubePaths& layout, const std::vector<ServiceFolder>& folders,
                         std::optional<unsigned> account)
{
    for (const auto& folder : folders) {
        const auto parent = folder.parent == "run" ? layout.run.parent_path() : layout.root / folder.parent;
        const auto place = parent / folder.name;
        if (fs::exists(fs::symlink_status(place)) && !is_of_a_service(place, folder, account)) {
            throw Error(Code::conflict, "the qube has a folder " + place.string() + " already");
        }
    }
}

std::string drop_in_for(const QubePaths& layout, const AppId& app)
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

/// The app's account, when its confined services run as it.
std::optional<unsigned> account_of(const AppExports& app)
{
    const bool is_of_app = app.owner && app.owner->name != qube_user_name;
    return is_of_app ? std::optional<unsigned>(app.owner->uid) : std::nullopt;
}

/// As the app's account, which owns its state and what tmpfiles.d made for it.
std::string confinement_as(unsigned account, const QubePaths& layout, const AppExports& app)
{
    auto text = confinement(name_in_qube(account), ServiceUser::known);
    text += "BindReadOnlyPaths=" + (layout.view(app.app) / "var/lib").string() + ":/var/lib\n";
    for (const auto& name : app.state) {
        const auto place = "/var/lib/" + name;
        text += "BindPaths=" + layout.view(app.app).string() + place + ':' + place + "\nReadWritePaths=" + place + '\n';
    }
    for (const auto& folder : folders_of(layout, app.app)) {
        text += "ReadWritePaths=-" + folder + '\n';
    }
    return text;
}

ServiceUnit unit_of(const QubePaths& layout, const AppExports& app, const Export& service, ServiceRights rights)
{
    if (const auto complaint = complaint_about_service(service.name)) {
        throw Error(Code::conflict, *complaint);
    }
    ServiceUnit unit{app.announced, rights, read_file_within(layout.volume(app.app), service.path, largest_unit),
                     drop_in_for(layout, app.app)};
    if (rights == ServiceRights::confined) {
        auto confined = confined_unit(unit.bytes, app.app, service.name);
        const auto account = account_of(app);
        require_own_folders(layout, confined.folders, account);
        unit.bytes = std::move(confined.bytes);
        unit.drop_in += account ? confinement_as(*account, layout, app) : confinement(user_of_service(service.name));
    }
    return unit;
}

bool has_user_of_another(const PlannedServices& planned, const std::string& name)
{
    return std::ranges::any_of(planned.units, [&](const auto& unit) {
        return unit.first != name && user_of_service(unit.first) == user_of_service(name);
    });
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

void plan_app(const QubePaths& layout, const AppExports& app, const Holders& holders, const Permissions& permissions,
              PlannedServices& planned)
{
    for (const auto& made : app.exports) {
        const auto rights = permissions.of(app.app, made.name, app.services);
        if (made.kind != ExportKind::service || !rights) {
            continue;
        }
        try {
            if (!app.is_ready) {
                throw Error(Code::conflict, "the first start of the app was not allowed yet");
            }
            require_own_name(holders, app.app, made);
            if (has_user_of_another(planned, made.name)) {
                throw Error(Code::conflict, "another service has the account that it would have");
            }
            planned.units.emplace(made.name, unit_of(layout, app, made, *rights));
            if (const auto account = account_of(app); account && rights == ServiceRights::confined) {
                planned.accounts.insert(*account);
            }
        } catch (const Error& error) {
            planned.problems.push_back(app.app.text() + ": " + made.name + ": does not start: " + error.what());
        }
    }
}

} // namespace

PlannedServices plan_services(const QubePaths& layout, const std::vector<AppExports>& apps,
                              const Permissions& permissions)
{
    PlannedServices planned;
    const auto holders = names_in_qube(layout, apps, ExportKind::service);
    for (const auto& app : apps) {
        plan_app(layout, app, holders, permissions, planned);
    }
    return planned;
}

Permissions read_permissions(const QubePaths& layout)
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

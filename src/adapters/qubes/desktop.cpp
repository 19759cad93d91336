// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/qubes/desktop.hpp"

#include "qpkg/base/log.hpp"
#include "qpkg/core/files.hpp"
#include "qpkg/core/subprocess.hpp"
#include "qpkg/core/text.hpp"

#include <vector>

namespace qpkg::qubes {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t largest_table = 1024 * 1024;   // bytes of passwd and group
constexpr std::size_t largest_menu_file = 16 * 1024; // bytes
constexpr std::size_t most_menu_files = 1000;
constexpr const char* menu_patience = "60"; // seconds; the program asks the qube for icons

/// The fields of the line of /etc/group or /etc/passwd that begins with `name`.
std::vector<std::string> account(std::string_view table, std::string_view name)
{
    for (const auto& line : text::split(table, '\n')) {
        auto fields = text::split(line, ':');
        if (fields.front() == name) {
            return fields;
        }
    }
    return {};
}

/// What the desktop has of a qube itself (not of its template). Files that are too large or too many are skipped.
MenuFiles read_menu_files(const fs::path& home, const QubeName& qube)
{
    const auto folder = home / ".local/share/qubes-appmenus" / qube.text() / "apps.templates";
    MenuFiles found;
    std::error_code error;
    for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
        if (entry->path().extension() != ".desktop" || !entry->is_regular_file() || found.size() == most_menu_files ||
            entry->file_size() > largest_menu_file) {
            continue;
        }
        found.emplace(entry->path().filename().string(), files::read(entry->path(), largest_menu_file));
    }
    return found;
}

/// Error failed with what the program says.
void sync_menu(const std::string& program, const DesktopUser& user, const QubeName& qube, const std::string& lines)
{
    // As Qubes' service qubes.SyncAppMenus calls it; timeout(1): it asks the qube for icons.
    const auto result =
        run({.argv = {"timeout", "--kill-after=2", menu_patience, "runuser", "-u", user.name, "--", "env",
                      "HOME=" + user.home.string(), "DISPLAY=:0", "QREXEC_REMOTE_DOMAIN=" + qube.text(), program},
             .input = lines});
    log::debug(program + " for " + qube.text() + ": " + std::to_string(result.status));
    if (result.status != 0) {
        const auto said = text::escaped(result.errors.empty() ? "(silence)" : result.errors);
        throw Error(Code::failed, program + " ended with " + std::to_string(result.status) + ": " + said);
    }
}

void show_menu(const Client& client, const Desktop& desktop, const DesktopUser& user, const Menu& menu)
{
    const auto shown = read_menu_files(desktop.system / user.home.relative_path(), menu.qube);
    if (shows(shown, menu)) {
        return;
    }
    sync_menu(desktop.sync_appmenus, user, menu.qube, menu_lines(shown, menu));
    const auto chosen =
        client.find({"admin.vm.feature.Get", "menu-items", menu.qube.text()}, "QubesFeatureNotFoundError");
    if (!chosen) {
        return; // everything is shown
    }
    if (const auto next = menu_choice(*chosen, shown, menu); next != *chosen) {
        client.call({"admin.vm.feature.Set", "menu-items", menu.qube.text(), next});
    }
}

std::string table(const Desktop& desktop, const char* path)
{
    const auto file = desktop.system / path;
    return fs::exists(file) ? files::read(file, largest_table) : std::string();
}

} // namespace

std::optional<DesktopUser> desktop_user(std::string_view group, std::string_view passwd)
{
    const auto members = account(group, "qubes");
    if (members.size() < 4) {
        return std::nullopt;
    }
    const auto name = members[3].substr(0, members[3].find(','));
    const auto user = account(passwd, name);
    if (name.empty() || user.size() < 6 || !user[5].starts_with('/')) {
        return std::nullopt;
    }
    return DesktopUser{name, user[5]};
}

void show_menus(const Client& client, const Desktop& desktop, std::span<const Menu> menus,
                const std::function<std::set<QubeName>()>& running)
{
    const auto user = desktop_user(table(desktop, "etc/group"), table(desktop, "etc/passwd"));
    if (!user || menus.empty()) {
        return;
    }
    const auto there = running();
    for (const auto& menu : menus) {
        try {
            if (there.contains(menu.qube)) {
                show_menu(client, desktop, *user, menu);
            }
        } catch (const Error& error) {
            if (error.code() == Code::interrupted) {
                throw;
            }
            log::warning("the menu of " + menu.qube.text() + " is as it was: " + error.what());
        }
    }
}

} // namespace qpkg::qubes

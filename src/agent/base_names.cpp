// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/base_names.hpp"

#include "agent/small_files.hpp"

#include "qpkg/core/error.hpp"
#include "qpkg/core/key_value_file.hpp"

#include <algorithm>
#include <array>

namespace qpkg::agent {
namespace {

/// Where desktops and buses look, each in both places for data.
constexpr std::array data_folders = {
    "usr/local/share/applications", "usr/share/applications",          "usr/local/share/icons",     "usr/share/icons",
    "usr/local/share/pixmaps",      "usr/local/share/dbus-1/services", "usr/share/dbus-1/services", "usr/share/pixmaps",
};
/// Units that somebody made after the qube was started.
constexpr std::array unit_folders = {"system", "generator", "generator.early", "generator.late"};

/// A link to nowhere counts, too: somebody has put it there. Only the agent's own links do not.
bool is_there(const QubePaths& layout, const fs::path& path)
{
    std::error_code absent;
    const auto status = fs::symlink_status(path, absent);
    if (!fs::is_symlink(status)) {
        return fs::exists(status);
    }
    const auto target = fs::read_symlink(path, absent).lexically_normal();
    return std::ranges::mismatch(layout.run, target).in1 != layout.run.end();
}

/// The root that has `place`: views may cover the qube's own tree, which is kept elsewhere.
fs::path root_of(const QubePaths& layout, const fs::path& place)
{
    return fs::is_directory(layout.base() / *place.begin()) ? layout.base() : layout.root;
}

/// A bus goes by what the file says, whatever its name.
void add_bus_name(std::set<NameKey>& names, const fs::path& file)
{
    try {
        const auto bytes = read_file(file, largest_key_value_file);
        for (const auto& line : read_key_value_file(bytes)) {
            if (line.key == "Name") {
                names.insert({ExportKind::dbus, std::string(line.value)});
            }
        }
    } catch (const Error&) {
        return; // no bus reads it either
    }
}

/// What cannot be read has no names.
std::set<NameKey> names_of_data(const QubePaths& layout)
{
    std::set<NameKey> names;
    for (const auto* folder : data_folders) {
        const auto root = root_of(layout, folder);
        std::error_code failed;
        for (fs::recursive_directory_iterator entry(root / folder, failed), end; !failed && entry != end;
             entry.increment(failed)) {
            std::error_code absent;
            if (entry->is_directory(absent) || !is_there(layout, entry->path())) {
                continue;
            }
            if (auto name = name_in_base('/' + entry->path().lexically_relative(root).string())) {
                if (name->kind == ExportKind::dbus) {
                    add_bus_name(names, entry->path());
                }
                names.insert(*std::move(name));
            }
        }
    }
    return names;
}

bool is_unit_of_run(const QubePaths& layout, const NameKey& key)
{
    return key.kind == ExportKind::service && std::ranges::any_of(unit_folders, [&](const char* folder) {
               return is_there(layout, layout.systemd() / folder / key.name);
           });
}

} // namespace

bool BaseNames::has(const NameKey& key)
{
    const auto places = places_in_base(key);
    if (is_own_name(key) || is_unit_of_run(layout_, key) || std::ranges::any_of(places, [&](const std::string& place) {
            return is_there(layout_, root_of(layout_, place) / place);
        })) {
        return true;
    }
    if (key.kind == ExportKind::command || key.kind == ExportKind::service) {
        return false; // these lie nowhere else
    }
    if (!of_data_) {
        of_data_ = names_of_data(layout_);
    }
    return of_data_->contains(key);
}

} // namespace qpkg::agent

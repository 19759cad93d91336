// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/kept_menu.hpp"

#include <system_error>

namespace qpkg::agent {
namespace {

constexpr const char* entries = "applications";
constexpr const char* ending = ".desktop";

bool is_appvm(const QubePaths& layout)
{
    std::error_code absent;
    return fs::equivalent(layout.root / "usr/local", layout.root / "rw/usrlocal", absent) && !absent;
}

bool is_ours(const QubePaths& layout, const fs::path& place)
{
    std::error_code absent;
    return fs::read_symlink(place, absent).parent_path() == layout.share() / entries && !absent;
}

} // namespace

void link_desktop_entries(const QubePaths& layout, const PlannedTree& share)
{
    if (!is_appvm(layout)) {
        return;
    }
    const auto folder = layout.root / "usr/local/share" / entries;
    fs::create_directories(folder);
    for (const auto& name : names_in(folder)) {
        if (is_ours(layout, folder / name) && !share.contains(fs::path(entries) / name)) {
            fs::remove(folder / name);
        }
    }
    for (const auto& [name, file] : share) {
        const auto place = folder / name.filename();
        if (name.parent_path() == entries && name.extension() == ending && !fs::exists(fs::symlink_status(place))) {
            fs::create_symlink(layout.share() / name, place);
        }
    }
}

} // namespace qpkg::agent

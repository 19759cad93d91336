// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/own_disk.hpp"

#include "agent/accounts.hpp"
#include "agent/disks.hpp"
#include "agent/own_tables.hpp"
#include "agent/small_files.hpp"
#include "core/qube_user.hpp"

#include "qpkg/core/error.hpp"
#include "qpkg/core/mounts.hpp"

#include <sys/mount.h>

#include <cerrno>

namespace qpkg::agent {
namespace {

constexpr const char* serial = "qpkg-private";

void offer_user(const QubePaths& layout)
{
    const auto passwd = layout.root / "etc/passwd";
    const auto group = layout.root / "etc/group";
    if (!fs::exists(passwd)) {
        return; // then there is not even a root
    }
    const auto groups = fs::exists(group) ? read_file(group, largest_account_table) : std::string();
    const auto tables = program::with_qube_user(read_file(passwd, largest_account_table), groups);
    if (!tables) {
        return;
    }
    show_table(layout, passwd, tables->passwd);
    if (fs::exists(group)) {
        show_table(layout, group, tables->group);
    }
}

} // namespace

void mount_own_disk(const Surroundings& where, const QubePaths& layout)
{
    const auto disk = disk_with_serial(where, serial);
    if (!disk) {
        return;
    }
    auto place = layout.root / "rw";
    if (!fs::is_directory(place)) {
        place = layout.run / "private"; // as lasting_place says
        fs::create_directories(place);
    }
    if (!mounts::is_mount_point(place) &&
        ::mount(disk->c_str(), place.c_str(), "ext4", MS_NOSUID | MS_NODEV, nullptr) != 0) {
        throw system_error("mount the private disk at " + place.string(), errno);
    }
    fs::create_directories(place / "home");
    const auto home = layout.root / "home";
    if (fs::is_directory(home) && !mounts::is_mount_point(home)) {
        mounts::bind(place / "home", home);
    }
    offer_user(layout);
}

} // namespace qpkg::agent

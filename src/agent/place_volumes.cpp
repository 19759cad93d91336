// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/place_volumes.hpp"

#include "agent/small_files.hpp"
#include "agent/sources.hpp"
#include "repo-format/guest/announcement.hpp"

#include "qpkg/core/error.hpp"
#include "qpkg/core/mounts.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

namespace qpkg::agent {
namespace {

constexpr std::string_view mounted_word = "mounted";

/// What the qube was told before, by app.
std::vector<VolumeSlot> told_slots(const Surroundings& where)
{
    std::vector<VolumeSlot> slots;
    if (const auto notices = read_directory(where)) {
        for (const auto& notice : notices->found) {
            slots.push_back(notice.volume);
        }
    }
    return slots;
}

/// An app's volume leaves its place when another comes there, or none.
void leave_places(const QubePaths& layout, const std::vector<VolumeSlot>& told, const std::vector<VolumeSlot>& slots)
{
    for (const auto& old : told) {
        const bool stays = std::ranges::any_of(
            slots, [&](const VolumeSlot& slot) { return slot.app == old.app && slot.volume == old.volume; });
        if (!stays) {
            mounts::unmount(layout.volume(old.app));
        }
    }
}

/// A base of views and a volume of several apps have places of their own, from where the agent shows each; another lies
/// at its app's.
void put_volume(const QubePaths& layout, const VolumeId& volume, const Fd& mount, const std::vector<VolumeSlot>& slots)
{
    if (std::ranges::any_of(slots, [&](const VolumeSlot& slot) { return slot.base == volume; })) {
        const auto place = layout.older_base(volume);
        if (!mounts::is_mount_point(place)) { // perhaps for another app
            fs::create_directories(place);
            mounts::put_mount(mount, place);
        }
        return;
    }
    const auto whole = layout.composed(volume);
    fs::create_directories(whole);
    mounts::put_mount(mount, whole);
    if (fs::is_directory(fs::symlink_status(whole / composed_folder))) {
        return;
    }
    const auto slot = std::ranges::find(slots, volume, &VolumeSlot::volume);
    if (slot != slots.end()) {
        fs::create_directories(layout.volume(slot->app));
        mounts::bind(whole, layout.volume(slot->app));
    }
    mounts::unmount(whole);
    fs::remove(whole);
}

void announce(const Surroundings& where, const std::vector<VolumeSlot>& slots)
{
    PlannedTree files;
    std::size_t number = 0;
    for (const auto& slot : slots) {
        files["slot" + std::to_string(number++)] = {PlannedFile::Kind::file,
                                                    encode_slot(slot) + '\n' + std::string(mounted_word) + '\n'};
    }
    make_tree(where.announced, files);
}

/// Folders that lie in no volume any more.
void remove_empty_places(const QubePaths& layout, const std::vector<VolumeSlot>& slots)
{
    const auto places = layout.run / "volumes";
    if (!fs::exists(places)) {
        return;
    }
    for (const auto& name : names_in(places)) {
        if (std::ranges::none_of(slots, [&](const VolumeSlot& slot) { return slot.app.text() == name; })) {
            std::error_code still_mounted;
            fs::remove(places / name, still_mounted);
        }
    }
}

/// Folders in a user's runtime directory are his: sound servers' clients look.
void make_folders(const fs::path& folder)
{
    if (fs::exists(folder)) {
        return;
    }
    make_folders(folder.parent_path());
    fs::create_directory(folder);
    struct stat above {};
    if (::stat(folder.parent_path().c_str(), &above) == 0) {
        (void)!::chown(folder.c_str(), above.st_uid, above.st_gid);
    }
}

/// Whether `place` shows the same file already. What else lies over it goes.
bool is_shown_at(const fs::path& place, const struct stat& wanted)
{
    struct stat there {};
    if (!mounts::is_mount_point(place) || ::stat(place.c_str(), &there) != 0) {
        return false;
    }
    const bool same = there.st_dev == wanted.st_dev && there.st_ino == wanted.st_ino;
    if (!same) {
        mounts::unmount(place);
    }
    return same;
}

} // namespace

RefreshReport show_volumes(const QubePaths& layout, const session::VolumeList& list, const std::vector<Fd>& mounts)
{
    if (mounts.size() != list.coming.size()) {
        throw Error(Code::corrupt, "the mounts of the volumes did not come along");
    }
    const Surroundings where{.announced = layout.run / "announced"};
    leave_places(layout, told_slots(where), list.slots);
    for (std::size_t i = 0; i < mounts.size(); ++i) {
        put_volume(layout, list.coming[i], mounts[i], list.slots);
    }
    announce(where, list.slots);
    const auto announcements = read_announcements(where);
    auto report = refresh(layout, *announcements);
    remove_empty_places(layout, list.slots);
    return report;
}

void show_at(const fs::path& place, const Fd& mount)
{
    struct stat info {};
    if (::fstat(mount.get(), &info) != 0) {
        throw system_error("mount at " + place.string(), errno);
    }
    if (is_shown_at(place, info)) {
        return;
    }
    if (S_ISDIR(info.st_mode)) {
        make_folders(place);
    } else {
        make_folders(place.parent_path());
        if (!fs::exists(fs::symlink_status(place))) {
            write_file(place, "");
        }
    }
    mounts::put_mount(mount, place);
}

} // namespace qpkg::agent

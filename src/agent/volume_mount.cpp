// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/volume_mount.hpp"

#include "agent/disks.hpp"
#include "agent/small_files.hpp"
#include "agent/verity_device.hpp"
#include "repo-format/guest/erofs_superblock.hpp"

#include "qpkg/core/error.hpp"
#include "qpkg/core/mounts.hpp"

#include <algorithm>
#include <system_error>

namespace qpkg::agent {
namespace {

void mount_disk(const fs::path& disk, const VolumeId& root, const fs::path& place)
{
    if (!fs::is_block_file(disk)) {
        mounts::mount_volume(disk, place); // a file: only a host that shares its directories announces one
        return;
    }
    const auto superblock =
        with_context(disk.string(), [&] { return parse_superblock(read_beginning(disk, superblock_end)); });
    const auto device = VerityDevice::open(disk, root, superblock.blocks);
    if (!device) {
        mounts::mount_volume(disk, place);
        return;
    }
    try {
        read_beginning(device->path(), superblock_end);
    } catch (const Error&) {
        throw Error(Code::corrupt, disk.string() + " does not hold the volume " + root.hex());
    }
    mounts::mount_volume(device->path(), place);
}

/// The volume at its app's place; a volume of several apps at a place of its own.
void mount_whole(const QubePaths& layout, const Announced& announced, const fs::path& place)
{
    const auto& root = announced.volume.volume;
    if (!announced.device) {
        throw Error(Code::not_found, "the volume is not mounted at " + place.string());
    }
    mount_disk(*announced.device, root, place);
    if (fs::is_directory(fs::symlink_status(place / composed_folder))) {
        fs::create_directories(layout.composed(root));
        mounts::bind(place, layout.composed(root));
        mounts::unmount(place);
    }
}

} // namespace

void mount_volume(const QubePaths& layout, const Announced& announced)
{
    const auto& app = announced.volume.app;
    const auto& root = announced.volume.volume;
    const auto place = layout.volume(app);
    if (mounts::is_mount_point(place)) {
        return;
    }
    fs::create_directories(place);
    const auto whole = layout.composed(root);
    if (!mounts::is_mount_point(whole)) {
        mount_whole(layout, announced, place);
    }
    if (mounts::is_mount_point(whole)) {
        const auto tree = whole / composed_place(app);
        if (!fs::is_directory(fs::symlink_status(tree))) {
            throw Error(Code::corrupt, "the volume " + root.hex() + " does not hold it");
        }
        mounts::bind(tree, place);
    }
}

fs::path base_of_view(const QubePaths& layout, const Announced& announced)
{
    const auto& slot = announced.volume;
    if (!slot.base) {
        return layout.base();
    }
    auto place = layout.older_base(*slot.base);
    if (mounts::is_mount_point(place)) { // by the host, or for another app
        return place;
    }
    if (!announced.device_of_base) {
        throw Error(Code::not_found, "the base of its view is not mounted at " + place.string());
    }
    fs::create_directories(place);
    mount_disk(*announced.device_of_base, *slot.base, place);
    return place;
}

void leave_older_bases(const QubePaths& layout, const std::vector<Announced>& announced)
{
    if (!fs::exists(layout.older_bases())) {
        return;
    }
    for (const auto& name : names_in(layout.older_bases())) {
        const auto stands_on_it = [&](const Announced& one) {
            return one.volume.base && one.volume.base->hex() == name;
        };
        if (std::ranges::none_of(announced, stands_on_it)) {
            mounts::unmount(layout.older_bases() / name);
            std::error_code ignored;
            fs::remove(layout.older_bases() / name, ignored);
        }
    }
}

void leave_composed_volumes(const QubePaths& layout, const std::vector<Announced>& announced)
{
    if (!fs::exists(layout.composed())) {
        return;
    }
    for (const auto& name : names_in(layout.composed())) {
        if (std::ranges::none_of(announced, [&](const Announced& one) { return one.volume.volume.hex() == name; })) {
            mounts::unmount(layout.composed() / name);
            std::error_code ignored;
            fs::remove(layout.composed() / name, ignored);
        }
    }
}

} // namespace qpkg::agent

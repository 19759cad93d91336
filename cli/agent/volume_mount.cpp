// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/agent/volume_mount.hpp"

#include "cli/agent/disks.hpp"
#include "cli/agent/verity_device.hpp"
#include "repo-format/erofs_superblock.hpp"

#include "qpkg/base/error.hpp"
#include "qpkg/base/mounts.hpp"

namespace qpkg::agent {

void mount_disk(const std::filesystem::path& disk, const VolumeId& root, const std::filesystem::path& place)
{
    if (!std::filesystem::is_block_file(disk)) {
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

} // namespace qpkg::agent

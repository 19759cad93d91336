// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why there are three config disks. What a running machine was told must be changed in place, or it would not see it;
// what the next start finds must not change with it. So one file is for the next start, one may be a running machine's,
// and the third is free to be written before the domain names it. A removed qube loses its name before its domain goes:
// another qube of that name must never get its home.
#pragma once

#include "qpkg/model/volume_slot.hpp"

#include <cstdint>
#include <filesystem>
#include <set>
#include <span>
#include <string>

namespace qpkg::libvirt {

/// What a config disk holds (repo-format/guest/announcement.md), padded to its fixed size. Error no_space.
std::string config_disk(std::span<const VolumeSlot> slots);

/// The files of virtual machines, in `machines/<qube>/` of the state directory:
///   private.img              /home and /rw: an ext4 that only the qube itself ever mounts
///   announced-1, -2, -3      config disks: one for the next start, one that a running qube has
class MachineFiles {
public:
    explicit MachineFiles(std::filesystem::path directory) : directory_(std::move(directory)) {}

    std::filesystem::path private_disk(const QubeName& qube) const { return of(qube) / "private.img"; }
    std::filesystem::path of(const QubeName& qube) const { return directory_ / qube.text(); }

    /// Makes the private disk where there is none; `size` in MiB. Needs mkfs.ext4.
    void prepare(const QubeName& qube, std::uint64_t size) const;
    /// A config disk that is none of `used`.
    std::filesystem::path new_config(const QubeName& qube, std::span<const VolumeSlot> slots,
                                     const std::set<std::filesystem::path>& used) const;
    /// In place: a running machine reads it anew.
    static void change_config(const std::filesystem::path& file, std::span<const VolumeSlot> slots);
    /// What has no name any more can be removed at leisure: `forget` comes before the domain goes, `remove` after.
    void forget(const QubeName& qube) const;
    void remove_forgotten() const;

private:
    std::filesystem::path directory_;
};

} // namespace qpkg::libvirt

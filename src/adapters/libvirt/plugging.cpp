// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/libvirt/libvirt_hypervisor.hpp"

#include "qpkg/core/error.hpp"
#include "qpkg/core/fault.hpp"

#include <chrono>
#include <filesystem>
#include <optional>
#include <set>
#include <span>
#include <thread>
#include <vector>

/// Disks of volumes, and what comes and goes with them, in a machine that runs.
namespace qpkg::libvirt {
namespace {

namespace fs = std::filesystem;

constexpr auto unplug_pause = std::chrono::milliseconds(50);

} // namespace

Error no_volume(const std::string& what, const VolumeId& volume)
{
    return {Code::not_found, "the volume of " + what + ", " + volume.hex() + ", is not there",
            "run `qpkg restore` to get it again"};
}

/// The slot's volume, and the base of its view before it: what is told then is there.
void LibvirtHypervisor::plug_volumes(const QubeName& qube, DomainView live, const VolumeSlot& slot)
{
    std::vector<VolumeId> coming;
    for (const auto& volume : {slot.base, std::optional(slot.volume)}) {
        if (volume && live.find_disk(serial_of(*volume)) == nullptr) {
            coming.push_back(*volume);
        }
    }
    if (volumes_of(live.slots).size() + coming.size() > most_slots) {
        throw Error(Code::conflict, qube.text() + " has no room for another volume", "start " + qube.text() + " again");
    }
    for (const auto& volume : coming) {
        const auto image = options_.volume_path(volume);
        if (!fs::exists(image)) {
            throw no_volume(slot.app.text(), volume);
        }
    }
    for (const auto& volume : coming) {
        const auto target = live.free_target();
        connection_->plug(qube.text(), volume_disk(volume, options_.volume_path(volume), target));
        live.disks.push_back({serial_of(volume), target, {}, {}});
        fault_point("libvirt.plugged");
    }
}

/// False when the guest does not give it back.
bool LibvirtHypervisor::unplug(const QubeName& qube, const Disk& disk)
{
    connection_->unplug(qube.text(), disk.xml);
    const auto deadline = std::chrono::steady_clock::now() + options_.unplug_patience;
    for (auto now = find_live(qube); now && now->find_disk(disk.serial) != nullptr; now = find_live(qube)) {
        if (std::chrono::steady_clock::now() > deadline) {
            return false;
        }
        std::this_thread::sleep_for(unplug_pause);
    }
    fault_point("libvirt.unplugged");
    return true;
}

/// Where no other view stands on it. One that is in use stays until the machine ends: nothing is told of it.
void LibvirtHypervisor::unplug_base(const QubeName& qube, const DomainView& live, const VolumeSlot& slot,
                                    std::span<const VolumeSlot> rest, const std::set<std::string>& in_use)
{
    if (!slot.base || slot.base == live.base || volumes_of(rest).contains(*slot.base)) {
        return;
    }
    const auto* disk = live.find_disk(serial_of(*slot.base));
    if (disk != nullptr && !in_use.contains(disk->serial)) {
        unplug(qube, *disk);
    }
}

} // namespace qpkg::libvirt

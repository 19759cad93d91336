// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why the place is told before its record is written. A command that is killed in between leaves a place that has more
// than its record says; the next one says the same again, which changes nothing. The other way round a volume would be
// believed to be there.
#pragma once

#include "adapters/local/place_link.hpp"
#include "adapters/local/places.hpp"

#include "qpkg/core/mounts.hpp"
#include "qpkg/ports/hypervisor.hpp"

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace qpkg::local {

/// A volume on its way into a place.
struct ComingVolume {
    VolumeId volume;
    mounts::LooseVolume mounted;
    std::string tag;
};

/// The image of a slot's volume. Error not_found when it is not there.
using ImageOf = std::function<std::filesystem::path(const VolumeSlot&)>;

/// One qube, as it runs now: what its place shows, and how that changes.
class LiveQube {
public:
    LiveQube(const Places& places, QubeName qube, ImageOf image_of)
        : places_(places), qube_(std::move(qube)), image_of_(std::move(image_of))
    {
    }

    /// Nothing when the qube does not run, or ends just now.
    std::optional<PlaceLink> connect() const;

    /// After a program's end: until nothing is left of the place, when that was the last one. Whoever comes next finds
    /// the qube as it is.
    void settle(PlaceLink& link) const;

    struct First {
        PlaceRecord record;
        std::vector<ComingVolume> coming;
    };
    /// What a new place begins with. A volume that cannot be mounted is told and hinders no other.
    First first_volumes(const std::vector<VolumeSlot>& slots) const;

    /// Makes the place at the other end show these. What goes wrong with one app is told; the others work.
    void tell(PlaceLink& link, const std::vector<VolumeSlot>& slots, const std::vector<ComingVolume>& coming) const;

    // As of Hypervisor, with what the qube wants.
    void attach(const std::vector<VolumeSlot>& wanted, const VolumeSlot& slot) const;
    Detached detach(const VolumeSlot& slot) const;
    void announce(const std::vector<VolumeSlot>& wanted) const;

private:
    ComingVolume open(const VolumeSlot& slot) const;
    /// The bases that views of these apps stand on. One that is there already is not shown twice.
    void add_bases(std::vector<ComingVolume>& coming, const std::vector<VolumeSlot>& slots) const;
    void show(const PlaceRecord& record, const std::vector<ComingVolume>& coming) const;

    const Places& places_;
    QubeName qube_;
    ImageOf image_of_;
};

} // namespace qpkg::local

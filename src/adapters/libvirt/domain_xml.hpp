// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why the XML is handled apart from the calls. A domain as text and a domain as values are two things that tests can
// hold side by side, without libvirt. A disk is known by its serial number, the first twenty digits of the volume's
// root: that is as much as virtio carries, it survives another order of disks, and the agent in the guest can see it.
#pragma once

#include "adapters/libvirt/settings.hpp"

#include "qpkg/model/volume_slot.hpp"

#include <functional>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

/// The XML of libvirt's domains (https://libvirt.org/formatdomain.html): values to text and back, nothing else.
namespace qpkg::libvirt {

constexpr std::size_t most_slots = 26;
constexpr std::size_t channels = 4; ///< programs that can be started in a qube at the same time

/// The namespace of our element in <metadata>.
constexpr const char* metadata_uri = "https://qpkg.example/libvirt/1";

enum class Emulation { kvm, tcg };

/// A machine without any volume, see `with_equipment`.
struct NewDomain {
    QubeName name;
    std::filesystem::path private_disk;
    Emulation emulation;
};

std::string new_domain(const NewDomain& domain, const Settings& settings);

/// What `slots` are made of at a start.
struct Equipment {
    std::filesystem::path store; ///< the state directory: the domain belongs to it
    VolumeId base;
    std::filesystem::path announced; ///< the config disk's file
    std::vector<VolumeSlot> slots;
};

using ImageOf = std::function<std::filesystem::path(const VolumeId&)>;

/// The same domain with this base and these volumes instead of those it had. What others changed in it stays.
std::string with_equipment(std::string_view domain, const Equipment& equipment, const ImageOf& image_of);

/// Our element of <metadata>, without its namespace: libvirt adds that where it sets metadata.
std::string metadata_of(const std::filesystem::path& store, const VolumeId& base, std::span<const VolumeSlot> slots);

/// A read-only disk for `volume`. Its serial number is how the agent finds it.
std::string volume_disk(const VolumeId& volume, const std::filesystem::path& image, const std::string& target);

/// "vda", "vdz", "vdaa".
std::string target_name(std::size_t number);

/// The first 20 hex digits of the root: as much as virtio carries.
std::string serial_of(const VolumeId& volume);

struct Disk {
    std::string serial;
    std::string target; ///< "vdc"
    std::filesystem::path source;
    std::string xml;
};

/// What the XML of a domain says, as far as it is about us.
struct DomainView {
    std::string name;
    std::filesystem::path store; ///< empty: the domain is not ours
    std::optional<VolumeId> base;
    std::vector<VolumeSlot> slots; ///< ascending; those whose disk is there
    std::vector<Disk> disks;
    std::vector<std::filesystem::path> channels; ///< sockets, of a running domain
    bool has_network = false;

    const Disk* find_disk(std::string_view serial) const;
    std::filesystem::path announced() const; ///< the config disk's file
    std::string free_target() const;
};

/// Error corrupt.
DomainView read_domain(std::string_view xml);

} // namespace qpkg::libvirt

// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why all that is known of a machine lies in its domain. libvirt keeps two documents, one for the next start and one of
// what runs; our element in <metadata> says whose the domain is and what its disks mean. A list beside them would
// contradict them after the first `virsh edit`. The document is changed, not written anew, so what people edited in it
// stays. A domain without our element, or of another state directory, is never touched.
//
// Records come last in each step: disk plugged, guest told, then recorded in the running domain. A crash before leaves
// a call that is made again, and each of its parts may be.
#pragma once

#include "adapters/libvirt/connection.hpp"
#include "adapters/libvirt/domain_xml.hpp"
#include "adapters/libvirt/guest.hpp"
#include "adapters/libvirt/machine_files.hpp"

#include "qpkg/ports/hypervisor.hpp"

#include <memory>

namespace qpkg::libvirt {

struct LibvirtOptions {
    std::filesystem::path root; ///< state directory; machines/ is made in it
    ImageOf volume_path;        ///< where the volume's image lies
    Settings settings;
    std::chrono::milliseconds unplug_patience{15'000}; ///< an idle guest takes less than one second
};

/// Of an app, or "the base": an image that the store lacks.
Error no_volume(const std::string& what, const VolumeId& volume);

/// Virtual machines of libvirt. A qube is a domain of the same name with our element in its metadata, which names the
/// state directory it belongs to; other domains are never touched. What is wanted lies in the domain's XML for the next
/// start, what is attached in that of the running machine.
class LibvirtHypervisor : public Hypervisor, public QubeRunner {
public:
    LibvirtHypervisor(LibvirtOptions options, std::unique_ptr<Connection> connection, std::unique_ptr<Guest> guest);

    Capabilities capabilities() const override;
    std::vector<RunningQube> qubes() override;
    /// Of its next start; a running machine may have been told of another network by hand.
    bool has_network(const QubeName& qube) override;
    std::vector<Attachment> wanted() override;
    std::vector<Attachment> attached() override;
    /// Error conflict when libvirt has a domain of this name that is not ours.
    void create(const QubeName& qube, const VolumeId& base) override;
    void require_removable(const QubeName& qube) override;
    void remove(const QubeName& qube) override;
    void set_wanted(const QubeName& qube, std::span<const VolumeSlot> slots,
                    const std::optional<VolumeId>& base) override;
    void attach(const QubeName& qube, const VolumeSlot& slot) override;
    Detached detach(const QubeName& qube, const VolumeSlot& slot) override;
    void announce(const QubeName& qube) override;
    std::vector<HostFault> findings() override;

    /// Starts the machine when it does not run; it goes on running afterwards.
    int run(const QubeName& qube, const RunRequest& request) override;
    void start(const QubeName& qube) override;
    void stop(const QubeName& qube) override;

private:
    std::vector<DomainView> ours();                            ///< as of the next start
    std::optional<DomainView> find_live(const QubeName& qube); ///< nothing: it does not run
    DomainView require(const QubeName& qube);                  ///< as of the next start; error not_found
    bool is_ours(const DomainView& view) const { return view.store == root_; }
    void require_boot_files() const;
    void equip(const QubeName& qube, const std::string& xml, const VolumeId& base, std::vector<VolumeSlot> slots);
    std::set<std::string> tell(const QubeName& qube, const DomainView& live, std::vector<VolumeSlot> slots);
    void record(const QubeName& qube, const DomainView& live, std::span<const VolumeSlot> slots);
    void begin(const DomainView& next);
    Door door_of(const QubeName& qube, const DomainView& live) const;
    bool unplug(const QubeName& qube, const Disk& disk);
    void plug_volumes(const QubeName& qube, DomainView live, const VolumeSlot& slot);
    void unplug_base(const QubeName& qube, const DomainView& live, const VolumeSlot& slot,
                     std::span<const VolumeSlot> rest, const std::set<std::string>& in_use);

    LibvirtOptions options_;
    std::filesystem::path root_; ///< without links: what the domains say
    std::unique_ptr<Connection> connection_;
    std::unique_ptr<Guest> guest_;
    MachineFiles files_;
};

} // namespace qpkg::libvirt

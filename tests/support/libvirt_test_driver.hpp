// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "adapters/libvirt/libvirt_hypervisor.hpp"

#include "qpkg/core/files.hpp"

namespace qpkg::testing {

/// libvirt's test driver: domains in this process's memory. It cannot plug devices, so the machine is replaced by one
/// that has them; unplugging takes the guest's consent, as it does everywhere.
class TestDriver : public libvirt::Connection {
public:
    /// Each URI with a node file of its own is a world of its own; "test:///default" is the process's.
    explicit TestDriver(const std::filesystem::path& folder);

    void plug(const std::string& name, const std::string& device) override;
    void unplug(const std::string& name, const std::string& device) override;
    bool offers_kvm(const std::string&) override { return kvm; }

    void stop(const std::string& name);

    bool kvm = false;
    bool stubborn = false; ///< the guest does not give devices back

private:
    void replace(const std::string& name, const std::string& live);
};

/// An agent that does what it is told; the fields are what it was asked and what it answers.
struct ObedientGuest : libvirt::Guest {
    std::set<std::string> refresh(const libvirt::Door& door) override;
    int run(const libvirt::Door& door, const RunRequest& request) override;

    std::set<std::string> held; ///< serial numbers of disks in use
    bool answers = true;
    unsigned refreshes = 0;
    std::vector<RunRequest> runs;
    std::function<void()> on_refresh = [] {};
};

/// Qubes in the test driver, in a state directory of their own, with empty files for volumes.
struct LibvirtQubes {
    LibvirtQubes();

    void stand_in(const VolumeId& volume) const;
    std::string told(const QubeName& qube); ///< what the config disk of the running qube says

    files::TemporaryDirectory directory;
    TestDriver* driver;
    ObedientGuest* guest;
    std::unique_ptr<libvirt::LibvirtHypervisor> hypervisor;
};

} // namespace qpkg::testing

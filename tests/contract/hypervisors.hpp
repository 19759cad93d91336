// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "qpkg/ports/hypervisor.hpp"

#include <memory>
#include <string_view>
#include <vector>

/// The implementations that the contract of the port is tried on.
namespace qpkg::testing {

inline VolumeId volume(char digit) { return *VolumeId::from_hex(std::string(64, digit)); }

inline VolumeSlot slot(std::string_view app, char digit) { return {AppId::require(app), "1.0-1", volume(digit)}; }

/// One implementation, fresh, with no qubes.
struct Subject {
    virtual ~Subject() = default;
    virtual Hypervisor& hypervisor() = 0;
    /// With the tool of the backend first, where qpkg makes no qubes.
    virtual void create(const QubeName& qube, char base) { hypervisor().create(qube, volume(base)); }
    virtual void start(const QubeName& qube) = 0; ///< until `stop` or the end of the subject
    virtual void stop(const QubeName& qube) = 0;
    /// Programs of the running qube begin to run from that volume, or end. Only with hot attach.
    virtual void use(const VolumeSlot&, bool) {}
    /// What is recorded of a volume that no qube wants any more.
    virtual void know(const std::vector<VolumeSlot>&) {}
};

/// In a test case: one after the other, as its subcases.
std::unique_ptr<Subject> each_implementation();

} // namespace qpkg::testing

// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "adapters/qubes/qubes_hypervisor.hpp"

#include "qpkg/core/files.hpp"

#include <sys/types.h>

#include <cstdio>
#include <map>
#include <memory>
#include <string>

namespace qpkg::testing {

/// A QubesHypervisor over stand-ins: tests/support/fake_qubesd.py and its neighbours.
class FakeDom0 {
public:
    FakeDom0();
    ~FakeDom0();

    Hypervisor& hypervisor() { return *hypervisor_; }
    /// As a record would: from now on the volume of `slots` is known to hold these.
    void know(const qubes::Group& slots);
    /// Makes the volume's image: an empty file.
    std::filesystem::path stand_in(const VolumeId& volume);
    /// What agents say from now on when they are told to refresh.
    void agent_answers(const std::string& answer);
    /// A line for fake_qubesd.py, "start work"; fails the test when that is refused.
    void tell(const std::string& line);

private:
    void expect_ok();

    files::TemporaryDirectory folder_;
    pid_t process_ = -1;
    Fd to_;
    std::FILE* from_ = nullptr;
    std::map<VolumeId, qubes::Group> seen_;
    std::unique_ptr<qubes::QubesHypervisor> hypervisor_;
};

} // namespace qpkg::testing

// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>

namespace qpkg::libvirt {

enum class Accelerator { automatic, kvm, tcg };

/// What the administrator says about virtual machines (/etc/qpkg/libvirt.toml). Machine sizes are those of qubes made
/// from now on.
struct Settings {
    std::string uri = "qemu:///system";
    std::filesystem::path kernel;    ///< what every qube boots
    std::filesystem::path initramfs; ///< mounts the volume that `root=` names and starts its init
    std::string command_line = "console=ttyS0 quiet";
    std::uint64_t memory = 2048; ///< MiB
    unsigned processors = 2;
    std::uint64_t disk = 10'240; ///< MiB of private disk; takes only what is used
    Accelerator accelerator = Accelerator::automatic;
    std::string emulator;             ///< empty: libvirt chooses
    std::string network;              ///< of libvirt; empty: none
    std::chrono::seconds start{120};  ///< how long a qube may take to start
    std::chrono::seconds refresh{60}; ///< how long the agent may take to show a change
};

/// Defaults, overlaid by `file` where it is there; kernel and initramfs are by default in boot/ of the state directory.
/// Errors: usage, with file, line and column.
Settings load_settings(const std::filesystem::path& file, const std::filesystem::path& root);

} // namespace qpkg::libvirt

// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/sandbox/kernel_files.hpp"

#include "qpkg/core/mounts.hpp"

#include <array>
#include <filesystem>

namespace qpkg::sandbox {
namespace {

namespace fs = std::filesystem;

constexpr std::array hidden = {"/proc/acpi",       "/proc/asound",        "/proc/iomem",       "/proc/ioports",
                               "/proc/interrupts", "/proc/kallsyms",      "/proc/kcore",       "/proc/key-users",
                               "/proc/keys",       "/proc/kmsg",          "/proc/kpagecgroup", "/proc/kpagecount",
                               "/proc/kpageflags", "/proc/latency_stats", "/proc/sched_debug", "/proc/scsi",
                               "/proc/slabinfo",   "/proc/timer_list",    "/proc/timer_stats", "/proc/vmallocinfo"};
constexpr std::array read_only = {"/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"};

} // namespace

void cover_kernel_files()
{
    for (const auto* place : hidden) {
        if (fs::is_directory(place)) {
            mounts::mount_tmpfs(place, "mode=0555,size=4k,nr_inodes=1"); // its root is the one
        } else if (fs::exists(place)) {
            mounts::bind("/dev/null", place);
        }
    }
    for (const auto* place : read_only) {
        if (fs::exists(place)) {
            mounts::bind(place, place, mounts::Access::read_only);
        }
    }
}

} // namespace qpkg::sandbox

// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/boot.hpp"

#include "qpkg/core/error.hpp"
#include "qpkg/core/mounts.hpp"

#include <sys/mount.h>

#include <cerrno>

namespace qpkg::agent {
namespace {

/// The directory must be there: the root may be read-only.
void mount_kernel_tree(const char* type, const char* place, unsigned long flags)
{
    if (::mount(type, place, type, flags, nullptr) != 0 && errno != EBUSY) {
        throw system_error(std::string("mount ") + place, errno);
    }
}

} // namespace

void mount_what_is_missing()
{
    constexpr unsigned long plain = MS_NOSUID | MS_NODEV | MS_NOEXEC;
    if (!mounts::is_mount_point("/proc")) {
        mount_kernel_tree("proc", "/proc", plain);
    }
    if (!mounts::is_mount_point("/sys")) {
        mount_kernel_tree("sysfs", "/sys", plain);
    }
    if (!mounts::is_mount_point("/dev")) {
        mount_kernel_tree("devtmpfs", "/dev", MS_NOSUID);
    }
    if (!mounts::is_mount_point("/run")) {
        mounts::mount_tmpfs("/run");
    }
}

void offer_runner(const QubePaths& layout)
{
    const auto ours = fs::read_symlink("/proc/self/exe").parent_path();
    for (const auto& place : {layout.runner(), layout.runner().parent_path() / "qpkg-agent"}) {
        if (!fs::exists(fs::symlink_status(place))) {
            fs::create_directories(place.parent_path());
            fs::create_symlink(ours / place.filename(), place);
        }
    }
}

} // namespace qpkg::agent

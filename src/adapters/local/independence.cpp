// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/local/independence.hpp"

#include "core/control_groups.hpp"
#include "core/kernel_file.hpp"

#include <linux/keyctl.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <string>

namespace qpkg::local {
namespace {

namespace fs = std::filesystem;

constexpr pid_t hosts_first = 1;
constexpr std::string_view name_of_groups = "qpkg-place-";

/// This process's own group; nothing without control groups of version 2.
std::optional<fs::path> own_group(const fs::path& hierarchy, const fs::path& table)
{
    const auto own = control_groups::group_in(table, "");
    if (!own || !fs::exists(hierarchy / "cgroup.procs")) {
        return std::nullopt;
    }
    auto place = hierarchy / fs::path(*own).relative_path();
    return fs::exists(place / "cgroup.procs") ? std::optional(std::move(place)) : std::nullopt;
}

} // namespace

void become_independent()
{
    for (int resource = 0; resource < RLIM_NLIMITS; ++resource) {
        rlimit64 limits{};
        rlimit64 own{};
        const bool known = ::syscall(SYS_prlimit64, hosts_first, resource, nullptr, &limits) == 0 &&
                           ::syscall(SYS_prlimit64, 0, resource, nullptr, &own) == 0;
        if (known &&
            ::syscall(SYS_prlimit64, 0, resource, &limits, nullptr) != 0) { // in a container: as far as it goes
            own.rlim_cur = std::min(limits.rlim_cur, own.rlim_max);
            ::syscall(SYS_prlimit64, 0, resource, &own, nullptr);
        }
    }
    ::setpriority(PRIO_PROCESS, 0, 0);
    cpu_set_t all;
    std::memset(&all, 0xff, sizeof all);
    ::sched_setaffinity(0, sizeof all, &all);
    ::syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, nullptr);
    write_kernel_file("/proc/self/oom_score_adj", "0");
    ::umask(022);
    for (int number = 1; number <= SIGRTMAX; ++number) {
        std::signal(number, SIG_DFL);
    }
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

PlaceGroup::PlaceGroup(const fs::path& hierarchy, const fs::path& own)
{
    const auto mine = own_group(hierarchy, own);
    if (!mine) {
        return;
    }
    // Where limits of what lies above hold for it, too. The topmost group has nothing beside it.
    const auto parent = fs::equivalent(*mine, hierarchy) ? hierarchy : mine->parent_path();
    const auto place = control_groups::make(parent, name_of_groups);
    if (place && write_kernel_file(*place / "cgroup.procs", "0")) {
        before_ = *mine;
        path_ = place;
    } else if (place) {
        ::rmdir(place->c_str());
    }
}

void PlaceGroup::remove()
{
    if (path_) {
        write_kernel_file(before_ / "cgroup.procs", "0");
        ::rmdir(path_->c_str());
    }
}

} // namespace qpkg::local

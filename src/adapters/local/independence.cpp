// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/local/independence.hpp"

#include "qpkg/core/fd.hpp"
#include "qpkg/core/files.hpp"
#include "qpkg/core/text.hpp"

#include <fcntl.h>
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
constexpr std::size_t largest_table_of_groups = 64 * 1024;
constexpr std::string_view unified = "0::";
constexpr std::string_view name_of_groups = "qpkg-place-";

bool write_word(const fs::path& file, std::string_view word)
{
    const Fd fd(::open(file.c_str(), O_WRONLY | O_CLOEXEC));
    return fd && ::write(fd.get(), word.data(), word.size()) == static_cast<ssize_t>(word.size());
}

/// This process's own group; nothing without control groups of version 2.
std::optional<fs::path> own_group(const fs::path& hierarchy, const fs::path& own)
{
    if (!fs::exists(hierarchy / "cgroup.procs")) {
        return std::nullopt;
    }
    const auto table = files::read_if_exists(own, largest_table_of_groups).value_or("");
    for (const auto& row : text::split(table, '\n')) {
        const auto place = hierarchy / fs::path(row.substr(std::min(row.size(), unified.size()))).relative_path();
        if (row.starts_with(unified) && fs::exists(place / "cgroup.procs")) {
            return place;
        }
    }
    return std::nullopt;
}

/// Of keepers that were killed: each group is named after the number of its keeper.
void remove_groups_left_behind(const fs::path& parent)
{
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(parent, ignored)) {
        const auto name = entry.path().filename().string();
        if (name.starts_with(name_of_groups) && !fs::exists("/proc/" + name.substr(name_of_groups.size()))) {
            ::rmdir(entry.path().c_str());
        }
    }
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
    write_word("/proc/self/oom_score_adj", "0");
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
    remove_groups_left_behind(parent);
    const auto place = parent / (std::string(name_of_groups) + std::to_string(::getpid()));
    std::error_code refused;
    fs::create_directory(place, refused);
    if (write_word(place / "cgroup.procs", "0")) {
        before_ = *mine;
        path_ = place;
    } else {
        ::rmdir(place.c_str());
    }
}

void PlaceGroup::remove()
{
    if (path_) {
        write_word(before_ / "cgroup.procs", "0");
        ::rmdir(path_->c_str());
    }
}

} // namespace qpkg::local

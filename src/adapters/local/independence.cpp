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

bool write_word(const fs::path& file, std::string_view word)
{
    const Fd fd(::open(file.c_str(), O_WRONLY | O_CLOEXEC));
    return fd && ::write(fd.get(), word.data(), word.size()) == static_cast<ssize_t>(word.size());
}

/// The group beside our own, where limits of what lies above hold for it, too.
std::optional<fs::path> place_of_group(const fs::path& hierarchy, const fs::path& own)
{
    if (!fs::exists(hierarchy / "cgroup.procs")) {
        return std::nullopt;
    }
    const auto name = "qpkg-place-" + std::to_string(::getpid());
    const auto table = files::read_if_exists(own, largest_table_of_groups).value_or("");
    for (const auto& row : text::split(table, '\n')) {
        if (row.starts_with(unified)) {
            const auto mine = hierarchy / fs::path(row.substr(unified.size())).relative_path();
            return mine == hierarchy / "" || !fs::exists(mine) ? hierarchy / name : mine.parent_path() / name;
        }
    }
    return std::nullopt;
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
    : hierarchy_(hierarchy), path_(place_of_group(hierarchy, own))
{
    std::error_code refused;
    if (path_ && (!(fs::create_directory(*path_, refused) || fs::is_directory(*path_)) ||
                  !write_word(*path_ / "cgroup.procs", "0"))) {
        ::rmdir(path_->c_str());
        path_.reset();
    }
}

void PlaceGroup::remove()
{
    if (path_) {
        write_word(hierarchy_ / "cgroup.procs", "0");
        ::rmdir(path_->c_str());
    }
}

} // namespace qpkg::local

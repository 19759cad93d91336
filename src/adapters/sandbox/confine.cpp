// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/sandbox/confine.hpp"

#include "adapters/sandbox/kernel_files.hpp"
#include "adapters/sandbox/system_calls.hpp"
#include "core/open_within.hpp"

#include "qpkg/core/error.hpp"
#include "qpkg/core/mounts.hpp"

#include <fcntl.h>
#include <linux/capability.h>
#include <linux/close_range.h>
#include <linux/openat2.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <string_view>

namespace qpkg::sandbox {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view host_name = "qpkg";

/// What package managers and maintainer scripts need. Not among them: devices, modules, mounts, raw memory, the clock,
/// opening files by handle.
constexpr std::array<int, 14> kept_capabilities{
    CAP_AUDIT_WRITE, CAP_CHOWN,   CAP_DAC_OVERRIDE, CAP_FOWNER,  CAP_FSETID, CAP_KILL,       CAP_NET_BIND_SERVICE,
    CAP_NET_RAW,     CAP_SETFCAP, CAP_SETGID,       CAP_SETPCAP, CAP_SETUID, CAP_SYS_CHROOT, CAP_SYS_NICE};

int exit_status(int status) { return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status); }

/// Returns in the child, which dies with its parent; the parent waits for it, reaps whatever else is handed to it, and
/// ends with its status.
void continue_in_child()
{
    const pid_t child = ::fork();
    if (child < 0) {
        throw system_error("fork", errno);
    }
    if (child == 0) {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        return;
    }
    for (;;) {
        int status = 0;
        const pid_t ended = ::waitpid(-1, &status, 0);
        if (ended == child) {
            ::_exit(exit_status(status));
        }
        if (ended < 0 && errno != EINTR) {
            ::_exit(1);
        }
    }
}

/// A place in the new root, found as a process inside would find it and made when absent; `path` names it in a way that
/// no symbolic link in there can redirect.
class Inside {
public:
    Inside(const Fd& root, const fs::path& place, mode_t kind) : fd_(find(root, place))
    {
        if (!fd_ && errno == ENOENT) {
            make(root, place, kind);
            fd_ = find(root, place);
        }
        if (!fd_) {
            throw system_error("find " + place.string() + " in the sandbox", errno);
        }
    }

    fs::path path() const { return "/proc/self/fd/" + std::to_string(fd_.get()); }

private:
    static Fd find(const Fd& root, const fs::path& place)
    {
        return open_within(root.get(), place.c_str(), O_PATH, RESOLVE_IN_ROOT);
    }

    static void make(const Fd& root, const fs::path& place, mode_t kind)
    {
        const Inside parent(root, place.parent_path(), S_IFDIR);
        const auto name = place.filename();
        if (kind == S_IFDIR) {
            ::mkdirat(parent.fd_.get(), name.c_str(), 0755);
        } else {
            const Fd made(::openat(parent.fd_.get(), name.c_str(), O_CREAT | O_WRONLY | O_CLOEXEC | O_NOFOLLOW, 0644));
        }
    }

    Fd fd_;
};

/// What lies in all tmpfs together fits the memory: /tmp half of it, /dev/shm and /run a quarter and an eighth.
std::string scratch_options(const char* mode, std::uint64_t bytes)
{
    return std::string("mode=") + mode + ",size=" + std::to_string(bytes);
}

void mount_devices(const Fd& root, const SandboxLimits& limits)
{
    mounts::mount_tmpfs(Inside(root, "/dev", S_IFDIR).path(), "mode=0755,size=1m");
    for (const auto* name : {"/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom", "/dev/tty"}) {
        mounts::bind(name, Inside(root, name, S_IFREG).path());
    }
    mounts::mount_tmpfs(Inside(root, "/dev/shm", S_IFDIR).path(), scratch_options("1777", limits.memory / 4));
    const Inside devices(root, "/dev", S_IFDIR);
    for (const auto& [name, target] :
         {std::pair{"fd", "/proc/self/fd"}, std::pair{"stdin", "/proc/self/fd/0"},
          std::pair{"stdout", "/proc/self/fd/1"}, std::pair{"stderr", "/proc/self/fd/2"}}) {
        fs::create_symlink(target, devices.path() / name);
    }
}

std::vector<fs::path> mount_layers(const SandboxRun& request, const MountPoints& points)
{
    std::vector<fs::path> layers;
    for (const auto& layer : request.lower) {
        if (fs::is_directory(layer)) {
            layers.push_back(layer);
            continue;
        }
        layers.push_back(points.images / std::to_string(layers.size()));
        mounts::mount_volume(layer, layers.back());
    }
    mounts::mount_volume(request.base_image, points.base);
    layers.push_back(points.base);
    return layers;
}

void compose_root(const SandboxRun& request, const MountPoints& points, const SandboxLimits& limits)
{
    // A package manager syncs each file; a build that a crash interrupts is started anew, so that would be time lost.
    mounts::mount_overlay(points.root, mount_layers(request, points),
                          mounts::OverlayChanges{request.upper, request.work, mounts::Flush::never});
    const Fd root(::open(points.root.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!root) {
        throw system_error("open the sandbox's root", errno);
    }
    mounts::mount_proc(Inside(root, "/proc", S_IFDIR).path());
    mount_devices(root, limits);
    mounts::mount_tmpfs(Inside(root, "/run", S_IFDIR).path(), scratch_options("0755", limits.memory / 8));
    mounts::mount_tmpfs(Inside(root, "/tmp", S_IFDIR).path(), scratch_options("1777", limits.memory / 2));
    for (const auto& [outside, inside] : request.binds) {
        mounts::bind(outside, Inside(root, inside, fs::is_directory(outside) ? S_IFDIR : S_IFREG).path());
    }
}

void drop_capabilities()
{
    for (int capability = 0; ::prctl(PR_CAPBSET_READ, capability) >= 0; ++capability) {
        if (std::find(kept_capabilities.begin(), kept_capabilities.end(), capability) == kept_capabilities.end() &&
            ::prctl(PR_CAPBSET_DROP, capability) != 0) {
            throw system_error("drop a capability", errno);
        }
    }
    if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
        throw system_error("forbid new privileges", errno);
    }
}

} // namespace

void enter_sandbox(const SandboxRun& request, const MountPoints& points, const SandboxLimits& limits)
{
    const int network = request.network == Network::none ? CLONE_NEWNET : 0;
    mounts::enter_private_namespace();
    if (::unshare(CLONE_NEWPID | CLONE_NEWIPC | CLONE_NEWUTS | network) != 0) {
        throw system_error("make namespaces", errno);
    }
    continue_in_child(); // pid 1 of the new pid namespace: when it ends, the kernel ends everything in there
    if (::sethostname(host_name.data(), host_name.size()) != 0) {
        throw system_error("set the sandbox's host name", errno);
    }
    compose_root(request, points, limits);
    mounts::pivot_into(points.root);
    cover_kernel_files();
    ::umask(022);
    continue_in_child();                        // the command is an ordinary process, and pid 1 reaps what it leaves
    ::setsid();                                 // without a terminal: nothing can be typed into the caller's
    ::close_range(3, ~0U, CLOSE_RANGE_CLOEXEC); // nor is anything left that the caller's shell had open
    drop_capabilities();
    refuse_system_calls();
}

} // namespace qpkg::sandbox

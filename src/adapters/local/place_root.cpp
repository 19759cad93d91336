// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/local/place_root.hpp"

#include "adapters/local/display.hpp"
#include "adapters/local/host_files.hpp"
#include "core/qube_user.hpp"

#include "qpkg/core/error.hpp"
#include "qpkg/core/files.hpp"
#include "qpkg/core/mounts.hpp"

#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace qpkg::local {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t largest_table = 1024 * 1024;

/// Directories of the root that are not the base's: made fresh, or of the qube.
constexpr std::array own_directories = {"proc", "sys", "dev", "run", "tmp", "home", "rw", "root", "etc", "var", "mnt"};
constexpr std::array devices = {"null", "zero", "full", "random", "urandom", "tty"};

void scratch(const fs::path& path, std::string_view bytes, unsigned mode = 0644)
{
    files::write(path, bytes, mode, files::Durability::scratch);
}

void set_mode(const fs::path& path, unsigned mode)
{
    if (::chmod(path.c_str(), mode) != 0) {
        throw system_error("set the mode of " + path.string(), errno);
    }
}

/// Without overlayfs's count of stacked file systems: the qube's /etc and /var are overlays on the base, and views are
/// overlays on those, which is all the kernel allows. A loop device counts for none, a file may count for one.
void mount_base(const fs::path& image, const fs::path& target)
{
    try {
        mounts::mount_volume_on_loop(image, target);
    } catch (const Error& error) {
        if (error.code() != Code::unsupported) {
            throw;
        }
        mounts::mount_volume(image, target);
    }
}

/// Every directory and link of the base's top level, where the new root has nothing of its own.
void show_base(const fs::path& base, const fs::path& root)
{
    for (const auto& entry : fs::directory_iterator(base)) {
        const auto name = entry.path().filename();
        const auto place = root / name;
        if (entry.is_symlink()) {
            fs::copy_symlink(entry.path(), place);
        } else if (entry.is_directory() && std::ranges::find(own_directories, name) == own_directories.end()) {
            fs::create_directory(place);
            mounts::bind(entry.path(), place);
        }
    }
    for (const auto* name : own_directories) {
        fs::create_directory(root / name);
    }
}

void write_accounts(const fs::path& base_etc, const fs::path& etc)
{
    const auto passwd =
        files::read_if_exists(base_etc / "passwd", largest_table).value_or("root:x:0:0::/root:/bin/sh\n");
    const auto group = files::read_if_exists(base_etc / "group", largest_table).value_or("root:x:0:\n");
    if (const auto tables = program::with_qube_user(passwd, group)) {
        scratch(etc / "passwd", tables->passwd);
        scratch(etc / "group", tables->group);
    }
}

/// The base's /etc under the few files that are this qube's own.
void mount_etc(const PlaceRoot& root, const fs::path& base, const fs::path& layers, const fs::path& target)
{
    const auto own = layers / "etc";
    fs::create_directory(own);
    scratch(own / "hostname", root.hostname + '\n');
    scratch(own / "hosts", "127.0.0.1 localhost " + root.hostname + "\n::1 localhost\n");
    scratch(own / "machine-id", root.machine_id + '\n', 0444);
    for (const auto& file : host_files) {
        scratch(own / file.name, "");
    }
    write_accounts(base / "etc", own);
    std::vector<fs::path> lower{own};
    if (fs::is_directory(base / "etc")) {
        lower.push_back(base / "etc");
    }
    mounts::mount_overlay(target, lower);
    for (const auto& file : host_files) {
        mounts::bind(root.host_files / file.name, target / file.name, mounts::Access::read_only);
    }
}

/// The base's /var, whose changes end with the place.
void mount_var(const fs::path& base, const fs::path& layers, const fs::path& target)
{
    const mounts::OverlayChanges changes{layers / "var", layers / "var-work"};
    const auto empty = layers / "nothing";
    for (const auto& directory : {changes.upper, changes.work, empty}) {
        fs::create_directory(directory);
    }
    const auto lower = fs::is_directory(base / "var") ? base / "var" : empty;
    mounts::mount_overlay(target, {lower}, changes);
    for (const auto* name : {"lib", "tmp", "cache", "log"}) {
        if (!fs::exists(fs::symlink_status(target / name))) {
            fs::create_directory(target / name);
        }
    }
    set_mode(target / "tmp", 01777);
}

/// By nodes of its own, for those of the host are a group's that has another number in the qube; where the kernel lets
/// us make none, the host's. Nodes of cards are not shown: who opens one may take the screen.
void show_gpus(const fs::path& dev)
{
    std::error_code none;
    for (const auto& entry : fs::directory_iterator("/dev/dri", none)) {
        struct stat info {};
        const auto name = entry.path().filename().string();
        if (!name.starts_with("renderD") || ::stat(entry.path().c_str(), &info) != 0 || !S_ISCHR(info.st_mode)) {
            continue;
        }
        const auto place = dev / "dri" / name;
        fs::create_directories(place.parent_path());
        if (::mknod(place.c_str(), S_IFCHR | 0600U, info.st_rdev) != 0) {
            scratch(place, "");
            mounts::bind(entry.path(), place);
        } else if (::chown(place.c_str(), qube_user, qube_user) != 0) {
            throw system_error("give " + place.string() + " to the qube's user", errno);
        }
    }
}

void make_devices(const fs::path& dev)
{
    if (::mount("tmpfs", dev.c_str(), "tmpfs", MS_NOSUID | MS_NOEXEC, "mode=0755,size=1m") != 0) {
        throw system_error("mount a tmpfs at " + dev.string(), errno);
    }
    for (const auto* name : devices) {
        scratch(dev / name, "");
        mounts::bind(fs::path("/dev") / name, dev / name);
    }
    for (const auto* name : {"pts", "shm"}) {
        fs::create_directory(dev / name);
    }
    if (::mount("devpts", (dev / "pts").c_str(), "devpts", MS_NOSUID | MS_NOEXEC,
                "newinstance,ptmxmode=0666,mode=0620,gid=5") != 0) {
        throw system_error("mount devpts", errno);
    }
    mounts::mount_tmpfs(dev / "shm", "mode=1777");
    show_gpus(dev);
    fs::create_symlink("pts/ptmx", dev / "ptmx");
    fs::create_symlink("/proc/self/fd", dev / "fd");
    fs::create_symlink("/proc/self/fd/0", dev / "stdin");
    fs::create_symlink("/proc/self/fd/1", dev / "stdout");
    fs::create_symlink("/proc/self/fd/2", dev / "stderr");
}

void mount_kernel_views(const fs::path& root)
{
    mounts::mount_proc(root / "proc");
    if (::mount("sysfs", (root / "sys").c_str(), "sysfs", MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC, nullptr) != 0) {
        throw system_error("mount sysfs", errno);
    }
    make_devices(root / "dev");
}

void copy_program(const fs::path& program, const fs::path& place)
{
    fs::copy_file(program, place);
    set_mode(place, 0755);
}

void bring_programs(const PlaceRoot& root, const fs::path& place)
{
    fs::create_directories(place);
    for (const auto* name : {"qpkg-agent", "qpkg-run"}) {
        copy_program(root.programs / name, place / name);
    }
}

void make_read_only(const fs::path& root)
{
    mount_attr only_reading{};
    only_reading.attr_set = MOUNT_ATTR_RDONLY;
    if (::mount_setattr(AT_FDCWD, root.c_str(), 0, &only_reading, sizeof only_reading) != 0) {
        throw system_error("make the root read-only", errno);
    }
}

} // namespace

void enter_place_root(const PlaceRoot& root)
{
    const auto& target = root.stage;
    mounts::mount_tmpfs(target, "mode=0755,size=1m");
    const auto base = target / ".base";
    const auto layers = target / ".layers";
    fs::create_directory(base);
    fs::create_directory(layers);
    mount_base(root.base, base);
    mounts::mount_tmpfs(layers);
    show_base(base, target);
    mount_etc(root, base, layers, target / "etc");
    mount_var(base, layers, target / "var");
    // Their file systems live on in what was mounted from them.
    for (const auto& hidden : {base, layers}) {
        mounts::unmount(hidden);
        fs::remove(hidden);
    }
    mount_kernel_views(target);
    mounts::mount_tmpfs(target / "run");
    mounts::mount_tmpfs(target / "tmp", "mode=1777");
    mounts::mount_tmpfs(target / "root", "mode=0700");
    mounts::bind(root.home, target / "home");
    mounts::bind(root.rw, target / "rw");
    bring_programs(root, target / "run/qpkg/libexec");
    make_read_only(target);
    if (::sethostname(root.hostname.c_str(), root.hostname.size()) != 0) {
        throw system_error("set the host name", errno);
    }
    mounts::pivot_into(target);
}

} // namespace qpkg::local

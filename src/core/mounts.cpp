// SPDX-License-Identifier: LGPL-2.1-or-later
#include "qpkg/core/mounts.hpp"

#include "qpkg/core/error.hpp"

#include <fcntl.h>
#include <linux/loop.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>

namespace qpkg::mounts {
namespace {

constexpr unsigned long volume_flags = MS_RDONLY | MS_NODEV | MS_NOSUID;
constexpr int loop_attempts = 64; // another process may take the free device between the two calls
constexpr std::size_t option_limit = 4095;
constexpr std::size_t longest_tag = LO_NAME_SIZE - 1;

Error mount_error(const std::string& action, int errno_value)
{
    if (errno_value == ENODEV) {
        return {Code::unsupported, action + ": the kernel lacks this file system"};
    }
    return system_error(action, errno_value);
}

void mount_or_throw(const char* source, const fs::path& target, const char* type, unsigned long flags,
                    const char* options, const std::string& action)
{
    if (::mount(source, target.c_str(), type, flags, options) != 0) {
        throw mount_error(action, errno);
    }
}

/// The kernel keeps `tag` with the device, and tells it again.
Fd open_loop(const fs::path& image, std::string& device, const std::string& tag = {})
{
    const Fd file(::open(image.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file) {
        throw system_error("open " + image.string(), errno);
    }
    const Fd control(::open("/dev/loop-control", O_RDWR | O_CLOEXEC));
    if (!control) {
        throw Error(Code::unsupported, std::string("open /dev/loop-control: ") + std::strerror(errno),
                    "the kernel needs loop devices, or EROFS on files (6.12 and later)");
    }
    loop_config config{};
    config.fd = static_cast<__u32>(file.get());
    config.info.lo_flags = LO_FLAGS_READ_ONLY | LO_FLAGS_AUTOCLEAR; // gone with its last user, however that one ends
    std::copy_n(tag.begin(), std::min(tag.size(), longest_tag), std::begin(config.info.lo_file_name));
    for (int attempt = 0; attempt < loop_attempts; ++attempt) {
        const int number = ::ioctl(control.get(), LOOP_CTL_GET_FREE);
        if (number < 0) {
            throw system_error("find a free loop device", errno);
        }
        device = "/dev/loop" + std::to_string(number);
        Fd loop(::open(device.c_str(), O_RDONLY | O_CLOEXEC));
        if (loop && ::ioctl(loop.get(), LOOP_CONFIGURE, &config) == 0) {
            return loop;
        }
        if (errno != EBUSY && errno != ENOENT && errno != ENXIO) {
            throw system_error("set up " + device + " for " + image.string(), errno);
        }
    }
    throw Error(Code::failed, "set up a loop device for " + image.string() + ": every free one was taken by others");
}

/// Overlayfs splits its options at ',' and its layers at ':'.
std::string escaped_layer(const fs::path& layer)
{
    std::string safe;
    for (const char c : layer.string()) {
        if (c == '\\' || c == ':' || c == ',') {
            safe += '\\';
        }
        safe += c;
    }
    return safe;
}

Fd copy_mount(const fs::path& source, unsigned reach)
{
    Fd copy(::open_tree(AT_FDCWD, source.c_str(), OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | reach));
    if (!copy) {
        throw system_error("show " + source.string() + " elsewhere", errno);
    }
    return copy;
}

std::string_view fifth_word(std::string_view line)
{
    for (int words = 0; words < 4; ++words) {
        line.remove_prefix(std::min(line.find(' ') + 1, line.size()));
    }
    return line.substr(0, line.find(' '));
}

/// The kernel writes blank, tab, newline and backslash as \NNN, octal.
fs::path unescaped(std::string_view text)
{
    std::string plain;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\\' && i + 3 < text.size()) {
            plain += static_cast<char>(std::stoi(std::string(text.substr(i + 1, 3)), nullptr, 8));
            i += 3;
        } else {
            plain += text[i];
        }
    }
    return plain;
}

} // namespace

void enter_private_namespace()
{
    if (::unshare(CLONE_NEWNS) != 0) {
        throw system_error("make a mount namespace", errno);
    }
    make_private("/");
}

void mount_volume(const fs::path& image, const fs::path& target)
{
    if (::mount(image.c_str(), target.c_str(), "erofs", volume_flags, nullptr) == 0) {
        return;
    }
    if (errno != ENOTBLK) { // a regular file, and a kernel that wants a device
        throw mount_error("mount the volume " + image.string(), errno);
    }
    mount_volume_on_loop(image, target);
}

void mount_volume_on_loop(const fs::path& image, const fs::path& target)
{
    std::string device;
    const auto loop = open_loop(image, device); // open until the mount holds the device: it would vanish before
    mount_or_throw(device.c_str(), target, "erofs", volume_flags, nullptr, "mount the volume " + image.string());
}

LooseVolume open_volume(const fs::path& image, const std::string& tag)
{
    const auto action = "mount the volume " + image.string();
    std::string device;
    const auto loop = open_loop(image, device, tag);
    const Fd context(::fsopen("erofs", FSOPEN_CLOEXEC));
    if (!context || ::fsconfig(context.get(), FSCONFIG_SET_FLAG, "ro", nullptr, 0) != 0 ||
        ::fsconfig(context.get(), FSCONFIG_SET_STRING, "source", device.c_str(), 0) != 0 ||
        ::fsconfig(context.get(), FSCONFIG_CMD_CREATE, nullptr, nullptr, 0) != 0) {
        throw mount_error(action, errno);
    }
    constexpr unsigned attributes = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOSUID;
    Fd mount(::fsmount(context.get(), FSMOUNT_CLOEXEC, attributes));
    if (!mount) {
        throw mount_error(action, errno);
    }
    return {std::move(mount), fs::path(device).filename().string()};
}

bool is_in_use(const std::string& loop, const std::string& tag)
{
    const Fd device(::open(("/dev/" + loop).c_str(), O_RDONLY | O_CLOEXEC));
    loop_info64 info{};
    return device && ::ioctl(device.get(), LOOP_GET_STATUS64, &info) == 0 &&
           tag == std::string_view(reinterpret_cast<const char*>(std::begin(info.lo_file_name)));
}

Fd loose_copy(const fs::path& source) { return copy_mount(source, 0); }

Fd loose_tree(const fs::path& source) { return copy_mount(source, AT_RECURSIVE); }

void put_mount(const Fd& mount, const fs::path& target)
{
    if (::move_mount(mount.get(), "", AT_FDCWD, target.c_str(), MOVE_MOUNT_F_EMPTY_PATH) != 0) {
        throw system_error("mount at " + target.string(), errno);
    }
}

void mount_overlay(const fs::path& target, const std::vector<fs::path>& lower,
                   const std::optional<OverlayChanges>& changes)
{
    if (lower.size() == 1 && !changes) { // overlayfs wants two layers
        bind(lower.front(), target, Access::read_only);
        return;
    }
    std::string options = "lowerdir=";
    for (const auto& layer : lower) {
        options += (&layer == &lower.front() ? "" : ":") + escaped_layer(layer);
    }
    if (changes) {
        options += ",upperdir=" + escaped_layer(changes->upper) + ",workdir=" + escaped_layer(changes->work) +
                   ",redirect_dir=off,metacopy=off,index=off" + (changes->flush == Flush::never ? ",volatile" : "");
    }
    const auto action = "mount the overlay " + target.string();
    if (options.size() > option_limit) {
        throw Error(Code::failed, action + ": " + std::to_string(lower.size()) + " layers do not fit one mount");
    }
    const unsigned long flags = changes ? +MS_NODEV : volume_flags;
    mount_or_throw("overlay", target, "overlay", flags, options.c_str(), action);
}

void bind(const fs::path& source, const fs::path& target, Access access)
{
    const auto action = "show " + source.string() + " at " + target.string();
    mount_or_throw(source.c_str(), target, nullptr, MS_BIND | MS_REC, nullptr, action);
    if (access == Access::read_write) {
        return;
    }
    mount_attr only_reading{};
    only_reading.attr_set = MOUNT_ATTR_RDONLY;
    if (::mount_setattr(AT_FDCWD, target.c_str(), AT_RECURSIVE, &only_reading, sizeof only_reading) != 0) {
        throw system_error(action, errno);
    }
}

void mount_tmpfs(const fs::path& target, const std::string& options)
{
    mount_or_throw("tmpfs", target, "tmpfs", MS_NOSUID | MS_NODEV, options.c_str(),
                   "mount a tmpfs at " + target.string());
}

void mount_proc(const fs::path& target)
{
    mount_or_throw("proc", target, "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, nullptr,
                   "mount proc at " + target.string());
}

void make_private(const fs::path& target)
{
    mount_or_throw(nullptr, target, nullptr, MS_REC | MS_PRIVATE, nullptr,
                   "make the mounts private at " + target.string());
}

void make_shared(const fs::path& target)
{
    mount_or_throw(nullptr, target, nullptr, MS_SHARED, nullptr, "share the mounts at " + target.string());
}

void make_following(const fs::path& target)
{
    mount_or_throw(nullptr, target, nullptr, MS_REC | MS_SLAVE, nullptr, "follow the mounts at " + target.string());
}

std::vector<fs::path> mount_points_below(const fs::path& directory)
{
    std::ifstream table("/proc/self/mountinfo");
    std::vector<fs::path> points;
    for (std::string line; std::getline(table, line);) {
        const auto path = unescaped(fifth_word(line)); // proc(5): id, parent, device, root, mount point
        const auto relative = path.lexically_relative(directory);
        if (!relative.empty() && *relative.begin() != "..") {
            points.push_back(path);
        }
    }
    if (!table.eof()) {
        throw system_error("read /proc/self/mountinfo", errno);
    }
    return points;
}

void unmount(const fs::path& target)
{
    if (::umount2(target.c_str(), MNT_DETACH | UMOUNT_NOFOLLOW) != 0 && errno != EINVAL && errno != ENOENT) {
        throw system_error("unmount " + target.string(), errno);
    }
}

bool is_mount_point(const fs::path& path)
{
    struct statx info {};
    if (::statx(AT_FDCWD, path.c_str(), AT_SYMLINK_NOFOLLOW, STATX_BASIC_STATS, &info) != 0) {
        return false;
    }
    return (info.stx_attributes_mask & info.stx_attributes & STATX_ATTR_MOUNT_ROOT) != 0;
}

void pivot_into(const fs::path& root)
{
    const auto action = "make " + root.string() + " the root";
    if (::chdir(root.c_str()) != 0) {
        throw system_error(action, errno);
    }
    // The old root lands on top of the new one, where it is taken off: no directory for it is needed.
    if (::syscall(SYS_pivot_root, ".", ".") != 0 || ::umount2(".", MNT_DETACH) != 0 || ::chdir("/") != 0) {
        throw system_error(action, errno);
    }
}

void pivot_into(const fs::path& root, const fs::path& old)
{
    if (::syscall(SYS_pivot_root, root.c_str(), old.c_str()) != 0 || ::chdir("/") != 0) {
        throw system_error("make " + root.string() + " the root", errno);
    }
}

} // namespace qpkg::mounts

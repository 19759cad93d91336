// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/disks.hpp"

#include "agent/small_files.hpp"

#include "qpkg/core/error.hpp"
#include "qpkg/core/fd.hpp"

#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <map>
#include <thread>

namespace qpkg::agent {
namespace {

constexpr std::size_t serial_digits = 20; // what virtio carries
constexpr std::size_t largest_serial = 256;
constexpr std::string_view front_end = "xvdq";
constexpr int looks = 10; // the kernel ends an unused mapping in the background
constexpr std::chrono::milliseconds between_looks{20};

std::string serial_of(const fs::path& disk)
{
    try {
        auto serial = read_file(disk / "serial", largest_serial);
        while (serial.ends_with('\n')) {
            serial.pop_back();
        }
        return serial;
    } catch (const Error&) {
        return {}; // has none, or is just going away
    }
}

std::optional<fs::path> if_there(fs::path path)
{
    return fs::exists(path) ? std::optional(std::move(path)) : std::nullopt;
}

bool is_start_of_root(std::string_view serial)
{
    return serial.size() == serial_digits &&
           std::ranges::all_of(serial, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

/// Nothing for a disk that is no volume's.
std::optional<std::string> hosts_word(const fs::path& disks, const std::string& name)
{
    const bool is_ours = name.size() == front_end.size() + 1 && name.starts_with(front_end);
    if (is_ours && name.back() >= 'a' && name.back() <= 'z') {
        return name.substr(front_end.size());
    }
    auto serial = serial_of(disks / name);
    return is_start_of_root(serial) ? std::optional(std::move(serial)) : std::nullopt;
}

/// Mounts and mappings claim their disk for themselves alone.
bool is_claimed(const fs::path& device)
{
    const Fd fd(::open(device.c_str(), O_RDONLY | O_EXCL | O_CLOEXEC));
    return !fd && errno == EBUSY;
}

/// Devices of disks that could be volumes' and are not announced, with the host's word for each.
std::map<fs::path, std::string> unannounced_disks(const Surroundings& where, const Announcements& announcements)
{
    std::map<fs::path, std::string> found;
    const auto disks = where.sys / "block";
    if (!fs::exists(disks)) {
        return found;
    }
    for (const auto& name : names_in(disks)) {
        const auto device = where.dev / name;
        const bool announced = std::ranges::any_of(announcements.found, [&](const Announced& one) {
            return one.device == device || one.device_of_base == device;
        });
        if (auto word = announced ? std::nullopt : hosts_word(disks, name)) {
            found.emplace(device, *std::move(word));
        }
    }
    return found;
}

} // namespace

std::vector<std::string> disks_in_use(const Surroundings& where, const Announcements& announcements)
{
    auto disks = unannounced_disks(where, announcements);
    for (int look = 0; look < looks; ++look) {
        std::erase_if(disks, [](const auto& disk) { return !is_claimed(disk.first); });
        if (disks.empty()) {
            break;
        }
        std::this_thread::sleep_for(between_looks);
    }
    std::vector<std::string> words;
    for (auto& [device, word] : disks) {
        words.push_back(std::move(word));
    }
    return words;
}

std::optional<fs::path> disk_with_serial(const Surroundings& where, std::string_view serial)
{
    const auto disks = where.sys / "block";
    if (!fs::exists(disks)) {
        return std::nullopt;
    }
    for (const auto& name : names_in(disks)) {
        if (serial_of(disks / name) == serial) {
            return if_there(where.dev / name);
        }
    }
    return std::nullopt;
}

std::optional<fs::path> disk_of(const Surroundings& where, const Notice& notice)
{
    if (const auto* const named = std::get_if<fs::path>(&notice.place)) {
        return if_there(*named);
    }
    if (auto disk = disk_with_serial(where, notice.volume.volume.hex().substr(0, serial_digits))) {
        return disk;
    }
    const auto letter = letter_of_slot(notice.slot);
    return letter ? if_there(where.dev / (std::string(front_end) + *letter)) : std::nullopt;
}

void drop_cached(const fs::path& device)
{
    const Fd fd(::open(device.c_str(), O_RDONLY | O_CLOEXEC));
    if (fd) {
        ::ioctl(fd.get(), BLKFLSBUF, 0);
    }
}

std::string read_beginning(const fs::path& device, std::size_t cap)
{
    const Fd fd(::open(device.c_str(), O_RDONLY | O_CLOEXEC));
    if (!fd) {
        throw system_error("open " + device.string(), errno);
    }
    std::string bytes(cap, '\0');
    std::size_t done = 0;
    while (done < cap) {
        const auto got = ::read(fd.get(), bytes.data() + done, cap - done);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            throw system_error("read " + device.string(), errno);
        }
        if (got == 0) {
            break;
        }
        done += static_cast<std::size_t>(got);
    }
    bytes.resize(done);
    return bytes;
}

} // namespace qpkg::agent

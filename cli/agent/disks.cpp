// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/agent/disks.hpp"

#include "cli/agent/small_files.hpp"

#include "qpkg/base/error.hpp"
#include "qpkg/base/fd.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

namespace qpkg::agent {
namespace {

constexpr std::size_t serial_digits = 20; // what virtio carries
constexpr std::size_t largest_serial = 256;
constexpr const char* front_end = "xvdq";

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

} // namespace

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
    return if_there(where.dev / (front_end + notice.slot));
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

// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/verity_device.hpp"

#include "qpkg/core/error.hpp"
#include "qpkg/core/fd.hpp"

#include <fcntl.h>
#include <linux/dm-ioctl.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <string>

namespace qpkg::agent {
namespace {

namespace fs = std::filesystem;

constexpr const char* control = "/dev/mapper/control";
constexpr unsigned misc_major = 10;
constexpr unsigned mapper_minor = 236; // MAPPER_CTRL_MINOR, by which the kernel finds its module
constexpr unsigned most_of_one_volume = 1000;
constexpr std::size_t sector = 512;
constexpr std::size_t block = 4096;
constexpr std::size_t digits_in_name = 20;
constexpr std::array<std::uint32_t, 3> interface {
    4, 41, 0
}; // the first with DM_GET_TARGET_VERSION: Linux 5.6

/// One request to the device mapper: what the kernel calls `struct dm_ioctl`, with room for a table.
class Request {
public:
    explicit Request(const std::string& name) : Request(std::uint64_t{0}) { copy(name, head_.name, sizeof head_.name); }

    explicit Request(std::uint64_t device)
    {
        std::ranges::copy(interface, head_.version);
        head_.data_size = sizeof(Request);
        head_.data_start = sizeof head_;
        head_.dev = device;
    }

    Request& with_flags(std::uint32_t flags)
    {
        head_.flags |= flags;
        return *this;
    }

    /// One target over the whole device.
    Request& with_target(const std::string& type, std::uint64_t sectors, const std::string& parameters)
    {
        head_.target_count = 1;
        dm_target_spec spec{};
        spec.length = sectors;
        copy(type, spec.target_type, sizeof spec.target_type);
        spec.next = static_cast<std::uint32_t>((sizeof spec + parameters.size() + 8) & ~std::size_t{7});
        std::memcpy(table_.data(), &spec, sizeof spec);
        copy(parameters, table_.data() + sizeof spec, table_.size() - sizeof spec);
        return *this;
    }

    bool send(const Fd& mapper, unsigned long what) { return ::ioctl(mapper.get(), what, this) == 0; }

    std::uint64_t device() const { return head_.dev; }

private:
    static void copy(const std::string& text, char* place, std::size_t room)
    {
        if (text.size() >= room) {
            throw Error(Code::bug, "\"" + text + "\" is too long for the device mapper");
        }
        std::memcpy(place, text.c_str(), text.size() + 1);
    }

    dm_ioctl head_{};
    alignas(8) std::array<char, 1024> table_{};
};

/// The kernel loads what it has for the node when that is opened.
Fd open_mapper()
{
    if (!fs::exists(control)) {
        ::mkdir("/dev/mapper", 0755);
        ::mknod(control, S_IFCHR | 0600, ::makedev(misc_major, mapper_minor));
    }
    return Fd(::open(control, O_RDWR | O_CLOEXEC));
}

std::string number_of(const fs::path& disk)
{
    struct stat info {};
    if (::stat(disk.c_str(), &info) != 0 || !S_ISBLK(info.st_mode)) {
        throw Error(Code::failed, disk.string() + " is no block device");
    }
    return std::to_string(::major(info.st_rdev)) + ':' + std::to_string(::minor(info.st_rdev));
}

/// A name of its own: a volume that programs still hold after it was unmounted keeps the one it had.
Request create(const Fd& mapper, const std::string& prefix)
{
    for (unsigned number = 0; number < most_of_one_volume; ++number) {
        Request made(prefix + '-' + std::to_string(number));
        if (made.send(mapper, DM_DEV_CREATE)) {
            return made;
        }
        if (errno != EBUSY) {
            break;
        }
    }
    throw system_error("make the device " + prefix, errno);
}

} // namespace

VerityDevice::VerityDevice(std::uint64_t device)
    : device_(device), path_("/dev/dm-" + std::to_string(::minor(static_cast<dev_t>(device))))
{
}

VerityDevice::VerityDevice(VerityDevice&& other) noexcept
    : device_(std::exchange(other.device_, 0)), path_(std::move(other.path_))
{
}

VerityDevice::~VerityDevice()
{
    if (device_ != 0) {
        Request(device_).with_flags(DM_DEFERRED_REMOVE).send(open_mapper(), DM_DEV_REMOVE);
    }
}

std::optional<VerityDevice> VerityDevice::open(const fs::path& disk, const VolumeId& root, std::uint32_t blocks)
{
    const auto mapper = open_mapper();
    if (!mapper || !Request("verity").send(mapper, DM_GET_TARGET_VERSION)) {
        return std::nullopt;
    }
    const auto number = number_of(disk);
    const auto count = std::to_string(blocks);
    const auto size = std::to_string(block);
    VerityDevice device(create(mapper, "qpkg-" + root.hex().substr(0, digits_in_name)).device());
    // Hash format 1, data and tree on one disk, the tree right behind the data, no salt.
    const auto parameters = "1 " + number + ' ' + number + ' ' + size + ' ' + size + ' ' + count + ' ' + count +
                            " sha256 " + root.hex() + " -";
    if (!Request(device.device_)
             .with_flags(DM_READONLY_FLAG)
             .with_target("verity", std::uint64_t{blocks} * (block / sector), parameters)
             .send(mapper, DM_TABLE_LOAD) ||
        !Request(device.device_).send(mapper, DM_DEV_SUSPEND)) { // without its flag it means: go on
        throw system_error("check " + disk.string() + " by its root", errno);
    }
    return device;
}

} // namespace qpkg::agent

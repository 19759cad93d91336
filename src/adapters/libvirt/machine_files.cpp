// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/libvirt/machine_files.hpp"

#include "repo-format/guest/announcement.hpp"

#include "qpkg/base/log.hpp"
#include "qpkg/core/error.hpp"
#include "qpkg/core/fault.hpp"
#include "qpkg/core/files.hpp"
#include "qpkg/core/removal.hpp"
#include "qpkg/core/subprocess.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

namespace qpkg::libvirt {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t config_size = 64 * 1024;
constexpr std::uint64_t mebibyte = 1024 * 1024;
constexpr const char* forgotten_prefix = ".removed-";
constexpr int config_names = 3; // a running machine has one, the next start another

void make_file_system(const fs::path& image, std::uint64_t size)
{
    const auto fd = files::open(image, O_RDWR | O_CREAT | O_TRUNC, 0600);
    if (::ftruncate(fd.get(), static_cast<off_t>(size * mebibyte)) != 0) {
        throw system_error("make " + image.string(), errno);
    }
    // /usr/sbin is on few users' PATH. The file is new: nothing has to be discarded in it.
    const Command command{
        .argv = {"mkfs.ext4", "-q", "-F", "-E", "nodiscard,lazy_itable_init=1", "-L", "qpkg-private", image.string()},
        .environment = {{"PATH", "/usr/sbin:/sbin:/usr/bin:/bin"}}};
    run_checked(command, "make a file system in " + image.string());
    files::sync_file(fd.get());
}

/// Where something was mounted into it meanwhile it stays, and hinders nobody.
void remove_or_warn(const fs::path& forgotten)
{
    try {
        files::remove_tree(forgotten);
    } catch (const Error& error) {
        log::warning("what is left of a removed machine stays: " + std::string(error.what()));
    }
}

} // namespace

std::string config_disk(std::span<const VolumeSlot> slots)
{
    std::string text = "qpkg-announced-2\n";
    std::size_t number = 0;
    for (const auto& slot : slots) {
        text += "s" + std::to_string(number++) + ' ' + encode_slot(slot) + '\n';
    }
    if (text.size() > config_size) {
        throw Error(Code::no_space, "what a qube is told of its apps is larger than a config disk");
    }
    text.resize(config_size, '\0');
    return text;
}

void MachineFiles::prepare(const QubeName& qube, std::uint64_t size) const
{
    // The user that QEMU runs as passes through, and lists nothing.
    files::make_directories(directory_, 0711);
    files::make_directories(of(qube), 0711);
    const auto disk = private_disk(qube);
    if (fs::exists(disk)) {
        return;
    }
    const auto unfinished = of(qube) / "private.new";
    make_file_system(unfinished, size);
    fault_point("libvirt.private-made");
    files::rename_durably(unfinished, disk);
}

fs::path MachineFiles::new_config(const QubeName& qube, std::span<const VolumeSlot> slots,
                                  const std::set<fs::path>& used) const
{
    for (int number = 1; number <= config_names; ++number) {
        auto file = of(qube) / ("announced-" + std::to_string(number));
        if (!used.contains(file)) {
            files::write(file, config_disk(slots));
            fault_point("libvirt.config");
            return file;
        }
    }
    throw Error(Code::bug, "all config disks of " + qube.text() + " are in use");
}

void MachineFiles::change_config(const fs::path& file, std::span<const VolumeSlot> slots)
{
    const auto text = config_disk(slots);
    const auto fd = files::open(file, O_WRONLY);
    if (::pwrite(fd.get(), text.data(), text.size(), 0) != static_cast<ssize_t>(text.size())) {
        throw system_error("write " + file.string(), errno);
    }
}

void MachineFiles::forget(const QubeName& qube) const
{
    remove_forgotten();
    if (fs::exists(of(qube))) {
        files::require_removable(of(qube));
        auto place = directory_ / (forgotten_prefix + qube.text());
        for (int number = 2; fs::exists(place); ++number) {
            place = directory_ / (forgotten_prefix + qube.text() + '-' + std::to_string(number));
        }
        files::rename_durably(of(qube), place);
        fault_point("libvirt.forgotten");
    }
}

void MachineFiles::remove_forgotten() const
{
    if (!fs::exists(directory_)) {
        return;
    }
    for (const auto& entry : fs::directory_iterator(directory_)) {
        if (entry.path().filename().string().starts_with(forgotten_prefix)) {
            remove_or_warn(entry.path());
        }
    }
}

} // namespace qpkg::libvirt

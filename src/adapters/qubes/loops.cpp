// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/qubes/loops.hpp"

#include "qpkg/core/error.hpp"
#include "qpkg/core/fault.hpp"
#include "qpkg/core/files.hpp"
#include "qpkg/core/subprocess.hpp"
#include "qpkg/core/text.hpp"

namespace qpkg::qubes {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view device_directory = "/dev/";
constexpr std::string_view image_suffix = ".erofs";
constexpr std::string_view removed_mark = " (deleted)"; ///< of the kernel, behind the path
constexpr std::size_t root_digits = 64;

bool is_loop_device(std::string_view path)
{
    constexpr std::string_view start = "/dev/loop";
    return path.starts_with(start) && path.size() > start.size() &&
           path.find_first_not_of("0123456789", start.size()) == std::string_view::npos;
}

} // namespace

std::optional<VolumeId> volume_of_image(std::string_view path)
{
    if (!path.ends_with(image_suffix) || path.size() < root_digits + image_suffix.size()) {
        return std::nullopt;
    }
    path.remove_suffix(image_suffix.size());
    return VolumeId::from_hex(path.substr(path.size() - root_digits));
}

fs::path Loops::link_of(const QubeName& qube, const VolumeId& volume) const
{
    return directory_ / qube.text() / (volume.hex() + std::string(image_suffix));
}

std::map<std::string, std::string> Loops::all() const
{
    // `--associated FILE` would compare inodes, and find the devices of other qubes as well.
    const auto listed = run_checked(
        {.argv = {losetup_, "--list", "--noheadings", "--raw", "--output", "NAME,BACK-FILE"}}, "list loop devices");
    std::map<std::string, std::string> devices;
    for (const auto& line : text::split(listed.output, '\n')) {
        const auto blank = line.find(' ');
        if (blank != std::string::npos && is_loop_device(line.substr(0, blank))) {
            auto backing = line.substr(blank + 1);
            if (backing.ends_with(removed_mark)) {
                backing.resize(backing.size() - removed_mark.size());
            }
            devices.emplace(line.substr(device_directory.size(), blank - device_directory.size()), std::move(backing));
        }
    }
    return devices;
}

std::string Loops::open(const QubeName& qube, const VolumeId& volume, const fs::path& image) const
{
    const auto link = link_of(qube, volume);
    files::make_directories(link.parent_path(), 0700);
    std::error_code error;
    fs::create_hard_link(image, link, error);
    if (error && error != std::errc::file_exists) {
        throw system_error("link " + image.string() + " to " + link.string(), error.value());
    }
    fault_point("qubes.linked");
    for (const auto& [device, backing] : all()) {
        if (backing == link.string()) {
            return device;
        }
    }
    auto made = run_checked({.argv = {losetup_, "--find", "--show", "--read-only", link.string()}},
                            "make a loop device of " + link.string())
                    .output;
    while (made.ends_with('\n')) {
        made.pop_back();
    }
    if (!is_loop_device(made)) {
        throw Error(Code::failed, losetup_ + " made no loop device but \"" + text::escaped(made) + '"');
    }
    fault_point("qubes.looped");
    return made.substr(device_directory.size());
}

void Loops::close_link(const fs::path& link) const
{
    for (const auto& [device, backing] : all()) {
        if (backing == link.string()) {
            run_checked({.argv = {losetup_, "--detach", std::string(device_directory) + device}},
                        "end the loop device " + device);
        }
    }
    fs::remove(link);
}

void Loops::close(const QubeName& qube, const VolumeId& volume) const
{
    const auto link = link_of(qube, volume);
    if (fs::exists(link)) {
        close_link(link);
    }
}

std::map<std::string, std::string> Loops::own() const
{
    auto devices = all();
    const auto place = fs::weakly_canonical(directory_).string() + '/';
    std::erase_if(devices, [&](const auto& device) { return !device.second.starts_with(place); });
    return devices;
}

bool Loops::any() const
{
    std::error_code absent;
    return fs::directory_iterator(directory_, absent) != fs::directory_iterator() || !own().empty();
}

void Loops::close_all_but(const std::map<QubeName, Use>& in_use) const
{
    const auto is_used = [&](const fs::path& link) {
        const auto qube = QubeName::parse(link.parent_path().filename().string());
        const auto volume = volume_of_image(link.string());
        const auto used = qube ? in_use.find(*qube) : in_use.end();
        return used != in_use.end() && (!used->second || (volume && used->second->contains(*volume)));
    };
    for (const auto& [device, backing] : own()) {
        if (!is_used(backing)) {
            run_checked({.argv = {losetup_, "--detach", std::string(device_directory) + device}},
                        "end the loop device " + device);
        }
    }
    std::error_code absent;
    for (const auto& qube : fs::directory_iterator(directory_, absent)) {
        if (!QubeName::parse(qube.path().filename().string()) || !qube.is_directory()) {
            continue;
        }
        for (const auto& link : fs::directory_iterator(qube)) {
            if (!is_used(link.path())) {
                fs::remove(link.path());
            }
        }
        if (fs::is_empty(qube.path())) {
            fs::remove(qube.path());
        }
    }
}

} // namespace qpkg::qubes

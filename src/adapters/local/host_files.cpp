// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/local/host_files.hpp"

#include "qpkg/core/error.hpp"
#include "qpkg/core/files.hpp"

#include <fcntl.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <cerrno>
#include <string_view>
#include <system_error>

namespace qpkg::local {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t largest_host_file = 1024 * 1024;
constexpr std::string_view zones = "/usr/share/zoneinfo/";
constexpr std::uint32_t all_changes = IN_CLOSE_WRITE | IN_CREATE | IN_MOVED_TO | IN_DELETE;

/// "Europe/Berlin"; nothing where the host's clock has a file of its own.
std::string name_of_zone()
{
    std::error_code no_link;
    auto name = fs::canonical("/etc/localtime", no_link).string();
    return name.starts_with(zones) ? name.substr(zones.size()) + '\n' : "";
}

std::string content_of(const HostFile& file)
{
    if (std::string_view(file.name) == "timezone") {
        return name_of_zone();
    }
    try {
        return files::read_if_exists(file.source, largest_host_file).value_or("");
    } catch (const Error&) {
        return {}; // a link to a place that is not there yet, for one
    }
}

} // namespace

HostFiles::HostFiles(const fs::path& directory)
    : directory_(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)),
      changes_(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK))
{
    if (!directory_) {
        throw system_error("follow the host's files", errno);
    }
    follow();
}

void HostFiles::follow()
{
    std::array<char, 4096> events{};
    while (::read(changes_.get(), events.data(), events.size()) > 0) {
    }
    watch(); // before it is read: what changes from now on is told
    for (const auto& file : host_files) {
        copy(file);
    }
}

/// The folders of names: the files themselves may be replaced. A folder that is watched already stays so.
void HostFiles::watch()
{
    for (const auto& file : host_files) {
        std::error_code absent;
        const auto target = fs::weakly_canonical(file.source, absent);
        for (const auto& folder : {fs::path(file.source).parent_path(), target.parent_path()}) {
            ::inotify_add_watch(changes_.get(), folder.c_str(), all_changes | IN_ONLYDIR);
        }
    }
}

void HostFiles::copy(const HostFile& file)
{
    auto content = content_of(file);
    const auto known = copied_.find(file.name);
    if (known != copied_.end() && known->second == content) {
        return;
    }
    const Fd fd(::openat(directory_.get(), file.name, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644));
    if (!fd) {
        throw system_error(std::string("write ") + file.name, errno);
    }
    files::write_all(fd.get(), content); // never empty in between, as it would be with O_TRUNC
    if (::ftruncate(fd.get(), static_cast<off_t>(content.size())) != 0) {
        throw system_error(std::string("write ") + file.name, errno);
    }
    copied_[file.name] = std::move(content);
}

} // namespace qpkg::local

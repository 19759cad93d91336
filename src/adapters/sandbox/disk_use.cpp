// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/sandbox/limits.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <memory>
#include <string_view>

namespace qpkg::sandbox {
namespace {

constexpr int most_nested = 256; // each level holds a descriptor open
constexpr std::uint64_t block = 512;

struct CloseDirectory {
    void operator()(DIR* directory) const noexcept { ::closedir(directory); }
};

std::uint64_t use_below(Fd fd, int level)
{
    if (level > most_nested) {
        throw Error(Code::no_space, "directories nested more than " + std::to_string(most_nested) + " deep");
    }
    const std::unique_ptr<DIR, CloseDirectory> directory(::fdopendir(fd.release()));
    std::uint64_t bytes = 0;
    while (const dirent* entry = directory ? ::readdir(directory.get()) : nullptr) {
        const std::string_view name = entry->d_name;
        struct stat info {};
        if (name == "." || name == ".." ||
            ::fstatat(::dirfd(directory.get()), entry->d_name, &info, AT_SYMLINK_NOFOLLOW) != 0) {
            continue;
        }
        if (S_ISDIR(info.st_mode)) {
            bytes += static_cast<std::uint64_t>(info.st_blocks) * block;
            Fd below(
                ::openat(::dirfd(directory.get()), entry->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
            if (below) {
                bytes += use_below(std::move(below), level + 1);
            }
        } else { // each of several names counts for its share
            bytes += static_cast<std::uint64_t>(info.st_blocks) * block / std::max<std::uint64_t>(info.st_nlink, 1);
        }
    }
    return bytes;
}

} // namespace

std::uint64_t disk_use(const std::filesystem::path& directory)
{
    Fd fd(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    return fd ? use_below(std::move(fd), 0) : 0;
}

} // namespace qpkg::sandbox

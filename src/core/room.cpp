// SPDX-License-Identifier: LGPL-2.1-or-later
#include "qpkg/core/room.hpp"

#include "qpkg/core/error.hpp"
#include "qpkg/core/text.hpp"

#include <sys/statvfs.h>

#include <cerrno>
#include <limits>
#include <string>

namespace qpkg::files {
namespace {

constexpr const char* way_out = ", for example with `qpkg gc --keep 0`";

} // namespace

Room room_at(const std::filesystem::path& path)
{
    struct statvfs info {};
    if (::statvfs(path.c_str(), &info) != 0) {
        throw system_error("ask for the free space of " + path.string(), errno);
    }
    const bool counted = info.f_files > 0;
    return {std::uint64_t{info.f_bavail} * info.f_frsize,
            counted ? std::uint64_t{info.f_favail} : std::numeric_limits<std::uint64_t>::max()};
}

void require_room(const Room& free, const Room& needed, const std::filesystem::path& path)
{
    if (needed.bytes > free.bytes) {
        throw Error(Code::no_space,
                    "not enough space in " + path.string() + ": " + text::human_size(needed.bytes) + " needed, " +
                        text::human_size(free.bytes) + " free",
                    "free " + text::human_size(needed.bytes - free.bytes) + way_out);
    }
    if (needed.files > free.files) {
        throw Error(Code::no_space,
                    "not enough inodes in " + path.string() + ": " + std::to_string(needed.files) +
                        " new files needed, room for " + std::to_string(free.files),
                    "remove " + std::to_string(needed.files - free.files) + " files" + way_out);
    }
}

void require_room(const std::filesystem::path& path, const Room& needed) { require_room(room_at(path), needed, path); }

} // namespace qpkg::files

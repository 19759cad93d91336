// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/erofs/placement.hpp"

#include "adapters/erofs/layout.hpp"

#include "qpkg/core/error.hpp"
#include "qpkg/core/files.hpp"
#include "qpkg/core/sparse_file.hpp"

#include <fcntl.h>
#include <linux/fiemap.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <span>
#include <vector>

namespace qpkg::erofs {
namespace {

constexpr std::size_t copy_buffer = 1024 * 1024;

void require_length(int file, std::uint64_t length)
{
    struct stat info {};
    if (::fstat(file, &info) != 0 || static_cast<std::uint64_t>(info.st_size) < length) {
        throw Error(Code::corrupt, "a file of the object store is shorter than it was");
    }
}

/// Whether this file system will refuse every clone, not just this one.
bool never_clones(int error) { return error == EOPNOTSUPP || error == ENOTTY || error == EXDEV || error == ENOSYS; }

} // namespace

void Placer::place(int source, std::uint64_t source_offset, std::uint64_t length, std::uint64_t target_offset)
{
    if (clone(source, source_offset, length, target_offset)) {
        shared_ += length;
        return;
    }
    require_length(source, source_offset + length); // beyond the end there is a hole, too
    files::each_filled_part(source, source_offset, length, [&](std::uint64_t offset, std::uint64_t filled) {
        const auto target = target_offset + (offset - source_offset);
        if (!copy_in_kernel(source, offset, filled, target)) {
            copy(source, offset, filled, target);
        }
        written_ += filled;
    });
}

bool Placer::clone(int source, std::uint64_t source_offset, std::uint64_t length, std::uint64_t target_offset)
{
    if (!can_clone_) {
        return false;
    }
    struct file_clone_range range {
        source, source_offset, length, target_offset
    };
    if (::ioctl(target_, FICLONERANGE, &range) == 0) {
        return true;
    }
    if (errno == ENOSPC || errno == EDQUOT || errno == EIO) {
        throw system_error("clone file data", errno);
    }
    can_clone_ = !never_clones(errno);
    return false;
}

bool Placer::copy_in_kernel(int source, std::uint64_t source_offset, std::uint64_t length, std::uint64_t target_offset)
{
    auto from = static_cast<off64_t>(source_offset);
    auto to = static_cast<off64_t>(target_offset);
    while (can_copy_in_kernel_ && length > 0) {
        const auto copied = ::copy_file_range(source, &from, target_, &to, length, 0);
        if (copied < 0 && (errno == ENOSPC || errno == EDQUOT || errno == EIO)) {
            throw system_error("copy file data", errno);
        }
        if (copied <= 0) {
            can_copy_in_kernel_ = copied == 0;
            return false;
        }
        length -= static_cast<std::uint64_t>(copied);
    }
    return length == 0;
}

void Placer::copy(int source, std::uint64_t source_offset, std::uint64_t length, std::uint64_t target_offset)
{
    while (length > 0) {
        const auto bytes = read_at(source, source_offset, std::min<std::uint64_t>(copy_buffer, length));
        if (bytes.empty()) {
            throw Error(Code::corrupt, "a file of the object store is shorter than it was");
        }
        write(bytes, target_offset);
        written_ -= bytes.size(); // `place` counts them
        source_offset += bytes.size();
        target_offset += bytes.size();
        length -= bytes.size();
    }
}

void Placer::write(std::string_view bytes, std::uint64_t target_offset)
{
    written_ += bytes.size();
    while (!bytes.empty()) {
        const auto done = ::pwrite(target_, bytes.data(), bytes.size(), static_cast<off_t>(target_offset));
        if (done < 0 && errno != EINTR) {
            throw system_error("write", errno);
        }
        if (done > 0) {
            bytes.remove_prefix(static_cast<std::size_t>(done));
            target_offset += static_cast<std::uint64_t>(done);
        }
    }
}

void Placer::begin_writeback(std::uint64_t offset, std::uint64_t length) const
{
    ::sync_file_range(target_, static_cast<off64_t>(offset), static_cast<off64_t>(length), SYNC_FILE_RANGE_WRITE);
}

void Placer::read_back(std::string& buffer, std::uint64_t offset, std::size_t size) const
{
    read_into(buffer, target_, offset, size);
}

namespace {

std::size_t read_up_to(int fd, std::uint64_t offset, std::span<char> buffer)
{
    std::size_t have = 0;
    while (have < buffer.size()) {
        const auto got = ::pread(fd, buffer.data() + have, buffer.size() - have, static_cast<off_t>(offset + have));
        if (got < 0 && errno != EINTR) {
            throw system_error("read", errno);
        }
        if (got == 0) {
            break;
        }
        have += got > 0 ? static_cast<std::size_t>(got) : 0;
    }
    return have;
}

} // namespace

std::string read_at(int fd, std::uint64_t offset, std::size_t size)
{
    std::string bytes(size, '\0');
    bytes.resize(read_up_to(fd, offset, bytes));
    return bytes;
}

void read_into(std::string& buffer, int fd, std::uint64_t offset, std::size_t size)
{
    buffer.resize(size);
    if (read_up_to(fd, offset, buffer) != size) {
        throw Error(Code::corrupt, "a file is shorter than it was");
    }
}

namespace {

DataPlacement try_cloning_between(const Fd& source, const Fd& target)
{
    // A hole: nothing has to reach the disk first, as written bytes would have to.
    if (::ftruncate(source.get(), block_size) != 0) {
        throw system_error("resize a file", errno);
    }
    return ::ioctl(target.get(), FICLONE, source.get()) == 0 ? DataPlacement::clone : DataPlacement::copy;
}

} // namespace

std::optional<DataPlacement> try_cloning(const std::filesystem::path& directory)
{
    const auto nameless = [&] { return Fd(::open(directory.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600)); };
    const auto source = nameless();
    const auto target = nameless();
    if (!source || !target) {
        if (errno == EOPNOTSUPP || errno == EISDIR || errno == ENOENT || errno == EINVAL) {
            return std::nullopt;
        }
        throw system_error("make a file in " + directory.string(), errno);
    }
    return try_cloning_between(source, target);
}

DataPlacement try_cloning_by_name(const std::filesystem::path& directory)
{
    return try_cloning_between(files::open(directory / "clone-source", O_RDWR | O_CREAT),
                               files::open(directory / "clone-target", O_RDWR | O_CREAT));
}

std::uint64_t allocated_bytes(const std::filesystem::path& file)
{
    struct stat info {};
    return ::lstat(file.c_str(), &info) == 0 ? static_cast<std::uint64_t>(info.st_blocks) * 512 : 0;
}

std::uint64_t unshared_bytes(const std::filesystem::path& file)
{
    constexpr std::size_t extents_per_call = 512;
    const auto fd = files::open(file, O_RDONLY);
    std::vector<std::uint64_t> space((sizeof(struct fiemap) + extents_per_call * sizeof(struct fiemap_extent)) / 8 + 1);
    auto* const map = reinterpret_cast<struct fiemap*>(space.data());
    std::uint64_t bytes = 0;
    for (std::uint64_t next = 0;;) {
        std::memset(map, 0, sizeof *map);
        map->fm_start = next;
        map->fm_length = FIEMAP_MAX_OFFSET - next;
        map->fm_flags = FIEMAP_FLAG_SYNC;
        map->fm_extent_count = extents_per_call;
        if (::ioctl(fd.get(), FS_IOC_FIEMAP, map) != 0) {
            return allocated_bytes(file); // no extents to ask about, so none are shared
        }
        for (std::uint32_t i = 0; i < map->fm_mapped_extents; ++i) {
            const auto& extent = map->fm_extents[i];
            next = extent.fe_logical + extent.fe_length;
            bytes += (extent.fe_flags & FIEMAP_EXTENT_SHARED) == 0 ? extent.fe_length : 0;
            if ((extent.fe_flags & FIEMAP_EXTENT_LAST) != 0) {
                return bytes;
            }
        }
        if (map->fm_mapped_extents == 0) {
            return bytes;
        }
    }
}

} // namespace qpkg::erofs

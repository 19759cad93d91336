// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/ostree/file_object.hpp"

#include "repo-format/repo/tree_rules.hpp"

#include "qpkg/core/error.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <array>
#include <cerrno>

namespace qpkg::ostree {
namespace {

constexpr const char* attribute = "user.ostreemeta";

struct stat status_of(int fd)
{
    struct stat info {};
    if (::fstat(fd, &info) != 0) {
        throw system_error("stat", errno);
    }
    return info;
}

} // namespace

std::string read_target(int fd)
{
    std::array<char, 4097> buffer{};
    const auto got = ::pread(fd, buffer.data(), buffer.size(), 0);
    if (got < 0) {
        throw system_error("read a symlink's target", errno);
    }
    if (got == 0 || buffer.at(static_cast<std::size_t>(got) - 1) != '\0') {
        throw Error(Code::corrupt, "symlink object without its end");
    }
    return {buffer.data(), static_cast<std::size_t>(got) - 1};
}

bool has_header(int fd) { return ::fgetxattr(fd, attribute, nullptr, 0) > 0; }

FileHeader read_header(int fd)
{
    std::array<std::uint8_t, max_dirmeta> buffer{};
    const auto got = ::fgetxattr(fd, attribute, buffer.data(), buffer.size());
    if (got < 0) {
        throw Error(Code::corrupt, "no readable attribute user.ostreemeta");
    }
    const auto meta = parse_dirmeta(std::span(buffer).first(static_cast<std::size_t>(got)));
    FileHeader header{meta.uid, meta.gid, meta.mode, 0, {}, meta.xattrs};
    if (S_ISLNK(meta.mode)) {
        header.target = read_target(fd);
    }
    return header;
}

std::uint64_t content_size(int fd, const FileHeader& header)
{
    return S_ISLNK(header.mode) ? header.target.size() : static_cast<std::uint64_t>(status_of(fd).st_size);
}

void write_attributes(int fd, const FileHeader& header)
{
    const auto meta = encode(DirMeta{header.uid, header.gid, header.mode, header.xattrs});
    if (::fsetxattr(fd, attribute, meta.data(), meta.size(), 0) != 0) {
        throw system_error("set user.ostreemeta", errno);
    }
    const mode_t mode = S_ISREG(header.mode) ? (header.mode & 0775U) | S_IRUSR : 0644U;
    if (::fchmod(fd, mode) != 0) {
        throw system_error("set an object's mode", errno);
    }
    const std::array<timespec, 2> times{{{0, UTIME_OMIT}, {0, 0}}};
    if (::futimens(fd, times.data()) != 0) {
        throw system_error("set an object's time", errno);
    }
}

ObjectFacts facts_of(const FileHeader& header, ContentDigest::Result result)
{
    const bool link = S_ISLNK(header.mode);
    return {.id = result.id,
            .size = link ? header.target.size() : result.size,
            .kind = link ? NodeKind::symlink : NodeKind::file,
            .mode = static_cast<std::uint16_t>(header.mode & 07777U),
            .leaves = std::move(result.leaves)};
}

ObjectFacts hash_as(int fd, const FileHeader& header)
{
    check_file(header);
    ContentDigest digest(header);
    if (S_ISREG(header.mode)) {
        std::array<std::uint8_t, 256 * 1024> buffer; // NOLINT: no need to clear what read() fills
        for (off_t offset = 0;;) {
            const auto got = ::pread(fd, buffer.data(), buffer.size(), offset);
            if (got < 0) {
                throw system_error("read a file of the object store", errno);
            }
            if (got == 0) {
                break;
            }
            digest.update(std::span(buffer).first(static_cast<std::size_t>(got)));
            offset += got;
        }
    }
    return facts_of(header, digest.finish());
}

ObjectFacts hash_object(int fd, const Digest& id)
{
    auto facts = with_context("file " + id.hex(), [&] { return hash_as(fd, read_header(fd)); });
    if (facts.id != id) {
        throw Error(Code::corrupt, "file " + id.hex() + ": its bytes are not what its name says");
    }
    return facts;
}

} // namespace qpkg::ostree

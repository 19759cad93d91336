// SPDX-License-Identifier: LGPL-2.1-or-later
#include "qpkg/core/files.hpp"

#include "qpkg/core/bytes.hpp"
#include "qpkg/core/error.hpp"
#include "qpkg/core/fault.hpp"
#include "qpkg/core/interrupt.hpp"
#include "qpkg/core/modes.hpp"
#include "qpkg/core/removal.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <vector>

namespace qpkg::files {
namespace {

fs::path parent_of(const fs::path& path)
{
    const auto parent = path.parent_path();
    return parent.empty() ? fs::path(".") : parent;
}

/// A new file beside `path`, with a name of its own.
Fd create_beside(const fs::path& path, unsigned mode, std::string& name)
{
    constexpr int attempts = 100;
    for (int i = 0; i < attempts; ++i) {
        std::array<std::uint8_t, 6> random{};
        if (::getentropy(random.data(), random.size()) != 0) {
            throw system_error("ask for random bytes", errno);
        }
        name = path.string() + '.' + to_hex(random);
        Fd fd(::open(name.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode));
        if (fd) {
            return fd;
        }
        if (errno != EEXIST) {
            break;
        }
    }
    throw system_error("create a file beside " + path.string(), errno);
}

} // namespace

Fd open(const fs::path& path, int flags, unsigned mode)
{
    Fd fd(::open(path.c_str(), flags | O_CLOEXEC, mode));
    if (fd) {
        return fd;
    }
    if (errno == ENOENT) {
        throw Error(Code::not_found, "open " + path.string() + ": no such file");
    }
    throw system_error("open " + path.string(), errno);
}

std::string read(int fd, const fs::path& path, std::size_t cap)
{
    // What stat says is but where to begin: it may grow, and files of /proc say nothing.
    struct stat info {};
    const bool has_size = ::fstat(fd, &info) == 0 && S_ISREG(info.st_mode) && info.st_size > 0;
    auto piece = has_size ? static_cast<std::size_t>(info.st_size) + 1 : std::size_t{64 * 1024};
    std::string bytes;
    for (;;) {
        const auto had = bytes.size();
        bytes.resize(had + std::min(piece, cap + 1 - had));
        const auto got = ::read(fd, bytes.data() + had, bytes.size() - had);
        bytes.resize(had + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            throw system_error("read " + path.string(), errno);
        }
        if (got == 0) {
            return bytes;
        }
        piece = bytes.capacity() > bytes.size() ? bytes.capacity() - bytes.size() : 64 * 1024;
        if (bytes.size() > cap) {
            throw Error(Code::no_space, path.string() + ": larger than the " + std::to_string(cap) + " bytes allowed");
        }
    }
}

void each_piece(int fd, const fs::path& path, const std::function<void(std::span<const std::uint8_t>)>& take)
{
    std::vector<std::uint8_t> buffer(256 * 1024);
    for (;;) {
        interrupt::throw_if_requested();
        const auto got = ::read(fd, buffer.data(), buffer.size());
        if (got < 0 && errno != EINTR) {
            throw system_error("read " + path.string(), errno);
        }
        if (got == 0) {
            return;
        }
        if (got > 0) {
            take(std::span(buffer).first(static_cast<std::size_t>(got)));
        }
    }
}

std::string read(const fs::path& path, std::size_t cap) { return read(open(path, O_RDONLY).get(), path, cap); }

std::optional<std::string> read_if_exists(const fs::path& path, std::size_t cap)
{
    const Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!fd && errno == ENOENT) {
        return std::nullopt;
    }
    if (!fd) {
        throw system_error("open " + path.string(), errno);
    }
    return read(fd.get(), path, cap);
}

void write_all(int fd, std::span<const std::uint8_t> bytes)
{
    while (!bytes.empty()) {
        const auto written = ::write(fd, bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) {
            continue;
        }
        if (written < 0) {
            throw system_error("write", errno);
        }
        bytes = bytes.subspan(static_cast<std::size_t>(written));
    }
}

void write_all(int fd, std::string_view bytes) { write_all(fd, as_bytes(bytes)); }

void write(const fs::path& path, std::string_view bytes, unsigned mode, Durability durability)
{
    std::string temporary;
    const auto fd = create_beside(path, mode, temporary);
    try {
        with_context("write " + path.string(), [&] { write_all(fd.get(), bytes); });
        set_mode(fd.get(), mode, path);
        if (durability == Durability::durable) {
            sync_file(fd.get());
        }
        if (::rename(temporary.c_str(), path.c_str()) != 0) {
            throw system_error("rename to " + path.string(), errno);
        }
    } catch (...) {
        ::unlink(temporary.c_str());
        throw;
    }
    if (durability == Durability::durable) {
        sync_directory(parent_of(path));
    }
}

void sync_file(int fd)
{
#if QPKG_FAULTS
    if (fault_skips_sync(fs::read_symlink("/proc/self/fd/" + std::to_string(fd)).string())) {
        return;
    }
#endif
    if (::fsync(fd) != 0) {
        throw system_error("fsync", errno);
    }
}

void sync_directory(const fs::path& directory) { sync_file(open(directory, O_RDONLY | O_DIRECTORY).get()); }

void sync_filesystem(const fs::path& path)
{
    if (fault_skips_sync(path.string())) {
        return;
    }
    if (::syncfs(open(path, O_RDONLY).get()) != 0) {
        throw system_error("sync the file system of " + path.string(), errno);
    }
}

void rename_durably(const fs::path& from, const fs::path& to)
{
    if (::rename(from.c_str(), to.c_str()) != 0) {
        throw system_error("rename " + from.string() + " to " + to.string(), errno);
    }
    sync_directory(parent_of(to));
}

void replace_directory(const fs::path& from, const fs::path& to)
{
    if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_EXCHANGE) == 0) {
        sync_directory(parent_of(to));
        remove_tree(from);
        return;
    }
    if (errno != ENOENT) {
        throw system_error("put " + from.string() + " in the place of " + to.string(), errno);
    }
    rename_durably(from, to);
}

void remove_durably(const fs::path& path)
{
    if (::unlink(path.c_str()) != 0) {
        if (errno == ENOENT) {
            return;
        }
        throw system_error("remove " + path.string(), errno);
    }
    sync_directory(parent_of(path));
}

void make_directories(const fs::path& path, unsigned mode)
{
    if (path.empty() || fs::is_directory(path)) {
        return;
    }
    make_directories(path.parent_path(), mode);
    if (::mkdir(path.c_str(), mode) != 0 && errno != EEXIST) {
        throw system_error("make the directory " + path.string(), errno);
    }
    sync_directory(parent_of(path));
}

TemporaryDirectory::TemporaryDirectory(const fs::path& parent, std::string_view prefix)
{
    auto name = (parent / (std::string(prefix) + "XXXXXX")).string();
    if (::mkdtemp(name.data()) == nullptr) {
        throw system_error("make a temporary directory in " + parent.string(), errno);
    }
    path_ = name;
}

TemporaryDirectory::TemporaryDirectory(TemporaryDirectory&& other) noexcept : path_(std::exchange(other.path_, {})) {}

TemporaryDirectory::~TemporaryDirectory()
{
    if (!path_.empty()) {
        try_remove_tree(path_);
    }
}

} // namespace qpkg::files

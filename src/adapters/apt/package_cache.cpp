// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/apt/package_cache.hpp"

#include "adapters/apt/apt_text.hpp"
#include "adapters/apt/package_name.hpp"

#include "qpkg/core/error.hpp"
#include "qpkg/core/files.hpp"
#include "qpkg/core/interrupt.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <functional>
#include <vector>

namespace qpkg::apt {
namespace {

std::string place_of(const std::string& file_name) { return "apt/archives/" + file_name; }

const std::filesystem::path& made(const std::filesystem::path& directory)
{
    files::make_directories(directory);
    return directory;
}

Fd lock(const std::filesystem::path& directory)
{
    auto fd = files::open(directory, O_RDONLY | O_DIRECTORY);
    while (::flock(fd.get(), LOCK_EX | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK && errno != EINTR) {
            throw system_error("lock " + directory.string(), errno);
        }
        interrupt::throw_if_requested();
        ::usleep(100'000);
    }
    return fd;
}

} // namespace

PackageCache::PackageCache(const std::filesystem::path& directory) : tree_(made(directory)), lock_(lock(directory)) {}

std::optional<Digest> PackageCache::digest_of(const std::string& file_name) const
{
    if (!tree_.look(place_of(file_name))) {
        return std::nullopt;
    }
    Sha256 hash;
    files::each_piece(tree_.open_file(place_of(file_name)).get(), file_name,
                      [&](std::span<const std::uint8_t> bytes) { hash.update(bytes); });
    return hash.finish();
}

std::uint64_t PackageCache::size_of(const std::string& file_name) const
{
    const auto info = tree_.look(place_of(file_name));
    return info ? static_cast<std::uint64_t>(info->st_size) : 0;
}

std::int64_t PackageCache::time_of(const std::string& file_name) const
{
    std::array<char, 68> start{};
    const auto got = ::read(tree_.open_file(place_of(file_name)).get(), start.data(), start.size());
    return with_context(file_name, [&] {
        return deb_time({start.data(), got < 0 ? 0 : static_cast<std::size_t>(got)});
    });
}

void PackageCache::remove(const std::string& file_name) const { tree_.remove(place_of(file_name)); }

void PackageCache::put(const std::string& file_name, std::string_view bytes) const
{
    tree_.write(place_of(file_name), bytes);
}

void prepare_cache(const std::filesystem::path& directory)
{
    const ForeignTree cache(made(directory));
    cache.make_directories("lists/partial");
    cache.make_directories("apt/archives/partial");
}

void copy_package(const std::filesystem::path& cache, const LockedPackage& locked, const std::filesystem::path& to)
{
    const auto file_name = package_file_name(locked.package);
    const auto source = ForeignTree(cache).open_file(place_of(file_name));
    const auto target = files::open(to, O_WRONLY | O_CREAT | O_EXCL, 0644);
    Sha256 hash;
    files::each_piece(source.get(), file_name, [&](std::span<const std::uint8_t> bytes) {
        hash.update(bytes);
        files::write_all(target.get(), bytes);
    });
    if (hash.finish() != locked.package.sha256) {
        throw Error(Code::corrupt, "package file " + file_name + " is not what was chosen");
    }
}

} // namespace qpkg::apt

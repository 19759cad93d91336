// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/fetch/directory_fetcher.hpp"

#include "core/open_within.hpp"

#include "qpkg/core/error.hpp"
#include "qpkg/core/files.hpp"
#include "qpkg/core/interrupt.hpp"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>

namespace qpkg::fetch {
namespace {

/// Keeps what comes as one string.
class OneFile final : public FetchSink {
public:
    std::optional<std::string> bytes;

    void data(std::size_t, std::span<const std::uint8_t> piece) override
    {
        bytes = std::move(bytes).value_or(std::string());
        bytes->append(reinterpret_cast<const char*>(piece.data()), piece.size());
    }
    void complete(std::size_t) override { bytes = std::move(bytes).value_or(std::string()); }
    void absent(std::size_t) override { bytes.reset(); }
};

} // namespace

DirectoryFetcher::DirectoryFetcher(std::filesystem::path directory)
    : directory_(std::move(directory)), root_(files::open(directory_, O_RDONLY | O_DIRECTORY))
{
}

std::optional<std::string> DirectoryFetcher::get(const std::string& path, std::uint64_t cap)
{
    const std::array<FetchRequest, 1> request{FetchRequest{path, cap}};
    OneFile file;
    get_many(request, file);
    return std::move(file.bytes);
}

void DirectoryFetcher::get_many(std::span<const FetchRequest> requests, FetchSink& sink)
{
    for (std::size_t i = 0; i < requests.size(); ++i) {
        interrupt::throw_if_requested();
        const auto fd = open(requests[i].path);
        if (!fd) {
            sink.absent(i);
            continue;
        }
        stream(requests[i], i, fd.get(), sink);
        sink.complete(i);
    }
}

Fd DirectoryFetcher::open(const std::string& path) const
{
    auto fd = open_within(root_.get(), path.c_str(), O_RDONLY | O_NONBLOCK, RESOLVE_BENEATH);
    const auto where = (directory_ / path).string();
    if (!fd) {
        if (errno == ENOENT || errno == ENOTDIR) {
            return fd;
        }
        if (errno == EXDEV) {
            throw Error(Code::failed, "read " + where + ": leads out of the repository");
        }
        throw system_error("open " + where, errno);
    }
    struct stat info {};
    if (::fstat(fd.get(), &info) != 0 || !S_ISREG(info.st_mode)) {
        throw Error(Code::failed, "read " + where + ": not a regular file");
    }
    return fd;
}

void DirectoryFetcher::stream(const FetchRequest& request, std::size_t index, int fd, FetchSink& sink) const
{
    const auto where = (directory_ / request.path).string();
    std::array<std::uint8_t, 128 * 1024> buffer; // NOLINT: no need to clear what read() fills
    std::uint64_t total = 0;
    for (;;) {
        const auto got = ::read(fd, buffer.data(), buffer.size());
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            throw system_error("read " + where, errno);
        }
        if (got == 0) {
            return;
        }
        total += static_cast<std::uint64_t>(got);
        if (total > request.cap) {
            throw Error(Code::no_space, where + ": larger than the " + std::to_string(request.cap) + " bytes allowed");
        }
        sink.data(index, std::span(buffer).first(static_cast<std::size_t>(got)));
    }
}

} // namespace qpkg::fetch

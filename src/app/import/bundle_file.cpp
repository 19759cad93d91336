// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/import/bundle_file.hpp"

#include "qpkg/core/files.hpp"
#include "qpkg/core/interrupt.hpp"
#include "qpkg/core/text.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace qpkg::app {
namespace {

constexpr std::size_t read_at_once = 1024 * 1024;

/// Fills `buffer`. Error failed when the file ends before.
void read_at(int fd, std::span<std::uint8_t> buffer, std::uint64_t offset)
{
    while (!buffer.empty()) {
        const auto got = ::pread(fd, buffer.data(), buffer.size(), static_cast<off_t>(offset));
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            throw system_error("read the bundle", errno);
        }
        if (got == 0) {
            throw cut_off(offset, offset + buffer.size());
        }
        offset += static_cast<std::uint64_t>(got);
        buffer = buffer.subspan(static_cast<std::size_t>(got));
    }
}

std::string read_string(int fd, std::uint64_t length, std::uint64_t offset)
{
    std::string bytes(length, '\0');
    read_at(fd, {reinterpret_cast<std::uint8_t*>(bytes.data()), bytes.size()}, offset);
    return bytes;
}

std::uint64_t size_of(int fd)
{
    struct stat info {};
    if (::fstat(fd, &info) != 0) {
        throw system_error("stat the bundle", errno);
    }
    return static_cast<std::uint64_t>(info.st_size);
}

Error damaged(std::size_t index, const bundle::Section& section)
{
    return {Code::corrupt, "damaged in transfer: " + bundle::describe(index, section)};
}

} // namespace

Error cut_off(std::uint64_t found, std::uint64_t expected)
{
    return {Code::failed,
            "the bundle is cut off: " + std::to_string(found) + " of at least " + std::to_string(expected) +
                " bytes came",
            "nothing has changed; copy it again and import it again"};
}

Fd open_foreign(const std::filesystem::path& path)
{
    const auto shown = text::escaped(path.string());
    Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY));
    if (!fd) {
        if (errno == ELOOP) {
            throw Error(Code::corrupt, shown + ": a link, expected a regular file");
        }
        if (errno == ENXIO) {
            throw Error(Code::corrupt, shown + ": not a regular file");
        }
        throw errno == ENOENT ? Error(Code::not_found, "open " + shown + ": no such file")
                              : system_error("open " + shown, errno);
    }
    struct stat info {};
    if (::fstat(fd.get(), &info) != 0 || !S_ISREG(info.st_mode)) {
        throw Error(Code::corrupt, shown + ": not a regular file");
    }
    if ((info.st_mode & (S_ISUID | S_ISGID)) != 0) {
        throw Error(Code::corrupt, shown + ": a setuid file, expected plain data");
    }
    return fd;
}

BundleFile BundleFile::open(const std::filesystem::path& path)
{
    auto file = open_foreign(path);
    return with_context(text::escaped(path.string()), [&] {
        const auto size = size_of(file.get());
        const auto front = read_string(file.get(), bundle::header_size, 0);
        const auto header = bundle::parse_header(as_bytes(front));
        if (size < header.length) {
            throw cut_off(size, header.length);
        }
        if (size > header.length) {
            throw Error(Code::no_space,
                        std::to_string(size) + " bytes, its header says " + std::to_string(header.length));
        }
        const auto table = read_string(file.get(), header.table_length(), bundle::header_size);
        return BundleFile(std::move(file), bundle::parse_table(header, as_bytes(table)));
    });
}

BundleFile::BundleFile(Fd file, std::vector<bundle::Section> sections)
    : file_(std::move(file)), sections_(std::move(sections))
{
    for (std::size_t i = 0; i < sections_.size(); ++i) {
        places_.emplace(sections_[i].key, i);
    }
}

std::optional<std::size_t> BundleFile::find(std::string_view path) const
{
    const auto found = places_.find(bundle::key_of(path));
    return found == places_.end() ? std::nullopt : std::optional(found->second);
}

std::string BundleFile::read(std::size_t index) const
{
    const auto& section = sections_.at(index);
    auto bytes = read_string(file_.get(), section.length, section.offset);
    if (sha256(std::string_view(bytes)) != section.sha256) {
        throw damaged(index, section);
    }
    return bytes;
}

void BundleFile::check(std::size_t index) const
{
    Sha256 hash;
    stream(index, [&](std::span<const std::uint8_t> bytes) { hash.update(bytes); });
    if (hash.finish() != sections_.at(index).sha256) {
        throw damaged(index, sections_.at(index));
    }
}

void BundleFile::stream(std::size_t index, const std::function<void(std::span<const std::uint8_t>)>& take) const
{
    const auto& section = sections_.at(index);
    std::vector<std::uint8_t> buffer(static_cast<std::size_t>(std::min<std::uint64_t>(read_at_once, section.length)));
    for (std::uint64_t done = 0; done < section.length;) {
        interrupt::throw_if_requested();
        const auto piece = std::min<std::uint64_t>(buffer.size(), section.length - done);
        const auto bytes = std::span(buffer).first(static_cast<std::size_t>(piece));
        read_at(file_.get(), bytes, section.offset + done);
        take(bytes);
        done += piece;
    }
}

std::vector<std::string> BundleFile::fingerprints() const
{
    const auto index = find(bundle::repository_path);
    const auto bytes = index ? read(*index) : std::string();
    if (bytes.empty() || bytes.size() % Digest::size != 0) {
        throw Error(Code::corrupt, "the bundle does not say which repository it is of");
    }
    std::vector<std::string> fingerprints;
    for (std::size_t i = 0; i < bytes.size(); i += Digest::size) {
        fingerprints.push_back(to_hex(as_bytes(bytes).subspan(i, Digest::size)));
    }
    return fingerprints;
}

std::optional<std::string> BundleFile::get(const std::string& path, std::uint64_t cap)
{
    const auto index = find(path);
    if (!index) {
        return std::nullopt;
    }
    const auto length = sections_.at(*index).length;
    if (length > cap) {
        throw Error(Code::no_space, path + ": larger than the " + std::to_string(cap) + " bytes allowed");
    }
    return read(*index);
}

void BundleFile::get_many(std::span<const FetchRequest> requests, FetchSink& sink)
{
    for (std::size_t i = 0; i < requests.size(); ++i) {
        const auto index = find(requests[i].path);
        if (!index) {
            sink.absent(i);
            continue;
        }
        const auto& section = sections_.at(*index);
        if (section.length > requests[i].cap) {
            throw Error(Code::no_space, bundle::describe(*index, section) + ": larger than the " +
                                            std::to_string(requests[i].cap) + " bytes allowed");
        }
        stream(*index, [&](std::span<const std::uint8_t> bytes) { sink.data(i, bytes); });
        sink.complete(i);
    }
}

} // namespace qpkg::app

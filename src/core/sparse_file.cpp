// SPDX-License-Identifier: LGPL-2.1-or-later
#include "qpkg/core/sparse_file.hpp"

#include "qpkg/core/error.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace qpkg::files {
namespace {

constexpr std::uint64_t block = 4096; // what file systems leave out, at the least

bool is_zero(std::span<const std::uint8_t> bytes)
{
    return bytes.empty() || (bytes[0] == 0 && std::memcmp(bytes.data(), bytes.data() + 1, bytes.size() - 1) == 0);
}

/// What of `bytes`, which begin at `offset`, lies in the block of their first byte.
std::span<const std::uint8_t> in_first_block(std::span<const std::uint8_t> bytes, std::uint64_t offset)
{
    return bytes.first(std::min<std::size_t>(bytes.size(), block - offset % block));
}

} // namespace

void SparseWriter::write(std::span<const std::uint8_t> bytes)
{
    auto filled = bytes.first(0); // neighbours that are not zero, written together
    for (auto rest = bytes; !rest.empty();) {
        const auto piece = in_first_block(rest, size_);
        if (is_zero(piece)) {
            write_at(filled, size_ - filled.size());
            filled = rest.subspan(piece.size()).first(0);
        } else {
            filled = {filled.data(), filled.size() + piece.size()};
        }
        size_ += piece.size();
        rest = rest.subspan(piece.size());
    }
    write_at(filled, size_ - filled.size());
}

void SparseWriter::skip_to(std::uint64_t offset)
{
    if (offset < size_) {
        throw Error(Code::corrupt, "parts of a file overlap");
    }
    size_ = offset;
}

void SparseWriter::write_at(std::span<const std::uint8_t> bytes, std::uint64_t offset) const
{
    while (!bytes.empty()) {
        const auto written = ::pwrite(file_, bytes.data(), bytes.size(), static_cast<off_t>(offset));
        if (written < 0 && errno == EINTR) {
            continue;
        }
        if (written < 0) {
            throw system_error("write", errno);
        }
        bytes = bytes.subspan(static_cast<std::size_t>(written));
        offset += static_cast<std::uint64_t>(written);
    }
}

void SparseWriter::finish() const
{
    if (::ftruncate(file_, static_cast<off_t>(size_)) != 0) {
        throw system_error("set the size of a file", errno);
    }
}

void each_filled_part(int file, std::uint64_t offset, std::uint64_t length,
                      const std::function<void(std::uint64_t, std::uint64_t)>& part)
{
    const auto end = offset + length;
    while (offset < end) {
        const auto start = ::lseek(file, static_cast<off_t>(offset), SEEK_DATA);
        if (start < 0 && errno == ENXIO) {
            return; // nothing but a hole up to its end
        }
        const auto stop = start < 0 ? start : ::lseek(file, start, SEEK_HOLE);
        if (stop < 0) {
            part(offset, end - offset);
            return;
        }
        const auto first = std::min(static_cast<std::uint64_t>(start), end);
        const auto last = std::min(static_cast<std::uint64_t>(stop), end);
        if (first < last) {
            part(first, last - first);
        }
        offset = last;
    }
}

} // namespace qpkg::files

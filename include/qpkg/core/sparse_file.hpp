// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why zeros are not written. Many files of applications hold long runs of zeros, and a block that was never written
// costs neither disk nor time. Holes are kept when files are copied, or a copy would cost more than its source.
#pragma once

#include <cstdint>
#include <functional>
#include <span>

namespace qpkg::files {

/// Fills a new, empty file from front to back. Blocks of zeros are left out: they take no disk, and read as zeros.
class SparseWriter {
public:
    explicit SparseWriter(int file) : file_(file) {}

    void write(std::span<const std::uint8_t> bytes);
    /// What comes next lies at `offset`, with zeros before it. Error corrupt when that is behind.
    void skip_to(std::uint64_t offset);
    /// Gives the file its size; to be called once, after the last `write`.
    void finish() const;

private:
    void write_at(std::span<const std::uint8_t> bytes, std::uint64_t offset) const;

    int file_;
    std::uint64_t size_ = 0;
};

/// Calls `piece` with offset and length of each part of the range that may hold something else than zeros, ascending.
/// Where the file system does not tell, that is the whole range.
void each_filled_part(int file, std::uint64_t offset, std::uint64_t length,
                      const std::function<void(std::uint64_t, std::uint64_t)>& part);

} // namespace qpkg::files

// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why there are three ways to place bytes, and why none of them shows. A clone shares the object's extents: then a
// volume costs the disk its metadata and little else. Where the file system cannot clone, the kernel copies, and where
// it cannot, we read and write. The bytes must be the same each time, or a volume's name would depend on the disk it
// was made on.
//
// Clones are whole blocks from the beginning of one object, one call for each object: a file system takes no less than
// a block, and one call for several objects does not exist. An answer that means "never" (another file system, no such
// call) is remembered; any other is about this piece alone. A full disk and an I/O error are not worked around: a copy
// would take the space that the clone did not get.
#pragma once

#include "qpkg/ports/volume_store.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace qpkg::erofs {

/// Puts bytes of other files into one file: by clone where the file system shares extents, else by copying inside the
/// kernel, else by reading and writing. The bytes are the same each time.
class Placer {
public:
    explicit Placer(int target) : target_(target) {}

    /// Offsets and length in whole blocks. The target reads as zeros there: holes of the source are left out.
    void place(int source, std::uint64_t source_offset, std::uint64_t length, std::uint64_t target_offset);
    void write(std::string_view bytes, std::uint64_t target_offset);

    /// Lets the kernel begin to write what was just written: the later sync then waits less.
    void begin_writeback(std::uint64_t offset, std::uint64_t length) const;
    void read_back(std::string& buffer, std::uint64_t offset, std::size_t size) const;

    std::uint64_t shared() const { return shared_; }   ///< bytes cloned
    std::uint64_t written() const { return written_; } ///< bytes copied or written

private:
    bool clone(int source, std::uint64_t source_offset, std::uint64_t length, std::uint64_t target_offset);
    bool copy_in_kernel(int source, std::uint64_t source_offset, std::uint64_t length, std::uint64_t target_offset);
    void copy(int source, std::uint64_t source_offset, std::uint64_t length, std::uint64_t target_offset);

    int target_;
    bool can_clone_ = true;
    bool can_copy_in_kernel_ = true;
    std::uint64_t shared_ = 0;
    std::uint64_t written_ = 0;
};

/// Up to `size` bytes at `offset`; fewer at the end of the file.
std::string read_at(int fd, std::uint64_t offset, std::size_t size);

/// Exactly `size` bytes, into a buffer that is used again. Error corrupt when the file ends before.
void read_into(std::string& buffer, int fd, std::uint64_t offset, std::size_t size);

/// Tries a clone between two files in `directory`, which nobody sees. Nothing where files need names there.
std::optional<DataPlacement> try_cloning(const std::filesystem::path& directory);
/// The same with files that have names, for whoever writes there anyway.
DataPlacement try_cloning_by_name(const std::filesystem::path& directory);

/// Disk space of a file's extents that no other file shares.
std::uint64_t unshared_bytes(const std::filesystem::path& file);
/// Disk space of a file.
std::uint64_t allocated_bytes(const std::filesystem::path& file);

} // namespace qpkg::erofs

// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "qpkg/model/release.hpp"
#include "qpkg/ports/progress.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace qpkg {

/// One tree of a volume: a commit of the content store, placed below `prefix` ("" or "apps/<app-id>").
struct VolumePart {
    CommitId commit;
    std::string prefix;
};

struct VolumeReport {
    VolumeSummary volume;
    std::uint64_t shared;  ///< bytes cloned from the object store: they cost no disk
    std::uint64_t written; ///< bytes that were written
    bool already;          ///< it was there
};

/// How file data gets from the object store into a volume.
enum class DataPlacement {
    clone, ///< shares the object's extents (reflink): costs no disk
    copy,  ///< the file system cannot clone: every volume is a full copy
};

/// Read-only EROFS images named by their dm-verity root.
/// Errors: corrupt (the root is not the expected one, an image was damaged), no_space, not_found.
class VolumeStore {
public:
    virtual ~VolumeStore() = default;

    /// What the store's file system can do, tried out when it is first asked for.
    virtual DataPlacement placement() const = 0;

    virtual bool has(const VolumeId& volume) const = 0;
    virtual std::vector<VolumeId> list() const = 0;
    virtual std::filesystem::path path(const VolumeId& volume) const = 0;

    /// Name and size of the volume these parts make, without writing it.
    virtual VolumeSummary measure(std::span<const VolumePart> parts) = 0;
    /// Writes the volume; durable on return. `expected`: any other root is Error corrupt and leaves nothing.
    virtual VolumeReport build(std::span<const VolumePart> parts, const std::optional<VolumeId>& expected,
                               Progress& progress) = 0;

    /// Absent is success. Returns the bytes that only this image held, as the file system counts them.
    virtual std::uint64_t remove(const VolumeId& volume) = 0;
    /// Removes what a broken `build` left.
    virtual std::uint64_t remove_leftovers() = 0;
    /// Bytes of disk that only this image holds.
    virtual std::uint64_t exclusive_size(const VolumeId& volume) const = 0;
    /// Fills an empty directory with the tree that the volume was made of, after it was compared with its name.
    virtual void unpack(const VolumeId& volume, const std::filesystem::path& directory, Progress& progress) const = 0;
    /// Re-reads the whole image and compares its dm-verity root with its name.
    virtual void verify(const VolumeId& volume, Progress& progress) const = 0;
};

} // namespace qpkg

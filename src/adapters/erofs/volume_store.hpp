// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why a volume is made in this order: write image and hash tree into a scratch directory, compare the root with the one
// that was signed, store the plan, read the image back against its root, sync, rename the plan, rename the image, sync
// the directory. The rename of the image is the moment the volume exists: a file of that name is complete, checked,
// durable and has its plan. Whatever breaks off before leaves a directory "tmp-…" or a plan without an image, which
// `remove_leftovers` takes; no row of the database names either.
//
// Removal goes the other way: the image first, so that no volume is ever without its plan. Changing the order of sync
// and rename would show in tests/fault, where the power is cut between any two steps.
#pragma once

#include "qpkg/ports/object_reader.hpp"
#include "qpkg/ports/volume_store.hpp"

#include <filesystem>
#include <optional>

namespace qpkg::erofs {

/// Volumes of format erofs-2 in one directory: `<root>.erofs`, the image and behind it its dm-verity hash tree, and,
/// where the file system clones, the stored plan `<root>.plan`.
/// Keep it on the object store's file system: only there data can be shared. One process writes at a time (the caller
/// holds the lock).
class ErofsVolumeStore final : public VolumeStore {
public:
    /// The directory is made when the first volume is. `objects` must outlive the store.
    ErofsVolumeStore(std::filesystem::path directory, const ObjectReader& objects);

    /// Tried out when it is first asked for: readers need not be able to write here.
    DataPlacement placement() const override;

    bool has(const VolumeId& volume) const override;
    std::vector<VolumeId> list() const override;
    std::filesystem::path path(const VolumeId& volume) const override;

    VolumeSummary measure(std::span<const VolumePart> parts) override;
    VolumeReport build(std::span<const VolumePart> parts, const std::optional<VolumeId>& expected,
                       Progress& progress) override;

    std::uint64_t remove(const VolumeId& volume) override;
    std::uint64_t remove_leftovers() override;
    std::uint64_t exclusive_size(const VolumeId& volume) const override;
    void unpack(const VolumeId& volume, const std::filesystem::path& directory, Progress& progress) const override;
    void verify(const VolumeId& volume, Progress& progress) const override;

private:
    struct Scratch;

    std::filesystem::path plan_path(const VolumeId& volume) const;
    std::optional<VolumeReport> build_from_plan(std::span<const VolumePart> parts, const VolumeId& expected,
                                                Progress& progress) const;
    VolumeReport build_anew(std::span<const VolumePart> parts, const std::optional<VolumeId>& expected,
                            Progress& progress) const;
    static DataPlacement placement_in(const std::filesystem::path& scratch);
    void give_place(const Scratch& scratch, const VolumeId& volume) const;

    std::filesystem::path directory_;
    const ObjectReader& objects_;
    mutable std::optional<DataPlacement> placement_;
};

} // namespace qpkg::erofs

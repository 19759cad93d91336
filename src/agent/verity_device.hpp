// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why the kernel's device mapper is asked directly. veritysetup and libcryptsetup are not in every base, and the agent
// needs no library of a base. The device is to go when its last user does: the kernel is told so at once (deferred
// removal), so nothing has to be remembered, and a program that still runs from an unmounted volume keeps it. Each
// mapping has a number in its name, for such a one may still be there when the same volume comes again.
#pragma once

#include "qpkg/model/id.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>

namespace qpkg::agent {

/// A block device that shows the volume on a disk, and gives an I/O error instead of any block that the volume's root
/// does not vouch for (the kernel's dm-verity). It lives as long as this object or what was mounted from it, whichever
/// is longer.
class VerityDevice {
public:
    /// Nothing when the kernel has no dm-verity. Error failed when it refuses the disk: too small for image and hash
    /// tree.
    static std::optional<VerityDevice> open(const std::filesystem::path& disk, const VolumeId& root,
                                            std::uint32_t blocks);

    VerityDevice(VerityDevice&& other) noexcept;
    VerityDevice& operator=(VerityDevice&&) = delete;
    ~VerityDevice();

    const std::filesystem::path& path() const noexcept { return path_; }

private:
    explicit VerityDevice(std::uint64_t device);

    std::uint64_t device_; ///< number; 0 when it was moved away
    std::filesystem::path path_;
};

} // namespace qpkg::agent

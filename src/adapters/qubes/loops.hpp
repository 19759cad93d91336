// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why a loop device lies on a hard link. Devices on files below `volumes/` are hidden from Qubes' lists on purpose:
// they are the starts' business. A link in `attached/<qube>/` is another path to the same file, so it is shown, costs
// no space, and tells by its name whose it is. That is the only record: what belongs to a qube that does not run is
// closed by the next command that changes something.
#pragma once

#include "qpkg/model/id.hpp"

#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace qpkg::qubes {

/// Loop devices of dom0 for running qubes. qubesd gives a loop device to one qube only, and hides those below a
/// directory with `.qubes-exclude-block-devices`; so each qube has a device of its own, on a hard link of the volume at
/// `directory/<qube>/<root>.erofs`.
class Loops {
public:
    Loops(std::string losetup, std::filesystem::path directory)
        : losetup_(std::move(losetup)), directory_(std::move(directory))
    {
    }

    /// The volumes that a running qube has; nothing where that cannot be asked: then all stay.
    using Use = std::optional<std::set<VolumeId>>;

    /// Whether there is anything that `close_all_but` could close.
    bool any() const;
    /// The name ("loop4001") of the qube's read-only device of `image`; made when it is not there.
    std::string open(const QubeName& qube, const VolumeId& volume, const std::filesystem::path& image) const;
    /// Absent is success.
    void close(const QubeName& qube, const VolumeId& volume) const;
    /// Closes what is not in use: of qubes that were shut down, and what a killed command opened and never attached.
    void close_all_but(const std::map<QubeName, Use>& in_use) const;

    const std::filesystem::path& directory() const { return directory_; }
    /// Device name → backing file, of every loop device; also where that file was removed.
    std::map<std::string, std::string> all() const;

private:
    std::filesystem::path link_of(const QubeName& qube, const VolumeId& volume) const;
    void close_link(const std::filesystem::path& link) const;
    /// Device name → backing file, of those on links in the directory.
    std::map<std::string, std::string> own() const;

    std::string losetup_; ///< the program, of util-linux
    std::filesystem::path directory_;
};

/// The volume of an image's path or of what qubesd makes of it as a name: "…<64 hex digits>.erofs".
std::optional<VolumeId> volume_of_image(std::string_view path);

} // namespace qpkg::qubes

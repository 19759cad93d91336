// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why a place is a folder with a locked file. Who runs must be known to other processes, and must stop being known when
// the last process of it ends, however it ends. A lock does that; a process number in a file does not. The folder gets
// its name when everything in it is there, so nobody reads half of it or takes it for a dead one's. What the place has
// is written beside it, by who changes it: the place itself is not believed.
#pragma once

#include "adapters/local/place_record.hpp"

#include "qpkg/core/fd.hpp"
#include "qpkg/model/attachment.hpp"

#include <filesystem>
#include <optional>
#include <vector>

namespace qpkg::local {

/// The folders of the qubes that run, below one directory: `NAME/lock`, `NAME/socket`, `NAME/base`,
/// `NAME/volumes`.
class Places {
public:
    explicit Places(std::filesystem::path directory);

    std::filesystem::path path(const QubeName& qube) const { return directory_ / qube.text(); }

    /// What runs now, ascending by qube.
    std::vector<Attachment> running() const;
    bool is_running(const QubeName& qube) const;

    /// What the place has; nothing when the qube does not run.
    std::optional<PlaceRecord> record(const QubeName& qube) const;
    void write_record(const QubeName& qube, const PlaceRecord& record) const;

    /// A connection to the first process; none when nobody listens.
    Fd connect(const QubeName& qube) const;

    /// Held by who starts a place: one at a time.
    Fd door(const QubeName& qube) const;

    /// Waits for the end of a place that nobody can speak to any more. Error failed when it does not end.
    void wait_for_end(const QubeName& qube) const;

    /// As that, and removes what it left.
    void clear(const QubeName& qube) const;

    /// Removes what places left whose processes were killed.
    void clear_dead() const;

private:
    std::filesystem::path directory_;
};

/// Removes the folder of a place that has ended, as far as somebody else has not done it.
void remove_place(const std::filesystem::path& place);

/// The folder of a place that begins. It goes again unless it is published.
class NewPlace {
public:
    struct Content {
        VolumeId base; ///< stays as long as the place
        PlaceRecord record;
    };
    /// Under the door of the qube.
    NewPlace(const Places& places, const QubeName& qube, const Content& content);
    ~NewPlace();
    NewPlace(const NewPlace&) = delete;
    NewPlace& operator=(const NewPlace&) = delete;

    const std::filesystem::path& path() const noexcept { return path_; }
    int lock() const noexcept { return lock_.get(); }
    int listening() const noexcept { return listening_.get(); }

    /// From now on others find it. `path` is the final one then.
    void publish();

private:
    std::filesystem::path path_;
    std::filesystem::path final_path_;
    bool published_ = false;
    Fd lock_;
    Fd listening_;
};

} // namespace qpkg::local

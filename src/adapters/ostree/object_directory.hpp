// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why objects are staged. The name of an object is a promise: whoever finds "ab/cdef….file" takes its bytes for right.
// After a power cut a file may have its name and not its bytes, when the rename reached the disk first. So bytes go to
// a staging directory, one sync of the file system makes all of them durable, and only then they get their names,
// followed by a second sync. Two syncs for a whole commit, not one for each of ten thousand files.
//
// What is laid aside before anybody has the writer lock has a staging directory of its own, `qpkg-fetching`: so
// fetching never meets a writer, and handing over is a rename for each file.
#pragma once

#include "qpkg/base/digest.hpp"
#include "qpkg/core/fd.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace qpkg::ostree {

enum class ObjectType { commit, commitmeta, dirtree, dirmeta, file, filez };

std::string_view suffix(ObjectType type);
/// For people: "dirtree 5f…".
std::string describe(const Digest& id, ObjectType type);
std::optional<ObjectType> type_of_suffix(std::string_view suffix);
/// "ab/cdef….file"
std::string object_path(const Digest& id, ObjectType type);

struct ObjectName {
    Digest id;
    ObjectType type;

    friend auto operator<=>(const ObjectName&, const ObjectName&) = default;
};

/// The files below `objects/` of a repository, and a staging directory for those that are not durable yet: an object
/// gets its place under its name only after its bytes are on disk, so that what is found there can be trusted after a
/// crash.
class ObjectDirectory {
public:
    /// `staging` names the directory below tmp/: what works on one repository at the same time has each its own.
    explicit ObjectDirectory(std::filesystem::path repository, std::string_view staging = "qpkg-staging");

    const std::filesystem::path& repository() const noexcept { return repository_; }
    std::filesystem::path path(const Digest& id, ObjectType type) const;

    bool has(const Digest& id, ObjectType type) const;
    /// Error not_found "<type> <id> is missing".
    Fd open(const Digest& id, ObjectType type) const;
    /// As `open`, nothing when it is not there.
    Fd open_if_there(const Digest& id, ObjectType type) const;
    /// A metadata object's bytes, checked against its name.
    std::string read_checked(const Digest& id, ObjectType type, std::size_t cap) const;

    /// Every object, in no order. What does not look like an object is skipped.
    std::vector<ObjectName> list() const;
    void remove(const ObjectName& object) const;

    std::filesystem::path staged_path(const Digest& id, ObjectType type) const;
    /// A new file in the staging directory; one of that name is replaced.
    Fd create_staged(const Digest& id, ObjectType type) const;
    /// A new file in the staging directory whose name is not known yet; there is one at a time.
    Fd create_incoming() const;
    void keep_incoming(const Digest& id, ObjectType type) const;
    void discard_incoming() const;
    bool is_staged(const Digest& id, ObjectType type) const;
    /// A small object's bytes, checked against nothing.
    std::optional<std::string> read_staged(const ObjectName& name, std::size_t cap) const;
    void write_staged(const ObjectName& name, std::string_view bytes) const;
    void discard_staged(const Digest& id, ObjectType type) const;
    /// Makes what is staged durable and gives those of `names` that are staged and not here yet their place; then none
    /// of them is staged any more, while others may be. After this returns they survive a power cut. `operation` names
    /// the fault points.
    void promote_staged(std::string_view operation, std::span<const ObjectName> names) const;
    /// A small object that makes others visible (a commit, its signatures): durable on return.
    void write_durably(const Digest& id, ObjectType type, std::string_view bytes) const;
    /// What `other` has staged is staged here.
    void take_over(const ObjectDirectory& other) const;
    /// Removes the staging directory; returns the bytes it held.
    std::uint64_t clear_staging() const;
    std::uint64_t staged_bytes() const;

private:
    void give_place(const ObjectName& name) const;

    std::filesystem::path repository_;
    std::filesystem::path staging_;
    Fd objects_;
};

/// Disk space of a file, as the file system counts it.
std::uint64_t allocated_bytes(const std::filesystem::path& path);

} // namespace qpkg::ostree

// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why what was learnt of objects is kept. To write a volume one needs each object's size, kind, mode and the hashes of
// its blocks. All that was known when the object was hashed, and costs a full read to learn again. One file for each
// commit, and mapped, for that is how it is used; it ends in its own hash, and a damaged or missing one is made again
// from the objects. Its leaves lie in the order of a volume's data, so that the volume's hash tree can share their
// blocks. Nothing but disk space depends on that order: a volume takes each leaf by its object, and would only write
// what it cannot share.
#pragma once

#include "adapters/ostree/file_object.hpp"

#include "qpkg/base/digest.hpp"
#include "qpkg/core/fd.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace qpkg::ostree {

/// What was learnt of a commit's content objects when they were hashed, one file per commit: `qpkg-index/<commit>`.
///
///     "QPKGIDX2" · count (8) · count × { id (32) · size (8) · first leaf (8) · mode (2) · kind (1) · zeros (5) }
///     · zeros up to a block · leaves (32 each) · sha256 of everything before (32)
///
/// Numbers are little-endian, entries ascending by id. Leaves lie in the order in which a volume of the commit has its
/// data (repo-format/guest/volume-erofs-2.md), so that the volume's hash tree can share their blocks; nothing but disk
/// space depends on it. The file can always be made again from the objects.
class CommitIndex {
public:
    /// Nothing when it is not there or damaged.
    static std::optional<CommitIndex> open(const std::filesystem::path& path);
    /// In memory alone.
    static CommitIndex of(std::vector<ObjectFacts> objects);
    /// Durable on return. `objects` in the order of the walk, the list of times last.
    static void write(const std::filesystem::path& path, std::vector<ObjectFacts> objects);

    CommitIndex(CommitIndex&&) noexcept;
    CommitIndex& operator=(CommitIndex&&) noexcept;
    ~CommitIndex();

    std::uint32_t size() const noexcept { return count_; }
    Digest id(std::uint32_t position) const;
    std::uint64_t content_size(std::uint32_t position) const;
    NodeKind kind(std::uint32_t position) const;
    std::uint16_t mode(std::uint32_t position) const;
    std::span<const std::uint8_t> leaves(std::uint32_t position) const;

    /// Where the leaves lie in the file: bytes, the first on a block boundary.
    std::uint64_t leaves_at() const;
    std::uint64_t leaves_size() const;

    std::optional<std::uint32_t> find(const Digest& id) const;
    ObjectFacts facts(std::uint32_t position) const;

private:
    static std::optional<CommitIndex> map(const Fd& file);
    CommitIndex(const std::uint8_t* data, std::size_t length) : data_(data), length_(length) {}

    std::span<const std::uint8_t> bytes() const { return {data_, length_}; }
    std::span<const std::uint8_t> entry(std::uint32_t position) const;
    bool is_sound();

    const std::uint8_t* data_; ///< mapped
    std::size_t length_;
    std::uint32_t count_ = 0;
};

} // namespace qpkg::ostree

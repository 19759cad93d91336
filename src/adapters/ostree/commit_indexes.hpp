// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "adapters/ostree/commit_index.hpp"
#include "adapters/ostree/object_directory.hpp"

#include "qpkg/model/id.hpp"

#include <filesystem>
#include <optional>
#include <vector>

namespace qpkg::ostree {

/// The index files of a store.
class CommitIndexes {
public:
    /// What becomes of an index that had to be made.
    enum class Made { stored, forgotten };

    explicit CommitIndexes(const ObjectDirectory& objects, Made made = Made::stored);

    std::filesystem::path path(const CommitId& commit) const;
    /// The index of a commit that is here; made anew from the objects when it is lost or
    /// damaged.
    CommitIndex open(const CommitId& commit) const;
    void write(const CommitId& commit, std::vector<ObjectFacts> objects) const;
    /// Removes every index but those of `keep`; returns bytes given back.
    std::uint64_t remove_all_but(std::span<const CommitId> keep) const;
    std::uint64_t bytes_of_all_but(std::span<const CommitId> keep) const;

private:
    std::vector<std::filesystem::path> all_but(std::span<const CommitId> keep) const;

    const ObjectDirectory& objects_;
    std::filesystem::path directory_;
    Made made_;
};

/// What all indexes of a store know: saves hashing an object again that came with another commit.
class KnownObjects {
public:
    explicit KnownObjects(const CommitIndexes& indexes, std::span<const CommitId> commits);

    std::optional<ObjectFacts> find(const Digest& id) const;

private:
    std::vector<CommitIndex> indexes_;
};

} // namespace qpkg::ostree

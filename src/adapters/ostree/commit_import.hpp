// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why the commit object comes last. A commit is there completely or not at all, for everybody who looks: so contents,
// directories and index are given their places first, and are on disk before the commit is. A power cut leaves objects
// that no commit names. They are not wasted: the next import finds them, hashes them and goes on.
//
// Nothing is believed because it lies here. An object in the store was hashed when it came in; what an import that
// broke off left in the staging directory is hashed again, since it may have been cut short; what a later commit shares
// is known from the indexes. Sizes are counted while bytes arrive: no repository can send more than its manifest
// announced.
#pragma once

#include "adapters/ostree/commit_indexes.hpp"
#include "adapters/ostree/content_import.hpp"
#include "adapters/ostree/metadata_import.hpp"

#include "qpkg/ports/content_store.hpp"

#include <optional>
#include <unordered_map>

namespace qpkg::ostree {

/// Brings one commit into the store. The commit object gets its place last: whoever sees it has everything.
class CommitImport {
public:
    /// `compressed`: as ContentImport's.
    CommitImport(const ObjectDirectory& objects, const CommitIndexes& indexes, const KnownObjects& known,
                 const ImportLimits& limits, const Intake& compressed, Fetcher& from);

    ImportEstimate estimate(const CommitId& id);
    ImportReport run(const CommitId& id, Progress& progress);
    /// Leaves everything staged: the store itself is as it was.
    ImportReport stage(const CommitId& id, Progress& progress);

private:
    ImportedTree bring(const CommitId& id, Progress& progress);
    std::uint64_t bring_signatures(const CommitId& id);
    ImportedTree load_tree(const CommitId& id);
    /// Takes what is here or staged; returns what must be fetched.
    std::vector<Digest> take_present(const ImportedTree& tree);
    std::optional<ObjectFacts> staged(const Digest& id) const;
    std::optional<ObjectFacts> present(const Digest& id) const;
    void take(ObjectFacts facts, const std::string& target);
    std::vector<ObjectFacts> facts_in_order(const ImportedTree& tree);
    void check_total() const;
    void check_links(const ImportedTree& tree) const;
    void check_times(const ImportedTree& tree) const;
    Fd open_brought(const Digest& id) const;
    std::string read_times(const Digest& id) const;

    const ObjectDirectory& objects_;
    const CommitIndexes& indexes_;
    const KnownObjects& known_;
    const ImportLimits& limits_;
    const Intake& compressed_;
    Fetcher& from_;
    Budget budget_;
    MetadataImport metadata_;
    std::unordered_map<Digest, ObjectFacts> facts_;
    std::unordered_map<Digest, std::string> targets_; ///< of symlinks
    std::optional<std::string> times_;                ///< the list, where it was here
    std::string signatures_;                          ///< of the commit; empty: none
    ImportReport report_;
};

} // namespace qpkg::ostree

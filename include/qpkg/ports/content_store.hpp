// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "qpkg/core/fd.hpp"
#include "qpkg/model/id.hpp"
#include "qpkg/ports/fetcher.hpp"
#include "qpkg/ports/object_reader.hpp"
#include "qpkg/ports/progress.hpp"

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace qpkg {

/// One distinct content object of a commit.
struct ContentObject {
    Digest id;
    std::uint64_t size; ///< bytes of content (a symlink's target length)

    friend auto operator<=>(const ContentObject&, const ContentObject&) = default;
};

/// What an import may bring, from the verified manifest.
struct ImportLimits {
    std::uint64_t objects; ///< distinct objects, metadata included
    std::uint64_t size;    ///< bytes of distinct content objects; less or more than the commit holds is an Error
    /// What the commit's timestamp must be (the manifest's source_date_epoch); nothing: any time from 1980 to 2100.
    std::optional<std::int64_t> timestamp = std::nullopt;
};

/// What an import would have to bring, known before any content moves.
struct ImportEstimate {
    std::uint64_t missing_objects;      ///< content objects that are not here
    std::vector<ContentObject> present; ///< content objects of the commit that are here already, ascending
};

struct ImportReport {
    std::uint64_t fetched_objects = 0;
    std::uint64_t fetched_bytes = 0; ///< as transferred
    std::uint64_t content_bytes = 0; ///< of new content, uncompressed
};

/// What `prune` leaves.
struct Kept {
    std::vector<CommitId> commits;
    std::vector<Digest> details;

    friend bool operator==(const Kept&, const Kept&) = default;
};

struct CommitRequest {
    /// A directory, already normalised: modes 0644/0755, owner 0:0, no xattrs, the times of files and links those that
    /// they shall have. Where it has a list of times (repo-format/repo/times.md), another is put in its place.
    std::filesystem::path tree;
    std::string ref; ///< bound in the commit's metadata
    std::string subject;
    std::int64_t timestamp;                      ///< seconds since 1970
    std::map<std::string, std::string> metadata; ///< "qpkg.app" → "org.example.hello"; strings, sorted
};

struct CommitSummary {
    CommitId commit;
    std::uint64_t objects; ///< distinct objects, metadata included
    std::uint64_t size;    ///< bytes of distinct content objects
};

/// Secret-key operation for OSTree's own signature: 64 bytes over the serialized commit.
class CommitSigner {
public:
    virtual ~CommitSigner() = default;
    virtual std::string sign(std::span<const std::uint8_t> bytes) const = 0;
};

/// Every file once, named by hash; a commit is there completely or not at all. Beside the commits lies what releases
/// say of themselves, their details.
/// Errors: corrupt (bytes are not what their name says, malformed), untrusted (breaks a rule of the tree validator),
/// no_space (over a limit, disk full), not_found (the repository lacks an object).
class ContentStore : public ObjectReader {
public:
    virtual bool has_commit(const CommitId& commit) const = 0;
    virtual std::vector<CommitId> commits() const = 0;
    /// Distinct content objects of a commit that is here, ascending.
    virtual std::vector<ContentObject> contents(const CommitId& commit) const = 0;
    /// String metadata of a commit that is here ("qpkg.app" → …, "ostree.ref-binding" joined by ',').
    virtual std::map<std::string, std::string> commit_metadata(const CommitId& commit) const = 0;

    /// Brings the commit and its directories (not its files), lays them aside as `stage_commit` does, and validates the
    /// tree.
    virtual ImportEstimate estimate(const CommitId& commit, const ImportLimits& limits, Fetcher& from) = 0;
    /// Brings what `import_commit` will need and lays it aside, complete and hashed, where it hinders nobody: others
    /// may write the store meanwhile. Nothing of it belongs to the store before `adopt_staged`. One process at a time.
    virtual ImportReport stage_commit(const CommitId& commit, const ImportLimits& limits, Fetcher& from,
                                      Progress& progress) = 0;
    /// The next `import_commit` finds there what was laid aside.
    virtual void adopt_staged() = 0;
    /// Gives back what broken downloads laid aside; returns the bytes.
    virtual std::uint64_t discard_staged() = 0;
    /// Brings everything that is missing, hashing each object before it is used; durable and complete on return, also
    /// where the commit was here without all it needs.
    virtual ImportReport import_commit(const CommitId& commit, const ImportLimits& limits, Fetcher& from,
                                       Progress& progress) = 0;

    /// Builder: commits a directory; same tree and request, same commit.
    virtual CommitSummary commit_tree(const CommitRequest& request, Progress& progress) = 0;
    /// Bytes that `prune(keep)` would give back.
    virtual std::uint64_t prunable(const Kept& keep) const = 0;
    /// Removes everything that none of `keep` needs, leftovers of broken imports included. Returns bytes given back.
    virtual std::uint64_t prune(const Kept& keep) = 0;

    /// Removes what the commit needs and what is not what its name says: the next import brings it again. Returns how
    /// many objects went.
    virtual std::uint64_t discard_damaged(const CommitId& commit) = 0;
    /// Files whose extended attribute is gone, as in a copy that keeps none; nothing else of the store can be read by
    /// its name then.
    virtual std::uint64_t lost_attributes() const = 0;
    /// Gives attributes back where they follow from the file's name, its bytes included; returns how many.
    virtual std::uint64_t mend_attributes() = 0;

    /// Details of releases that are here, each named by the SHA-256 of its raw bytes; ascending.
    virtual std::vector<Digest> details() const = 0;
    virtual bool has_details(const Digest& id) const = 0;
    /// Errors: not_found, corrupt (not what its name says any more).
    virtual std::string read_details(const Digest& id) const = 0;
    /// Lays them aside, as `stage_commit` does.
    virtual void stage_details(std::string_view bytes) = 0;
    /// Durable on return.
    virtual void add_details(std::string_view bytes) = 0;
    /// Removes those that are not what their name says any more; true when it did.
    virtual bool discard_damaged_details(const Digest& id) = 0;

    /// Re-reads and re-hashes everything reachable from `commit`; Error corrupt names the first bad object.
    virtual void verify(const CommitId& commit, Progress& progress) const = 0;
};

} // namespace qpkg

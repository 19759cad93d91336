// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why the object store is an OSTree repository and yet our own code. The format is documented, in use for years, and
// read by stock tools: whoever doubts qpkg can look with `ostree`. But what comes into dom0 must be hashed before it is
// parsed, within a budget of bytes and objects, and durable in a known order; a library that pulls by itself promises
// none of these. So objects are read and written here, and tests hold the store to what `ostree fsck` accepts.
//
// It has no refs. A ref would be a second list of what is needed, beside the database, and one of the two would be
// wrong one day: `prune` is told what to keep.
#pragma once

#include "adapters/ostree/details_directory.hpp"
#include "adapters/ostree/incoming.hpp"

#include "qpkg/ports/content_store.hpp"

#include <filesystem>
#include <memory>

namespace qpkg::ostree {

class CommitIndexes;

/// The object store: a libostree repository in bare-user mode that `ostree fsck` accepts. It has no refs: what is
/// needed is said by the database, through `prune`. One process writes at a time (the caller holds the lock).
class OstreeContentStore final : public ContentStore {
public:
    enum class Absent { make, leave };

    /// Makes the repository when there is none; or leaves that to `make_if_absent`, and writes nothing until then: what
    /// has to be laid aside meanwhile lies with temporary files.
    /// `compressed` takes in what is served compressed; empty: only raw contents come in.
    explicit OstreeContentStore(const std::filesystem::path& directory, Intake compressed = {},
                                Absent absent = Absent::make);
    ~OstreeContentStore() override;

    void make_if_absent();

    bool has_commit(const CommitId& commit) const override;
    std::vector<CommitId> commits() const override;
    std::vector<ContentObject> contents(const CommitId& commit) const override;
    std::map<std::string, std::string> commit_metadata(const CommitId& commit) const override;

    ImportEstimate estimate(const CommitId& commit, const ImportLimits& limits, Fetcher& from) override;
    ImportReport stage_commit(const CommitId& commit, const ImportLimits& limits, Fetcher& from,
                              Progress& progress) override;
    void adopt_staged() override;
    std::uint64_t discard_staged() override;
    ImportReport import_commit(const CommitId& commit, const ImportLimits& limits, Fetcher& from,
                               Progress& progress) override;

    CommitSummary commit_tree(const CommitRequest& request, Progress& progress) override;
    std::uint64_t prunable(const Kept& keep) const override;
    std::uint64_t prune(const Kept& keep) override;
    std::uint64_t discard_damaged(const CommitId& commit) override;
    std::uint64_t lost_attributes() const override;
    std::uint64_t mend_attributes() override;
    void verify(const CommitId& commit, Progress& progress) const override;

    std::vector<Digest> details() const override { return details_.list(); }
    bool has_details(const Digest& id) const override { return details_.has(id); }
    std::string read_details(const Digest& id) const override { return details_.read(id); }
    void stage_details(std::string_view bytes) override { details_.stage(bytes); }
    void add_details(std::string_view bytes) override { details_.add(bytes); }
    bool discard_damaged_details(const Digest& id) override;

    std::unique_ptr<CommitReader> open_commit(const CommitId& commit) const override;
    Fd open_object(const Digest& id) const override;

private:
    /// Runs `step`; when the disk or a limit was too small, what it staged is given back.
    template <class Step>
    static auto giving_space_back(const ObjectDirectory& objects, Step&& step);
    void open();
    ImportEstimate estimate_in(const ObjectDirectory& staging, const CommitId& commit, const ImportLimits& limits,
                               Fetcher& from) const;

    std::filesystem::path directory_;
    Intake compressed_;
    bool only_reads_;
    DetailsDirectory details_;
    std::unique_ptr<ObjectDirectory> objects_;
    std::unique_ptr<ObjectDirectory> fetching_; ///< the same objects; what is laid aside before anybody holds the lock
    std::unique_ptr<CommitIndexes> indexes_;
};

} // namespace qpkg::ostree

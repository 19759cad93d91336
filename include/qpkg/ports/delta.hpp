// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "qpkg/model/release.hpp"
#include "qpkg/ports/content_store.hpp"
#include "qpkg/ports/fetcher.hpp"
#include "qpkg/ports/progress.hpp"

#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <vector>

/// Static deltas: the few bytes between two commits instead of every object that differs. Made by the publisher,
/// applied by whoever fetches, never in the dom0 role. What a delta makes is believed no more than what a web server
/// sends.
namespace qpkg {

/// The objects of one commit, as the repository would serve them: made from a delta where that has them, read from the
/// repository where not.
class AppliedDelta : public Fetcher {
public:
    virtual std::uint64_t transferred() const = 0; ///< bytes of the delta itself
    virtual std::uint64_t made() const = 0;        ///< bytes handed out that never were transferred
};

struct DeltaJob {
    DeltaSummary delta; ///< its commit `from` is in the store
    CommitId to;
    std::filesystem::path scratch; ///< an empty directory that outlives the result
};

/// Fetches and applies. Errors: not_found (the repository lacks a file of it), corrupt (not what is pinned, or not to
/// be applied), failed, no_space.
using ApplyDelta = std::function<std::unique_ptr<AppliedDelta>(const DeltaJob& job, Fetcher& from, Progress& progress)>;

/// The same for an archive repository that has the delta's first commit and, copied, the delta itself: only what the
/// delta does not have is asked of `rest`. Takes as much room below the job's scratch directory as both commits.
using ApplyCopiedDelta = std::function<std::unique_ptr<AppliedDelta>(
    const std::filesystem::path& archive, const DeltaJob& job, Fetcher& rest, Progress& progress)>;

/// Copies a delta as it is served into an archive repository; one that is there is not fetched again. Returns the bytes
/// fetched. Durable on return. Errors as ApplyDelta.
using CopyDelta = std::function<std::uint64_t(const std::filesystem::path& archive, const DeltaSummary& delta,
                                              const CommitId& to, Fetcher& from, Progress& progress)>;

/// Makes deltas in the archive repository from each of `from` to `to`, both complete there, and writes its summary
/// anew. Returns those that save bytes, ascending by commit; the others are removed. Durable on return.
using MakeDeltas =
    std::function<std::vector<DeltaSummary>(const std::filesystem::path& archive, std::span<const CommitId> from,
                                            const CommitId& to, const CommitSigner& signer, Progress& progress)>;

} // namespace qpkg

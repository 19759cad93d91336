// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "qpkg/ports/content_store.hpp"

#include <filesystem>

namespace qpkg {

/// A repository on disk as web servers serve it: contents are compressed. Errors as ContentStore.
class ArchiveRepository {
public:
    virtual ~ArchiveRepository() = default;

    /// Complete, with everything it names.
    virtual bool has_commit(const CommitId& commit) const = 0;
    /// Copies a commit out of the repository at `from`, a content store or another archive, of which it takes the files
    /// by hard link where the file system allows; each object is checked against its name, those that are here already
    /// too, and what is damaged here is replaced. With a signer it is signed anew, else its signatures come along.
    /// Points `ref` at it. Returns the bytes of its objects as served.
    virtual std::uint64_t add(const CommitId& commit, const std::filesystem::path& from, const std::string& ref,
                              const CommitSigner* signer, Progress& progress) = 0;
    /// Brings what is missing, as it is served; each object is inflated and checked against its name. Durable on
    /// return, the commit last. What an interrupted pull brought is used by the next.
    virtual ImportReport pull(const CommitId& commit, const ImportLimits& limits, Fetcher& from,
                              Progress& progress) = 0;
    /// Points a ref at a commit that is there; durable.
    virtual void set_ref(const std::string& ref, const CommitId& commit) = 0;
    /// Removes all other commits, with their refs, what they alone name, and deltas to them; with a signer the summary
    /// is written anew where a ref went. Returns bytes of objects given back, as the file system counts them. Error
    /// corrupt or not_found when one of these is damaged: then nothing is removed.
    virtual std::uint64_t keep_only(std::span<const CommitId> commits, const CommitSigner* signer) = 0;
};

} // namespace qpkg

// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/ostree/content_store.hpp"

#include "adapters/ostree/commit_import.hpp"
#include "adapters/ostree/commit_reader.hpp"
#include "adapters/ostree/garbage.hpp"
#include "adapters/ostree/mending.hpp"
#include "adapters/ostree/repository.hpp"
#include "adapters/ostree/stored_tree.hpp"
#include "adapters/ostree/tree_commit.hpp"

#include "qpkg/core/error.hpp"
#include "qpkg/core/files.hpp"
#include "qpkg/core/interrupt.hpp"
#include "qpkg/core/text.hpp"

#include <algorithm>
#include <utility>

namespace qpkg::ostree {
namespace {

std::string as_line(const MetadataValue& value)
{
    if (const auto* text = std::get_if<std::string>(&value)) {
        return *text;
    }
    return text::join(std::get<std::vector<std::string>>(value), ",");
}

} // namespace

OstreeContentStore::OstreeContentStore(const std::filesystem::path& directory, Intake compressed, Absent absent)
    : directory_(directory), compressed_(std::move(compressed)), only_reads_(absent == Absent::leave),
      details_(directory)
{
    if (absent == Absent::make) {
        make_if_absent();
        return;
    }
    if (std::filesystem::exists(directory / "config")) {
        require_mode(directory, RepositoryMode::bare_user);
    }
    open();
}

void OstreeContentStore::open()
{
    objects_ = std::make_unique<ObjectDirectory>(directory_);
    fetching_ = std::make_unique<ObjectDirectory>(directory_, "qpkg-fetching");
    indexes_ = std::make_unique<CommitIndexes>(*objects_, only_reads_ ? CommitIndexes::Made::forgotten
                                                                      : CommitIndexes::Made::stored);
}

void OstreeContentStore::make_if_absent()
{
    if (objects_ && !only_reads_ && std::filesystem::exists(directory_ / "config")) {
        return;
    }
    only_reads_ = false;
    ensure_repository(directory_, RepositoryMode::bare_user);
    open();
}

OstreeContentStore::~OstreeContentStore() = default;

template <class Step>
auto OstreeContentStore::giving_space_back(const ObjectDirectory& objects, Step&& step)
{
    try {
        return step();
    } catch (const Error& error) {
        if (error.code() == Code::no_space) {
            objects.clear_staging();
        }
        throw;
    }
}

bool OstreeContentStore::has_commit(const CommitId& commit) const
{
    return objects_->has(commit.digest(), ObjectType::commit);
}

std::vector<CommitId> OstreeContentStore::commits() const
{
    std::vector<CommitId> found;
    for (const auto& object : objects_->list()) {
        if (object.type == ObjectType::commit) {
            found.emplace_back(object.id);
        }
    }
    std::sort(found.begin(), found.end());
    return found;
}

std::vector<ContentObject> OstreeContentStore::contents(const CommitId& commit) const
{
    const auto index = indexes_->open(commit);
    std::vector<ContentObject> contents;
    for (std::uint32_t i = 0; i < index.size(); ++i) {
        contents.push_back({index.id(i), index.content_size(i)});
    }
    return contents;
}

std::map<std::string, std::string> OstreeContentStore::commit_metadata(const CommitId& commit) const
{
    std::map<std::string, std::string> metadata;
    for (const auto& [key, value] : read_commit(*objects_, commit).metadata) {
        metadata.emplace(key, as_line(value));
    }
    return metadata;
}

ImportEstimate OstreeContentStore::estimate(const CommitId& commit, const ImportLimits& limits, Fetcher& from)
{
    if (only_reads_) {
        const files::TemporaryDirectory place(std::filesystem::temp_directory_path(), "qpkg-estimate-");
        return estimate_in(ObjectDirectory(directory_, place.path().string()), commit, limits, from);
    }
    return giving_space_back(*fetching_, [&] { return estimate_in(*fetching_, commit, limits, from); });
}

ImportEstimate OstreeContentStore::estimate_in(const ObjectDirectory& staging, const CommitId& commit,
                                               const ImportLimits& limits, Fetcher& from) const
{
    const KnownObjects known(*indexes_, commits());
    return CommitImport(staging, *indexes_, known, limits, compressed_, from).estimate(commit);
}

ImportReport OstreeContentStore::stage_commit(const CommitId& commit, const ImportLimits& limits, Fetcher& from,
                                              Progress& progress)
{
    return giving_space_back(*fetching_, [&] {
        const KnownObjects known(*indexes_, commits());
        return CommitImport(*fetching_, *indexes_, known, limits, compressed_, from).stage(commit, progress);
    });
}

void OstreeContentStore::adopt_staged()
{
    objects_->take_over(*fetching_);
    details_.adopt_staged();
}

std::uint64_t OstreeContentStore::discard_staged() { return fetching_->clear_staging() + details_.clear_staging(); }

ImportReport OstreeContentStore::import_commit(const CommitId& commit, const ImportLimits& limits, Fetcher& from,
                                               Progress& progress)
{
    if (has_commit(commit) && is_complete(*objects_, commit)) {
        return {};
    }
    return giving_space_back(*objects_, [&] {
        const KnownObjects known(*indexes_, commits());
        return CommitImport(*objects_, *indexes_, known, limits, compressed_, from).run(commit, progress);
    });
}

CommitSummary OstreeContentStore::commit_tree(const CommitRequest& request, Progress& progress)
{
    return giving_space_back(*objects_, [&] { return TreeCommit(*objects_, *indexes_, progress).run(request); });
}

std::uint64_t OstreeContentStore::prunable(const Kept& keep) const
{
    return bytes_of(*objects_, find_garbage(*objects_, keep.commits)) + indexes_->bytes_of_all_but(keep.commits) +
           details_.bytes_of_all_but(keep.details) + objects_->staged_bytes() + fetching_->staged_bytes() +
           details_.staged_bytes();
}

std::uint64_t OstreeContentStore::prune(const Kept& keep)
{
    const auto garbage = find_garbage(*objects_, keep.commits);
    const auto bytes = bytes_of(*objects_, garbage);
    remove(*objects_, garbage);
    return bytes + indexes_->remove_all_but(keep.commits) + details_.remove_all_but(keep.details) +
           objects_->clear_staging();
}

bool OstreeContentStore::discard_damaged_details(const Digest& id)
{
    try {
        details_.read(id);
    } catch (const Error& error) {
        if (error.code() == Code::corrupt || error.code() == Code::no_space) {
            details_.remove(id);
            return true;
        }
        if (error.code() != Code::not_found) {
            throw;
        }
    }
    return false;
}

std::uint64_t OstreeContentStore::discard_damaged(const CommitId& commit)
{
    return ostree::discard_damaged(*objects_, commit);
}

std::uint64_t OstreeContentStore::lost_attributes() const { return ostree::lost_attributes(*objects_); }

std::uint64_t OstreeContentStore::mend_attributes() { return ostree::mend_attributes(*objects_); }

void OstreeContentStore::verify(const CommitId& commit, Progress& progress) const
{
    if (!has_commit(commit)) {
        throw Error(Code::not_found, "commit " + commit.hex() + " is not in the object store");
    }
    try {
        const auto reachable = reachable_from(*objects_, read_commit(*objects_, commit));
        progress.begin("verify", commit.hex(), reachable.contents.size());
        for (const auto& id : reachable.contents) {
            interrupt::throw_if_requested();
            hash_object(objects_->open(id, ObjectType::file).get(), id);
            progress.advance(1);
        }
        progress.end("sound");
    } catch (const Error& error) {
        if (error.code() == Code::not_found) {
            throw Error(Code::corrupt, "commit " + commit.hex() + " is not complete: " + error.what());
        }
        throw;
    }
}

std::unique_ptr<CommitReader> OstreeContentStore::open_commit(const CommitId& commit) const
{
    if (!has_commit(commit)) {
        throw Error(Code::not_found, "commit " + commit.hex() + " is not in the object store");
    }
    return std::make_unique<StoredCommitReader>(*objects_, commit, indexes_->open(commit), indexes_->path(commit));
}

Fd OstreeContentStore::open_object(const Digest& id) const { return objects_->open(id, ObjectType::file); }

} // namespace qpkg::ostree

// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/ostree/commit_indexes.hpp"

#include "adapters/ostree/stored_tree.hpp"

#include "qpkg/core/files.hpp"

#include <algorithm>

namespace qpkg::ostree {
namespace {

namespace fs = std::filesystem;
constexpr std::string_view extension = ".index";

} // namespace

CommitIndexes::CommitIndexes(const ObjectDirectory& objects, Made made)
    : objects_(objects), directory_(objects.repository() / "qpkg-index"), made_(made)
{
}

fs::path CommitIndexes::path(const CommitId& commit) const
{
    return directory_ / (commit.hex() + std::string(extension));
}

CommitIndex CommitIndexes::open(const CommitId& commit) const
{
    if (auto index = CommitIndex::open(path(commit))) {
        return *std::move(index);
    }
    std::vector<ObjectFacts> objects;
    for (const auto& id : reachable_from(objects_, read_commit(objects_, commit)).contents) {
        objects.push_back(hash_object(objects_.open(id, ObjectType::file).get(), id));
    }
    if (made_ == Made::forgotten) {
        return CommitIndex::of(std::move(objects));
    }
    write(commit, std::move(objects));
    auto index = CommitIndex::open(path(commit));
    if (!index) {
        throw Error(Code::failed, "read back " + path(commit).string() + ": not what was written");
    }
    return *std::move(index);
}

void CommitIndexes::write(const CommitId& commit, std::vector<ObjectFacts> objects) const
{
    files::make_directories(directory_);
    CommitIndex::write(path(commit), std::move(objects));
}

std::vector<fs::path> CommitIndexes::all_but(std::span<const CommitId> keep) const
{
    std::vector<fs::path> found;
    if (!fs::is_directory(directory_)) {
        return found;
    }
    for (const auto& entry : fs::directory_iterator(directory_)) {
        const bool kept =
            std::any_of(keep.begin(), keep.end(), [&](const CommitId& commit) { return entry.path() == path(commit); });
        if (!kept) {
            found.push_back(entry.path());
        }
    }
    return found;
}

std::uint64_t CommitIndexes::bytes_of_all_but(std::span<const CommitId> keep) const
{
    std::uint64_t bytes = 0;
    for (const auto& path : all_but(keep)) {
        bytes += allocated_bytes(path);
    }
    return bytes;
}

std::uint64_t CommitIndexes::remove_all_but(std::span<const CommitId> keep) const
{
    const auto bytes = bytes_of_all_but(keep);
    for (const auto& path : all_but(keep)) {
        files::remove_durably(path);
    }
    return bytes;
}

KnownObjects::KnownObjects(const CommitIndexes& indexes, std::span<const CommitId> commits)
{
    for (const auto& commit : commits) {
        if (auto index = CommitIndex::open(indexes.path(commit))) {
            indexes_.push_back(*std::move(index));
        }
    }
}

std::optional<ObjectFacts> KnownObjects::find(const Digest& id) const
{
    for (const auto& index : indexes_) {
        if (const auto position = index.find(id)) {
            return index.facts(*position);
        }
    }
    return std::nullopt;
}

} // namespace qpkg::ostree

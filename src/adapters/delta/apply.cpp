// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/delta/apply.hpp"

#include "adapters/delta/fetch_delta.hpp"
#include "adapters/delta/made_objects.hpp"
#include "adapters/delta/superblock.hpp"
#include "adapters/ostree/served/handle.hpp"

#include "qpkg/core/error.hpp"
#include "qpkg/core/files.hpp"
#include "qpkg/core/removal.hpp"
#include "qpkg/core/text.hpp"

#include <array>

namespace qpkg::delta {
namespace {

namespace fs = std::filesystem;

constexpr int not_compressed = 0; ///< for an import: nobody transfers these bytes

/// A crash leaves nothing that anybody would use, so nothing is synced.
void make_repository(const fs::path& directory, const std::string& settings = {})
{
    const auto repository = ostree::handle_of(directory);
    fs::create_directories(directory);
    glib::checked("make a repository for the delta", [&](GError** error) {
        return ostree_repo_create(repository.get(), OSTREE_REPO_MODE_BARE_USER, nullptr, error);
    });
    const auto config = files::read(directory / "config", 64 * 1024);
    files::write(directory / "config", config + "fsync=false\n" + settings, 0600, files::Durability::scratch);
}

/// For what is new, over the store that the delta starts from.
void make_repository_over(const fs::path& store, const fs::path& directory)
{
    make_repository(directory, "parent=" + fs::absolute(store).string() + '\n');
}

/// A delta cannot start from an archive, whose files are compressed.
void unpack_commit(const fs::path& archive, const CommitId& commit, const fs::path& directory)
{
    make_repository(directory);
    const auto repository = ostree::open_repository(directory);
    const glib::Owned<GFile> place(g_file_new_for_path(fs::absolute(archive).c_str()));
    const std::unique_ptr<char, decltype(&g_free)> url(g_file_get_uri(place.get()), g_free);
    auto hex = commit.hex();
    std::array<char*, 2> refs{hex.data(), nullptr};
    glib::checked("unpack commit " + hex, [&](GError** error) {
        return ostree_repo_pull(repository.get(), url.get(), refs.data(), OSTREE_REPO_PULL_FLAGS_NONE, nullptr, nullptr,
                                error);
    });
}

void execute(const fs::path& directory, const fs::path& delta)
{
    const auto repository = ostree::open_repository(directory);
    const glib::Owned<GFile> file(g_file_new_for_path(delta.c_str()));
    try {
        glib::checked("apply", [&](GError** error) {
            return ostree_repo_prepare_transaction(repository.get(), nullptr, nullptr, error) &&
                   ostree_repo_static_delta_execute_offline(repository.get(), file.get(), FALSE, nullptr, error) &&
                   ostree_repo_commit_transaction(repository.get(), nullptr, nullptr, error);
        });
    } catch (const Error& error) {
        throw Error(Code::corrupt, error.what());
    }
}

} // namespace

std::unique_ptr<AppliedDelta> apply(const fs::path& store, const DeltaJob& job, Fetcher& from, Progress& progress)
{
    return with_context("delta from " + job.delta.from.hex(), [&] {
        const auto files_of_delta = job.scratch / "delta";
        const auto repository = job.scratch / "made";
        fs::create_directories(files_of_delta);
        progress.begin("delta", job.to.hex(), job.delta.size);
        fetch_delta(job.delta, job.to, files_of_delta, from, progress);
        make_repository_over(store, repository);
        execute(repository, files_of_delta);
        files::remove_tree(files_of_delta);
        progress.end(text::human_size(job.delta.size));
        return std::make_unique<MadeObjects>(repository, job.delta.size, from, not_compressed);
    });
}

std::unique_ptr<AppliedDelta> apply_copied(const fs::path& archive, const DeltaJob& job, Fetcher& rest,
                                           Progress& progress)
{
    return with_context("delta from " + job.delta.from.hex(), [&] {
        const auto start = job.scratch / "start";
        const auto repository = job.scratch / "made";
        progress.begin("apply", job.to.hex(), 0);
        unpack_commit(archive, job.delta.from, start);
        make_repository_over(start, repository);
        execute(repository, archive / directory_of(job.delta.from, job.to));
        files::remove_tree(start);
        progress.end(text::human_size(job.delta.objects_size - job.delta.size) + " saved");
        return std::make_unique<MadeObjects>(repository, 0, rest, ostree::archive_compression);
    });
}

} // namespace qpkg::delta

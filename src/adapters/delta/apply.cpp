// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/delta/apply.hpp"

#include "adapters/delta/fetch_delta.hpp"
#include "adapters/delta/made_objects.hpp"
#include "adapters/ostree/handle.hpp"

#include "qpkg/base/error.hpp"
#include "qpkg/base/files.hpp"
#include "qpkg/base/text.hpp"

namespace qpkg::delta {
namespace {

namespace fs = std::filesystem;

/// A repository for what is new, over the store it starts from. A crash leaves nothing that anybody would use.
void make_repository(const fs::path& directory, const fs::path& store)
{
    const auto repository = ostree::handle_of(directory);
    fs::create_directories(directory);
    glib::checked("make a repository for the delta", [&](GError** error) {
        return ostree_repo_create(repository.get(), OSTREE_REPO_MODE_BARE_USER, nullptr, error);
    });
    const auto config = files::read(directory / "config", 64 * 1024);
    files::write(directory / "config", config + "fsync=false\nparent=" + fs::absolute(store).string() + '\n', 0600,
                 files::Durability::scratch);
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
        make_repository(repository, store);
        execute(repository, files_of_delta);
        fs::remove_all(files_of_delta);
        progress.end(text::human_size(job.delta.size));
        return std::make_unique<MadeObjects>(repository, job.delta.size, from);
    });
}

} // namespace qpkg::delta

// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/delta/apply.hpp"

#include "adapters/delta/made_objects.hpp"
#include "adapters/delta/superblock.hpp"
#include "adapters/ostree/handle.hpp"

#include "qpkg/base/error.hpp"
#include "qpkg/base/files.hpp"
#include "qpkg/base/interrupt.hpp"
#include "qpkg/base/text.hpp"

#include <fcntl.h>

#include <map>

namespace qpkg::delta {
namespace {

namespace fs = std::filesystem;

/// Writes the parts to disk, each checked against the superblock.
class PartFiles final : public FetchSink {
public:
    PartFiles(const fs::path& directory, const std::vector<Part>& parts, Progress& progress)
        : directory_(directory), parts_(parts), progress_(progress)
    {
    }

    void data(std::size_t index, std::span<const std::uint8_t> bytes) override
    {
        interrupt::throw_if_requested();
        auto& part = open(index);
        part.hash.update(bytes);
        files::write_all(part.file.get(), bytes);
        progress_.advance(bytes.size());
    }

    void complete(std::size_t index) override
    {
        if (open(index).hash.finish() != parts_[index].checksum) {
            throw Error(Code::corrupt, "part " + std::to_string(index) + ": the bytes are not those the delta lists");
        }
        open_.erase(index);
    }

    void absent(std::size_t index) override
    {
        throw Error(Code::not_found, "the repository lacks part " + std::to_string(index));
    }

private:
    struct Open {
        Fd file;
        Sha256 hash;
    };

    Open& open(std::size_t index)
    {
        auto& part = open_[index];
        if (!part.file) {
            part.file = files::open(directory_ / std::to_string(index), O_WRONLY | O_CREAT | O_TRUNC, 0600);
        }
        return part;
    }

    const fs::path& directory_;
    const std::vector<Part>& parts_;
    Progress& progress_;
    std::map<std::size_t, Open> open_;
};

void fetch(const DeltaJob& job, const fs::path& directory, Fetcher& from, Progress& progress)
{
    const auto place = "ostree/" + directory_of(job.delta.from, job.to);
    const auto superblock = from.get(place + "/superblock", job.delta.size);
    if (!superblock) {
        throw Error(Code::not_found, "the repository lacks it");
    }
    if (sha256(*superblock) != job.delta.superblock) {
        throw Error(Code::corrupt, "the bytes are not those the manifest lists");
    }
    const auto parts = parse_superblock(*superblock, job.delta.from, job.to);
    files::write(directory / "superblock", *superblock, 0600, files::Durability::scratch);
    progress.advance(superblock->size());
    std::vector<FetchRequest> requests;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        requests.push_back({place + '/' + std::to_string(i), parts[i].size});
    }
    PartFiles sink(directory, parts, progress);
    from.get_many(requests, sink);
}

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
        fetch(job, files_of_delta, from, progress);
        make_repository(repository, store);
        execute(repository, files_of_delta);
        fs::remove_all(files_of_delta);
        progress.end(text::human_size(job.delta.size));
        return std::make_unique<MadeObjects>(repository, job.delta.size, from);
    });
}

} // namespace qpkg::delta

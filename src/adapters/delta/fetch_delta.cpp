// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/delta/fetch_delta.hpp"

#include "adapters/delta/superblock.hpp"

#include "qpkg/core/error.hpp"
#include "qpkg/core/files.hpp"
#include "qpkg/core/interrupt.hpp"
#include "qpkg/core/modes.hpp"
#include "qpkg/core/removal.hpp"
#include "qpkg/core/text.hpp"

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

} // namespace

void fetch_delta(const DeltaSummary& delta, const CommitId& to, const fs::path& directory, Fetcher& from,
                 Progress& progress)
{
    const auto place = "ostree/" + directory_of(delta.from, to);
    const auto superblock = from.get(place + "/superblock", delta.size);
    if (!superblock) {
        throw Error(Code::not_found, "the repository lacks it");
    }
    if (sha256(*superblock) != delta.superblock) {
        throw Error(Code::corrupt, "the bytes are not those the manifest lists");
    }
    const auto parts = parse_superblock(*superblock, delta.from, to);
    files::write(directory / "superblock", *superblock, 0600, files::Durability::scratch);
    progress.advance(superblock->size());
    std::vector<FetchRequest> requests;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        requests.push_back({place + '/' + std::to_string(i), parts[i].size});
    }
    PartFiles sink(directory, parts, progress);
    from.get_many(requests, sink);
}

std::uint64_t copy(const fs::path& archive, const DeltaSummary& delta, const CommitId& to, Fetcher& from,
                   Progress& progress)
{
    const auto place = archive / directory_of(delta.from, to);
    if (fs::exists(place / "superblock")) {
        return 0;
    }
    return with_context("delta from " + delta.from.hex(), [&] {
        files::make_directories(place.parent_path());
        const files::TemporaryDirectory scratch(archive / "tmp", "delta-");
        progress.begin("delta", delta.from.hex().substr(0, 16), delta.size);
        fetch_delta(delta, to, scratch.path(), from, progress);
        progress.end(text::human_size(delta.size));
        // It is served to others.
        files::set_mode(scratch.path(), 0755);
        for (const auto& file : fs::directory_iterator(scratch.path())) {
            files::set_mode(file.path(), 0644);
        }
        files::sync_filesystem(scratch.path());
        files::remove_tree(place);
        files::rename_durably(scratch.path(), place);
        return delta.size;
    });
}

} // namespace qpkg::delta

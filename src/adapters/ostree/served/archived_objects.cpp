// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/ostree/served/archived_objects.hpp"

#include "adapters/ostree/metadata_import.hpp"
#include "adapters/ostree/served/inflate.hpp"
#include "adapters/ostree/stored_tree.hpp"

#include "qpkg/core/error.hpp"
#include "qpkg/core/files.hpp"

#include <unistd.h>

#include <array>
#include <cerrno>

namespace qpkg::ostree {
namespace {

constexpr std::string_view content_suffix = ".file";

/// Fills `buffer` as far as the file goes.
std::size_t read_at(int fd, std::span<std::uint8_t> buffer, std::uint64_t offset)
{
    std::size_t filled = 0;
    while (filled < buffer.size()) {
        const auto got =
            ::pread(fd, buffer.data() + filled, buffer.size() - filled, static_cast<off_t>(offset + filled));
        if (got < 0) {
            throw system_error("read", errno);
        }
        if (got == 0) {
            break;
        }
        filled += static_cast<std::size_t>(got);
    }
    return filled;
}

struct Head {
    ArchiveHeader header;
    std::uint64_t length; ///< bytes before the compressed content
};

Head read_head(int fd)
{
    std::array<std::uint8_t, header_prefix> prefix{};
    if (read_at(fd, prefix, 0) != prefix.size()) {
        throw Error(Code::corrupt, "cut off in its header");
    }
    std::string bytes(header_length(prefix), '\0');
    const std::span buffer(reinterpret_cast<std::uint8_t*>(bytes.data()), bytes.size());
    if (read_at(fd, buffer, header_prefix) != bytes.size()) {
        throw Error(Code::corrupt, "cut off in its header");
    }
    return {parse_archive_header(buffer), header_prefix + bytes.size()};
}

} // namespace

bool ArchivedObjects::has_commit(const CommitId& commit) const
{
    return objects_.has(commit.digest(), ObjectType::commit);
}

std::vector<ServedObject> ArchivedObjects::objects_of(const CommitId& commit) const
{
    const auto reachable = reachable_from(objects_, read_commit(objects_, commit));
    std::vector<ServedObject> found;
    const auto add = [&](const Digest& id, ObjectType type) {
        const auto size = std::filesystem::file_size(objects_.path(id, type));
        found.push_back({served_path(id, type), id, size});
    };
    add(commit.digest(), ObjectType::commit);
    auto kept = files::read_if_exists(objects_.path(commit.digest(), ObjectType::commitmeta), max_commit);
    if (kept) {
        kept = sound_signatures(commit, *std::move(kept));
    }
    if (kept) {
        found.push_back({served_path(commit.digest(), ObjectType::commitmeta), sha256(*kept), kept->size()});
    }
    for (const auto& object : reachable.metadata) {
        add(object.id, object.type);
    }
    for (const auto& content : reachable.contents) {
        found.push_back({served_path(content, ObjectType::file), content, raw_length(content)});
    }
    return found;
}

std::uint64_t ArchivedObjects::raw_length(const Digest& content) const
{
    return with_context("file " + content.hex(), [&] {
        const auto head = read_head(objects_.open(content, ObjectType::filez).get());
        return with_length(encode(head.header.file)).size() + head.header.size;
    });
}

void ArchivedObjects::read(const ServedObject& object,
                           const std::function<void(std::span<const std::uint8_t>)>& sink) const
{
    with_context(object.path, [&] {
        if (object.path.ends_with(content_suffix)) {
            read_content(object.sha256, sink);
            return;
        }
        const auto bytes = files::read(objects_.repository().parent_path() / object.path, object.length);
        if (bytes.size() != object.length || sha256(bytes) != object.sha256) {
            throw Error(Code::corrupt, "its bytes are not what its name says");
        }
        sink(as_bytes(bytes));
    });
}

void ArchivedObjects::read_content(const Digest& content,
                                   const std::function<void(std::span<const std::uint8_t>)>& sink) const
{
    const auto source = objects_.open(content, ObjectType::filez);
    const auto head = read_head(source.get());
    Sha256 hash;
    std::uint64_t given = 0;
    const auto hand_over = [&](std::span<const std::uint8_t> bytes) {
        hash.update(bytes);
        sink(bytes);
    };
    const auto header = with_length(encode(head.header.file));
    hand_over(as_bytes(header));
    Inflater inflater;
    std::array<std::uint8_t, 128 * 1024> buffer; // NOLINT: no need to clear what read() fills
    for (auto offset = head.length;;) {
        const auto got = read_at(source.get(), buffer, offset);
        if (got == 0) {
            break;
        }
        inflater.feed(std::span(buffer).first(got), [&](std::span<const std::uint8_t> bytes) {
            given += bytes.size();
            if (given > head.header.size) {
                throw Error(Code::corrupt, "more content than its header says");
            }
            hand_over(bytes);
        });
        offset += got;
    }
    if (hash.finish() != content) {
        throw Error(Code::corrupt, "its bytes are not what its name says");
    }
}

} // namespace qpkg::ostree

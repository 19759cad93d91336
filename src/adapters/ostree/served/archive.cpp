// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/ostree/served/archive.hpp"

#include "adapters/ostree/file_object.hpp"
#include "adapters/ostree/garbage.hpp"
#include "adapters/ostree/metadata_import.hpp"
#include "adapters/ostree/repository.hpp"
#include "adapters/ostree/served/archived_objects.hpp"
#include "adapters/ostree/served/names.hpp"
#include "adapters/ostree/stored_tree.hpp"

#include "qpkg/base/log.hpp"
#include "qpkg/core/error.hpp"
#include "qpkg/core/fault.hpp"
#include "qpkg/core/files.hpp"
#include "qpkg/core/interrupt.hpp"
#include "qpkg/core/text.hpp"

#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>

namespace qpkg::ostree {
namespace {

namespace fs = std::filesystem;

ObjectDirectory open_archive(const fs::path& directory)
{
    ensure_repository(directory, RepositoryMode::archive);
    return ObjectDirectory(directory);
}

std::vector<ObjectName> served_names(const Reachable& reachable)
{
    std::vector<ObjectName> names(reachable.metadata.begin(), reachable.metadata.end());
    for (const auto& id : reachable.contents) {
        names.push_back({id, ObjectType::filez});
    }
    return names;
}

/// Inflates and hashes a content as it is served. Error corrupt.
void require_sound(const ObjectDirectory& archive, const Digest& content)
{
    const ArchivedObjects served(archive.repository());
    served.read({served_path(content, ObjectType::file), content, 0}, [](std::span<const std::uint8_t>) {});
}

void copy_bytes(int from, int to)
{
    if (::ioctl(to, FICLONE, from) == 0) {
        return;
    }
    std::array<std::uint8_t, 256 * 1024> buffer; // NOLINT: no need to clear what read() fills
    for (off_t offset = 0;;) {
        const auto got = ::pread(from, buffer.data(), buffer.size(), offset);
        if (got < 0) {
            throw system_error("read", errno);
        }
        if (got == 0) {
            return;
        }
        files::write_all(to, std::span(buffer).first(static_cast<std::size_t>(got)));
        offset += got;
    }
}

} // namespace

Archive::Archive(const fs::path& directory) : objects_(open_archive(directory)) {}

bool Archive::has_commit(const CommitId& commit) const { return objects_.has(commit.digest(), ObjectType::commit); }

std::uint64_t Archive::add(const CommitId& id, const fs::path& from, const std::string& ref, const CommitSigner* signer,
                           Progress& progress)
{
    const ObjectDirectory other(from);
    const bool compressed = mode_of(from) == RepositoryMode::archive;
    const auto reachable = reachable_from(other, read_commit(other, id));
    objects_.clear_staging();
    progress.begin(compressed ? "copy" : "compress", id.hex(), reachable.contents.size());
    for (const auto& name : reachable.metadata) {
        copy_metadata(other, name);
    }
    Deflater deflater(archive_compression);
    std::vector<ObjectName> damaged;
    for (const auto& content : reachable.contents) {
        interrupt::throw_if_requested();
        const ObjectName name{content, ObjectType::filez};
        const bool here = objects_.has(name.id, name.type);
        if (!here || !is_sound(content)) {
            if (here) {
                damaged.push_back(name);
            }
            if (compressed) {
                link(other, name);
            } else {
                compress(other, content, deflater);
            }
        }
        progress.advance(1);
    }
    for (const auto& name : damaged) { // what takes its place is staged and sound
        objects_.remove(name);
    }
    const auto names = served_names(reachable);
    objects_.promote_staged("export", names);
    const auto commit = other.read_checked(id.digest(), ObjectType::commit, max_commit);
    const auto bytes = served_bytes(names) + commit.size();
    progress.end(text::human_size(bytes));
    publish(id, commit, other, ref, signer);
    return bytes;
}

void Archive::publish(const CommitId& id, const std::string& commit, const ObjectDirectory& other,
                      const std::string& ref, const CommitSigner* signer)
{
    if (signer != nullptr) {
        const std::array<std::string, 1> signatures{signer->sign(as_bytes(commit))};
        objects_.write_durably(id.digest(), ObjectType::commitmeta, encode_signatures(signatures));
    } else if (const auto kept = files::read_if_exists(other.path(id.digest(), ObjectType::commitmeta), max_commit)) {
        with_context("signatures of commit " + id.hex(), [&] { parse_signatures(as_bytes(*kept)); });
        objects_.write_durably(id.digest(), ObjectType::commitmeta, *kept);
    }
    fault_point("export.signed");
    objects_.write_durably(id.digest(), ObjectType::commit, commit);
    fault_point("export.committed");
    write_ref(objects_.repository(), ref, id);
    fault_point("export.ref");
    write_summary(objects_.repository(), signer);
    fault_point("export.summary");
}

void Archive::set_ref(const std::string& ref, const CommitId& commit)
{
    write_ref(objects_.repository(), ref, commit);
    fault_point("mirror.ref");
}

std::uint64_t Archive::keep_only(std::span<const CommitId> commits, const CommitSigner* signer)
{
    const auto garbage = find_garbage(objects_, commits, ObjectType::filez);
    // A name goes before what it names.
    if (remove_refs_but(objects_.repository(), commits) && signer != nullptr) {
        write_summary(objects_.repository(), signer);
    }
    fault_point("prune.refs");
    const auto bytes = bytes_of(objects_, garbage);
    remove(objects_, garbage);
    remove_stray_deltas(objects_.repository());
    return bytes;
}

void Archive::copy_metadata(const ObjectDirectory& other, const ObjectName& name)
{
    if (objects_.has(name.id, name.type)) {
        return;
    }
    const auto bytes = other.read_checked(name.id, name.type, max_dirtree);
    files::write_all(objects_.create_staged(name.id, name.type).get(), bytes);
}

void Archive::compress(const ObjectDirectory& store, const Digest& content, Deflater& deflater)
{
    const auto source = store.open(content, ObjectType::file);
    hash_object(source.get(), content); // nobody signs for bytes that have changed since they were hashed
    const auto header = with_context("file " + content.hex(), [&] { return read_header(source.get()); });
    const bool link = S_ISLNK(header.mode);
    const ArchiveHeader served{link ? 0 : content_size(source.get(), header), header};
    const auto staged = objects_.create_staged(content, ObjectType::filez);
    files::write_all(staged.get(), with_length(encode(served)));
    if (link) {
        return;
    }
    const auto output = [&](std::span<const std::uint8_t> bytes) { files::write_all(staged.get(), bytes); };
    deflater.restart();
    std::array<std::uint8_t, 256 * 1024> buffer; // NOLINT: no need to clear what read() fills
    for (off_t offset = 0;;) {
        const auto got = ::pread(source.get(), buffer.data(), buffer.size(), offset);
        if (got < 0) {
            throw system_error("read file " + content.hex(), errno);
        }
        if (got == 0) {
            break;
        }
        deflater.feed(std::span(buffer).first(static_cast<std::size_t>(got)), output);
        offset += got;
    }
    deflater.finish(output);
}

void Archive::link(const ObjectDirectory& other, const ObjectName& name)
{
    require_sound(other, name.id);
    const auto source = other.path(name.id, name.type);
    objects_.discard_staged(name.id, name.type);
    const auto staged = objects_.staged_path(name.id, name.type);
    if (::link(source.c_str(), staged.c_str()) == 0) {
        return;
    }
    const auto from = other.open(name.id, name.type);
    copy_bytes(from.get(), objects_.create_staged(name.id, name.type).get());
}

bool Archive::is_sound(const Digest& content) const
{
    try {
        require_sound(objects_, content);
        return true;
    } catch (const Error& error) {
        if (error.code() == Code::interrupted) {
            throw;
        }
        log::warning(std::string(error.what()) + "; it is published anew");
        return false;
    }
}

std::uint64_t Archive::served_bytes(const std::vector<ObjectName>& names) const
{
    std::uint64_t bytes = 0;
    for (const auto& name : names) {
        bytes += fs::file_size(objects_.path(name.id, name.type));
    }
    return bytes;
}

} // namespace qpkg::ostree

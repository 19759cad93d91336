// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/ostree/tree_commit.hpp"

#include "repo-format/repo/times.hpp"

#include "qpkg/core/error.hpp"
#include "qpkg/core/fault.hpp"
#include "qpkg/core/files.hpp"
#include "qpkg/core/interrupt.hpp"
#include "qpkg/core/sparse_file.hpp"
#include "qpkg/core/text.hpp"

#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace qpkg::ostree {
namespace {

/// Hashes `source` into `digest` and copies it to `target`. A clone is hashed after it was made: later writes to the
/// source cannot reach it.
void copy_content(int source, int target, ContentDigest& digest)
{
    const bool cloned = ::ioctl(target, FICLONE, source) == 0;
    const int from = cloned ? target : source;
    files::SparseWriter writer(target);
    std::array<std::uint8_t, 256 * 1024> buffer; // NOLINT: no need to clear what read() fills
    for (off_t offset = 0;;) {
        const auto got = ::pread(from, buffer.data(), buffer.size(), offset);
        if (got < 0) {
            throw system_error("read", errno);
        }
        if (got == 0) {
            break;
        }
        const auto bytes = std::span(buffer).first(static_cast<std::size_t>(got));
        digest.update(bytes);
        if (!cloned) {
            writer.write(bytes);
        }
        offset += got;
    }
    if (!cloned) {
        writer.finish();
    }
}

struct stat status_of(const ForeignTree& tree)
{
    struct stat info {};
    if (::fstat(tree.top().get(), &info) != 0) {
        throw system_error("look at the top of a tree", errno);
    }
    return info;
}

/// Of a tree's files and links in its order. A list that it has already says nothing of itself.
std::vector<PathTime> times_in(const ForeignTree& disk)
{
    std::vector<PathTime> times;
    std::map<std::pair<std::uint64_t, std::uint64_t>, std::uint32_t> first_names; // by device and inode
    disk.walk("", [&](const ForeignTree::Entry& entry) {
        const auto& info = entry.info;
        if (S_ISDIR(info.st_mode) || entry.path.substr(1) == times_path) {
            return;
        }
        if (times.size() >= max_files) {
            throw Error(Code::no_space, "more than " + std::to_string(max_files) + " files");
        }
        PathTime time{info.st_mtim.tv_sec, std::nullopt};
        if (time.seconds < 0 || time.seconds > latest_time) {
            throw Error(Code::untrusted, text::escaped(entry.path.substr(1)) + ": its time is not in 1970–2099");
        }
        if (info.st_nlink > 1) {
            const auto [known, is_first] =
                first_names.emplace(std::pair<std::uint64_t, std::uint64_t>(info.st_dev, info.st_ino), times.size());
            time.name_of = is_first ? std::nullopt : std::optional(known->second);
        }
        times.push_back(time);
    });
    return times;
}

Commit commit_of(const CommitRequest& request, const Digest& tree, const Digest& meta)
{
    std::map<std::string, MetadataValue> metadata;
    for (const auto& [key, value] : request.metadata) {
        metadata.emplace(key, value);
    }
    if (!request.ref.empty()) {
        metadata.emplace("ostree.ref-binding", std::vector<std::string>{request.ref});
    }
    return {.metadata = {metadata.begin(), metadata.end()},
            .parent = std::nullopt,
            .subject = request.subject,
            .body = {},
            .timestamp = static_cast<std::uint64_t>(request.timestamp),
            .tree = tree,
            .meta = meta};
}

} // namespace

TreeCommit::TreeCommit(const ObjectDirectory& objects, const CommitIndexes& indexes, Progress& progress)
    : objects_(objects), indexes_(indexes), progress_(progress)
{
}

CommitSummary TreeCommit::run(const CommitRequest& request)
{
    progress_.begin("commit", request.subject, 0);
    objects_.clear_staging();
    const ForeignTree tree(request.tree);
    times_ = encode_times(times_in(tree));
    const auto root = directory(tree, {"/", status_of(tree)}, 0);
    const auto commit = commit_of(request, root.tree, root.meta);
    check_commit(commit, request.timestamp);
    const auto bytes = encode(commit);
    parse_commit(as_bytes(bytes));

    const CommitId id(sha256(std::string_view(bytes)));
    const CommitSummary summary{id, 1 + metadata_.size() + contents_.size(), size_};
    std::vector<ObjectName> names(metadata_.begin(), metadata_.end());
    for (const auto& content : contents_) {
        names.push_back({content.id, ObjectType::file});
    }
    objects_.promote_staged("commit", names);
    // A volume leaves the list out, and has the leaves of all others in the order of the walk.
    std::ranges::stable_partition(contents_, [&](const ObjectFacts& facts) { return facts.id != list_; });
    indexes_.write(id, std::move(contents_));
    fault_point("commit.indexed");
    objects_.write_durably(id.digest(), ObjectType::commit, bytes);
    fault_point("commit.committed");
    progress_.end(text::human_size(size_));
    return summary;
}

TreeCommit::Directory TreeCommit::directory(const ForeignTree& disk, const ForeignTree::Entry& found, std::size_t depth)
{
    interrupt::throw_if_requested();
    const auto where = found.path == "/" ? found.path : text::escaped(found.path.substr(1));
    if (depth > max_depth) {
        throw Error(Code::untrusted, where + ": more than " + std::to_string(max_depth) + " directories deep");
    }
    const DirMeta meta{0, 0, found.info.st_mode, {}};
    with_context(where, [&] { check_directory(meta); });
    DirTree tree;
    for (const auto& entry : entries_of(disk, found.path)) {
        auto name = entry.path.substr(entry.path.rfind('/') + 1);
        if (S_ISDIR(entry.info.st_mode)) {
            const auto child = directory(disk, entry, depth + 1);
            tree.directories.push_back({std::move(name), child.tree, child.meta});
        } else {
            const auto id = content(disk, entry);
            tree.files.push_back({std::move(name), id});
        }
    }
    with_context(where, [&] { check_entries(tree); });
    const auto encoded = encode(tree);
    if (encoded.size() > max_dirtree) {
        throw Error(Code::no_space, where + ": directory larger than " + text::human_size(max_dirtree));
    }
    return {metadata(ObjectType::dirtree, encoded), metadata(ObjectType::dirmeta, encode(meta))};
}

std::vector<ForeignTree::Entry> TreeCommit::entries_of(const ForeignTree& disk, const std::string& path)
{
    auto entries = disk.list(path);
    const auto list = '/' + std::string(times_path);
    const auto above = path == "/" ? std::string() : path;
    if (!list.starts_with(above + '/')) {
        return entries;
    }
    const auto next = list.substr(0, list.find('/', above.size() + 1));
    const mode_t mode = next == list ? S_IFREG | 0644 : S_IFDIR | 0755;
    const auto place = std::ranges::lower_bound(entries, next, {}, &ForeignTree::Entry::path);
    if (place == entries.end() || place->path != next) {
        entries.insert(place, {next, {}})->info.st_mode = mode;
    } else if ((place->info.st_mode & S_IFMT) != (mode & S_IFMT)) {
        throw Error(Code::untrusted, next.substr(1) + ": it is in the way of the list of times");
    }
    return entries;
}

Digest TreeCommit::metadata(ObjectType type, std::string_view bytes)
{
    const auto id = sha256(bytes);
    if (metadata_.insert({id, type}).second && !objects_.has(id, type)) {
        files::write_all(objects_.create_staged(id, type).get(), bytes);
    }
    return id;
}

Digest TreeCommit::content(const ForeignTree& disk, const ForeignTree::Entry& found)
{
    if (++files_ > max_files) {
        throw Error(Code::no_space, "more than " + std::to_string(max_files) + " files");
    }
    const auto& [path, info] = found;
    if (path.substr(1) == times_path) {
        return list_of_times();
    }
    const bool linked = S_ISREG(info.st_mode) && info.st_nlink > 1;
    const auto inode = std::pair<std::uint64_t, std::uint64_t>(info.st_dev, info.st_ino);
    if (linked) {
        if (const auto known = links_.find(inode); known != links_.end()) {
            return known->second;
        }
    }
    const auto id = with_context(text::escaped(path.substr(1)), [&] {
        return S_ISLNK(found.info.st_mode) ? symlink(disk, found) : file(disk, found);
    });
    if (linked) {
        links_.emplace(inode, id);
    }
    return id;
}

Digest TreeCommit::file(const ForeignTree& disk, const ForeignTree::Entry& found)
{
    const FileHeader header{0, 0, found.info.st_mode, 0, {}, {}};
    check_file(header);
    const auto source = disk.open_file(found.path);
    const auto staged = objects_.create_incoming();
    ContentDigest digest(header);
    copy_content(source.get(), staged.get(), digest);
    write_attributes(staged.get(), header);
    return take(facts_of(header, digest.finish()));
}

Digest TreeCommit::list_of_times()
{
    const FileHeader header{0, 0, S_IFREG | 0644, 0, {}, {}};
    const auto staged = objects_.create_incoming();
    files::write_all(staged.get(), times_);
    write_attributes(staged.get(), header);
    ContentDigest digest(header);
    digest.update(as_bytes(times_));
    auto facts = facts_of(header, digest.finish());
    list_ = facts.id;
    return take(std::move(facts));
}

Digest TreeCommit::symlink(const ForeignTree& disk, const ForeignTree::Entry& found)
{
    const FileHeader header{0, 0, S_IFLNK | 0777, 0, disk.read_link(found.path), {}};
    check_file(header);
    check_link(found.path.substr(1), header.target);
    const auto staged = objects_.create_incoming();
    files::write_all(staged.get(), header.target + '\0');
    write_attributes(staged.get(), header);
    return take(facts_of(header, ContentDigest(header).finish()));
}

Digest TreeCommit::take(ObjectFacts facts)
{
    const auto id = facts.id;
    const bool is_new = known_.insert(id).second;
    if (!is_new || objects_.has(id, ObjectType::file)) {
        objects_.discard_incoming();
    } else {
        objects_.keep_incoming(id, ObjectType::file);
    }
    if (is_new) {
        size_ += facts.size;
        progress_.advance(facts.size);
        contents_.push_back(std::move(facts));
    }
    return id;
}

} // namespace qpkg::ostree

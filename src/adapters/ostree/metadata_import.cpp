// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/ostree/metadata_import.hpp"

#include "repo-format/repo/times.hpp"

#include "qpkg/base/log.hpp"
#include "qpkg/core/error.hpp"
#include "qpkg/core/files.hpp"
#include "qpkg/core/interrupt.hpp"
#include "qpkg/core/text.hpp"

#include <utility>

namespace qpkg::ostree {
namespace {

constexpr std::uint64_t max_metadata_bytes = 256 * 1024 * 1024;

void require_digest(std::string_view bytes, const Digest& id, ObjectType type)
{
    if (sha256(bytes) != id) {
        throw Error(Code::corrupt, describe(id, type) + ": its bytes are not what its name says");
    }
}

std::size_t cap_of(ObjectType type)
{
    switch (type) {
    case ObjectType::dirtree:
        return max_dirtree;
    case ObjectType::dirmeta:
        return max_dirmeta;
    default:
        return max_commit;
    }
}

/// The folder of the times is no place for anything else of a module.
void require_outside_times(const std::string& path)
{
    if (path.starts_with(std::string(times_folder) + '/')) {
        throw Error(Code::untrusted, text::escaped(path) + ": this folder of a module holds its times alone");
    }
}

/// Collects small objects whole and hands each over once it is checked against its name.
class WholeObjects final : public FetchSink {
public:
    using Take = std::function<void(const ObjectName&, std::string_view)>;

    WholeObjects(std::span<const ObjectName> wanted, Take take)
        : wanted_(wanted), bytes_(wanted.size()), take_(std::move(take))
    {
    }

    void data(std::size_t index, std::span<const std::uint8_t> bytes) override { bytes_[index] += as_text(bytes); }

    void complete(std::size_t index) override
    {
        require_digest(bytes_[index], wanted_[index].id, wanted_[index].type);
        take_(wanted_[index], bytes_[index]);
        bytes_[index] = {};
    }

    void absent(std::size_t index) override
    {
        throw Error(Code::not_found, "the repository lacks " + describe(wanted_[index].id, wanted_[index].type));
    }

private:
    std::span<const ObjectName> wanted_;
    std::vector<std::string> bytes_;
    Take take_;
};

} // namespace

std::optional<std::string> sound_signatures(const CommitId& id, std::string bytes)
{
    try {
        if (!parse_signatures(as_bytes(bytes)).empty()) {
            return bytes;
        }
        return std::nullopt;
    } catch (const Error& error) {
        log::warning("signatures of commit " + id.hex() + " are not kept: " + error.what());
        return std::nullopt;
    }
}

FetchedSignatures fetch_signatures(const CommitId& id, Fetcher& from)
{
    auto bytes = from.look_for(served_path(id.digest(), ObjectType::commitmeta), max_commit);
    if (!bytes) {
        return {"", 0};
    }
    const auto size = bytes->size();
    return {sound_signatures(id, *std::move(bytes)).value_or(""), size};
}

std::string served_path(const Digest& id, ObjectType type) { return "ostree/objects/" + object_path(id, type); }

TreeVisitor ImportedTree::visitor() const
{
    return {.tree = [this](const Digest& id) { return trees_.at(id); },
            .meta = [this](const Digest& id) { return metas_.at(id); },
            .directory = {},
            .file = {}};
}

void ImportedTree::each_file(const std::function<void(const std::string&, const Digest&)>& visit) const
{
    auto all = visitor();
    all.file = visit;
    walk(commit_, all);
}

std::vector<ObjectName> ImportedTree::objects() const
{
    std::vector<ObjectName> names;
    for (const auto& [id, tree] : trees_) {
        names.push_back({id, ObjectType::dirtree});
    }
    for (const auto& [id, meta] : metas_) {
        names.push_back({id, ObjectType::dirmeta});
    }
    for (const auto& id : contents_) {
        names.push_back({id, ObjectType::file});
    }
    return names;
}

ImportedTree MetadataImport::run(const CommitId& id)
{
    auto bytes = commit_bytes(id);
    auto commit = with_context(describe(id.digest(), ObjectType::commit), [&] {
        auto parsed = parse_commit(as_bytes(bytes));
        check_commit(parsed, limits_.timestamp);
        return parsed;
    });
    ImportedTree tree(std::move(commit), std::move(bytes));
    want(tree.commit_.meta, ObjectType::dirmeta);
    want(tree.commit_.tree, ObjectType::dirtree);
    while (!next_.empty()) {
        load(tree, take_level());
    }
    std::unordered_set<Digest> seen;
    auto visitor = tree.visitor();
    visitor.directory = [](const std::string& path, const DirMeta&, const DirTree&) { require_outside_times(path); };
    visitor.file = [&](const std::string& path, const Digest& content) {
        if (path == times_path) {
            tree.times_ = content;
            return;
        }
        require_outside_times(path);
        if (seen.insert(content).second) {
            tree.contents_.push_back(content);
        }
    };
    tree.summary_ = walk(tree.commit_, visitor);
    if (!tree.times_) {
        throw Error(Code::untrusted, std::string(times_path) + " is not there, which says when its files were made",
                    "whoever publishes it must build it again, with a qpkg that writes times");
    }
    if (seen.insert(*tree.times_).second) {
        tree.contents_.push_back(*tree.times_);
    }
    return tree;
}

std::string MetadataImport::commit_bytes(const CommitId& id)
{
    if (auto here = sound_bytes({id.digest(), ObjectType::commit})) {
        return *std::move(here);
    }
    const ObjectName name{id.digest(), ObjectType::commit};
    if (auto staged = objects_.read_staged(name, max_commit); staged && sha256(std::string_view(*staged)) == name.id) {
        return *std::move(staged);
    }
    auto bytes = from_.get(served_path(id.digest(), ObjectType::commit), max_commit);
    if (!bytes) {
        throw Error(Code::not_found, "the repository lacks " + describe(id.digest(), ObjectType::commit));
    }
    require_digest(*bytes, id.digest(), ObjectType::commit);
    ++fetched_objects_;
    fetched_bytes_ += bytes->size();
    return *std::move(bytes);
}

/// Of an object that is here; a damaged one is removed, so that it is brought again.
std::optional<std::string> MetadataImport::sound_bytes(const ObjectName& object) const
{
    if (!objects_.has(object.id, object.type)) {
        return std::nullopt;
    }
    try {
        return objects_.read_checked(object.id, object.type, cap_of(object.type));
    } catch (const Error& error) {
        if (error.code() != Code::corrupt && error.code() != Code::no_space) {
            throw;
        }
        log::warning(std::string(error.what()) + "; it is brought again");
        objects_.remove(object);
        return std::nullopt;
    }
}

void MetadataImport::want(const Digest& id, ObjectType type)
{
    auto& known = type == ObjectType::dirtree ? known_trees_ : known_metas_;
    if (!known.insert(id).second) {
        return;
    }
    if (known_trees_.size() + known_metas_.size() >= limits_.objects) {
        throw Error(Code::no_space, "more than the " + std::to_string(limits_.objects) + " objects announced");
    }
    next_.push_back({id, type});
}

std::vector<ObjectName> MetadataImport::take_level() { return std::exchange(next_, {}); }

void MetadataImport::load(ImportedTree& tree, const std::vector<ObjectName>& level)
{
    std::vector<ObjectName> missing;
    for (const auto& object : level) {
        if (const auto here = sound_bytes(object)) {
            add(tree, object, *here);
            continue;
        }
        const auto staged = objects_.read_staged(object, cap_of(object.type));
        if (staged && sha256(std::string_view(*staged)) == object.id) {
            add(tree, object, *staged);
            continue;
        }
        missing.push_back(object);
    }
    std::vector<FetchRequest> requests;
    requests.reserve(missing.size());
    for (const auto& object : missing) {
        requests.push_back({served_path(object.id, object.type), cap_of(object.type)});
    }
    WholeObjects sink(missing, [&](const ObjectName& object, std::string_view bytes) {
        interrupt::throw_if_requested();
        ++fetched_objects_;
        fetched_bytes_ += bytes.size();
        add(tree, object, bytes);
        const auto fd = objects_.create_staged(object.id, object.type);
        with_context("write " + describe(object.id, object.type), [&] { files::write_all(fd.get(), bytes); });
    });
    from_.get_many(requests, sink);
}

void MetadataImport::add(ImportedTree& tree, const ObjectName& object, std::string_view bytes)
{
    metadata_bytes_ += bytes.size();
    if (metadata_bytes_ > max_metadata_bytes) {
        throw Error(Code::no_space, "directories of more than " + text::human_size(max_metadata_bytes));
    }
    with_context(describe(object.id, object.type), [&] {
        if (object.type == ObjectType::dirmeta) {
            tree.metas_.emplace(object.id, parse_dirmeta(as_bytes(bytes)));
            return;
        }
        auto parsed = parse_dirtree(as_bytes(bytes));
        for (const auto& directory : parsed.directories) {
            want(directory.meta, ObjectType::dirmeta);
            want(directory.tree, ObjectType::dirtree);
        }
        tree.trees_.emplace(object.id, std::move(parsed));
    });
}

} // namespace qpkg::ostree

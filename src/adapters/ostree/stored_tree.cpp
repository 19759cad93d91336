// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/ostree/stored_tree.hpp"

#include "repo-format/repo/times.hpp"

#include "qpkg/core/error.hpp"

#include <optional>
#include <unordered_set>

namespace qpkg::ostree {

Commit read_commit(const ObjectDirectory& objects, const CommitId& id)
{
    const auto bytes = objects.read_checked(id.digest(), ObjectType::commit, max_commit);
    return with_context("commit " + id.hex(), [&] { return parse_commit(as_bytes(bytes)); });
}

TreeVisitor stored_visitor(const ObjectDirectory& objects)
{
    return {.tree =
                [&objects](const Digest& id) {
                    return parse_dirtree(as_bytes(objects.read_checked(id, ObjectType::dirtree, max_dirtree)));
                },
            .meta =
                [&objects](const Digest& id) {
                    return parse_dirmeta(as_bytes(objects.read_checked(id, ObjectType::dirmeta, max_dirmeta)));
                },
            .directory = {},
            .file = {}};
}

Reachable reachable_from(const ObjectDirectory& objects, const Commit& commit)
{
    Reachable reachable;
    std::unordered_set<Digest> seen;
    std::optional<Digest> times;
    auto visitor = stored_visitor(objects);
    visitor.tree = [&, read = visitor.tree](const Digest& id) {
        reachable.metadata.insert({id, ObjectType::dirtree});
        return read(id);
    };
    visitor.meta = [&, read = visitor.meta](const Digest& id) {
        reachable.metadata.insert({id, ObjectType::dirmeta});
        return read(id);
    };
    visitor.file = [&](const std::string& path, const Digest& id) {
        if (path == times_path) {
            times = id;
        } else if (seen.insert(id).second) {
            reachable.contents.push_back(id);
        }
    };
    walk(commit, visitor);
    if (times && seen.insert(*times).second) {
        reachable.contents.push_back(*times);
    }
    return reachable;
}

} // namespace qpkg::ostree

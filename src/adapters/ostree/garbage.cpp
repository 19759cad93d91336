// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/ostree/garbage.hpp"

#include "adapters/ostree/stored_tree.hpp"

#include "qpkg/core/fault.hpp"
#include "qpkg/core/files.hpp"
#include "qpkg/core/interrupt.hpp"

#include <set>

namespace qpkg::ostree {

Garbage find_garbage(const ObjectDirectory& objects, std::span<const CommitId> keep, ObjectType contents)
{
    std::set<ObjectName> needed;
    for (const auto& commit : keep) {
        if (!objects.has(commit.digest(), ObjectType::commit)) {
            continue;
        }
        auto reachable = reachable_from(objects, read_commit(objects, commit));
        needed.merge(reachable.metadata);
        for (const auto& content : reachable.contents) {
            needed.insert({content, contents});
        }
        needed.insert({commit.digest(), ObjectType::commit});
        needed.insert({commit.digest(), ObjectType::commitmeta});
    }
    Garbage garbage;
    for (const auto& object : objects.list()) {
        if (!needed.contains(object)) {
            (object.type == ObjectType::commit ? garbage.commits : garbage.rest).push_back(object);
        }
    }
    return garbage;
}

std::uint64_t bytes_of(const ObjectDirectory& objects, const Garbage& garbage)
{
    std::uint64_t bytes = 0;
    for (const auto* names : {&garbage.commits, &garbage.rest}) {
        for (const auto& name : *names) {
            bytes += allocated_bytes(objects.path(name.id, name.type));
        }
    }
    return bytes;
}

void remove(const ObjectDirectory& objects, const Garbage& garbage)
{
    for (const auto& commit : garbage.commits) {
        objects.remove(commit);
    }
    files::sync_filesystem(objects.repository() / "objects");
    fault_point("prune.commits");
    for (const auto& object : garbage.rest) {
        interrupt::throw_if_requested();
        objects.remove(object);
    }
    fault_point("prune.objects");
}

} // namespace qpkg::ostree

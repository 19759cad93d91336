// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/ostree/mending.hpp"

#include "adapters/ostree/file_object.hpp"
#include "adapters/ostree/stored_tree.hpp"

#include "qpkg/base/log.hpp"
#include "qpkg/core/error.hpp"
#include "qpkg/core/files.hpp"
#include "qpkg/core/interrupt.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <set>
#include <vector>

namespace qpkg::ostree {
namespace {

bool is_damage(const Error& error) { return error.code() == Code::corrupt || error.code() == Code::untrusted; }

/// Everything that bears a header at all; `check_file` knows no others.
std::vector<FileHeader> possible_headers(int fd)
{
    std::vector<FileHeader> headers;
    for (const auto mode : {S_IFREG | 0644U, S_IFREG | 0755U}) {
        headers.push_back({0, 0, mode, 0, {}, {}});
    }
    try {
        headers.push_back({0, 0, S_IFLNK | 0777U, 0, read_target(fd), {}});
    } catch (const Error&) {
        // too long, or without its end: no link
    }
    return headers;
}

bool mend(const ObjectDirectory& objects, const Digest& id)
{
    const auto file = objects.open(id, ObjectType::file);
    for (const auto& header : possible_headers(file.get())) {
        try {
            if (hash_as(file.get(), header).id == id) {
                write_attributes(file.get(), header);
                return true;
            }
        } catch (const Error& error) {
            if (!is_damage(error)) {
                throw;
            }
        }
    }
    log::debug("file " + id.hex() + " has lost more than its attribute");
    return false;
}

template <class Visit>
void each_without_attribute(const ObjectDirectory& objects, const Visit& visit)
{
    for (const auto& object : objects.list()) {
        interrupt::throw_if_requested();
        if (object.type == ObjectType::file && !has_header(objects.open(object.id, object.type).get())) {
            visit(object.id);
        }
    }
}

/// Goes down from a commit, and removes each object that is not what its name says.
class Discarding {
public:
    explicit Discarding(const ObjectDirectory& objects) : objects_(objects) {}

    std::uint64_t run(const CommitId& commit)
    {
        check({commit.digest(), ObjectType::commit}, [&] {
            const auto parsed = read_commit(objects_, commit);
            want({parsed.meta, ObjectType::dirmeta});
            want({parsed.tree, ObjectType::dirtree});
        });
        while (!ahead_.empty()) {
            interrupt::throw_if_requested();
            const auto name = ahead_.back();
            ahead_.pop_back();
            check(name, [&] { look_at(name); });
        }
        return gone_;
    }

private:
    void want(const ObjectName& name)
    {
        if (seen_.insert(name).second) {
            ahead_.push_back(name);
        }
    }

    void look_at(const ObjectName& name)
    {
        if (name.type == ObjectType::file) {
            hash_object(objects_.open(name.id, ObjectType::file).get(), name.id);
            return;
        }
        const auto bytes = objects_.read_checked(name.id, name.type, max_dirtree);
        if (name.type == ObjectType::dirmeta) {
            return;
        }
        const auto tree = parse_dirtree(as_bytes(bytes));
        for (const auto& directory : tree.directories) {
            want({directory.meta, ObjectType::dirmeta});
            want({directory.tree, ObjectType::dirtree});
        }
        for (const auto& file : tree.files) {
            want({file.content, ObjectType::file});
        }
    }

    template <class Check>
    void check(const ObjectName& name, const Check& check)
    {
        try {
            check();
        } catch (const Error& error) {
            if (is_damage(error)) {
                log::debug(error.what());
                objects_.remove(name);
                ++gone_;
            } else if (error.code() != Code::not_found) {
                throw;
            }
        }
    }

    const ObjectDirectory& objects_;
    std::vector<ObjectName> ahead_;
    std::set<ObjectName> seen_;
    std::uint64_t gone_ = 0;
};

} // namespace

bool is_complete(const ObjectDirectory& objects, const CommitId& commit)
{
    try {
        const auto reachable = reachable_from(objects, read_commit(objects, commit));
        return std::ranges::all_of(reachable.contents,
                                   [&](const Digest& id) { return objects.has(id, ObjectType::file); });
    } catch (const Error& error) {
        if (error.code() != Code::not_found && !is_damage(error)) {
            throw;
        }
        return false;
    }
}

std::uint64_t discard_damaged(const ObjectDirectory& objects, const CommitId& commit)
{
    return Discarding(objects).run(commit);
}

std::uint64_t lost_attributes(const ObjectDirectory& objects)
{
    std::uint64_t count = 0;
    each_without_attribute(objects, [&](const Digest&) { ++count; });
    return count;
}

std::uint64_t mend_attributes(const ObjectDirectory& objects)
{
    std::uint64_t count = 0;
    each_without_attribute(objects, [&](const Digest& id) { count += mend(objects, id) ? 1U : 0U; });
    if (count > 0) {
        files::sync_filesystem(objects.repository() / "objects");
    }
    return count;
}

} // namespace qpkg::ostree

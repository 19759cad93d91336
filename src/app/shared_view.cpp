// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/shared_view.hpp"

#include "qpkg/base/error.hpp"
#include "qpkg/base/text.hpp"

#include <algorithm>
#include <array>
#include <vector>

namespace qpkg::app {
namespace {

using Entry = ModuleTree::Entry;

const Entry* find(const ModuleTree& tree, std::uint32_t directory, std::string_view name)
{
    const auto& entries = tree.directories.at(directory).entries;
    const auto found = std::ranges::lower_bound(entries, name, {}, &Entry::name);
    return found != entries.end() && found->name == name ? &*found : nullptr;
}

std::optional<std::string> common_below(const ModuleTree& left, std::uint32_t mine, const ModuleTree& right,
                                        std::uint32_t theirs, const std::string& path)
{
    for (const auto& entry : left.directories.at(mine).entries) {
        const auto* other = find(right, theirs, entry.name);
        if (other == nullptr) {
            continue;
        }
        const auto here = path + "/" + entry.name;
        if (entry.kind != NodeKind::directory || other->kind != NodeKind::directory) {
            return here;
        }
        if (auto found = common_below(left, entry.index, right, other->index, here)) {
            return found;
        }
    }
    return std::nullopt;
}

struct Owner {
    std::string name;
    CommitId commit;
};

const Release& release_of(const Snapshot& snapshot, const plan::Plan& plan, const ManifestId& id)
{
    for (const auto& change : plan.changes) {
        const auto* learned = std::get_if<LearnRelease>(&change);
        if (learned != nullptr && learned->release.id == id) {
            return learned->release.release;
        }
    }
    return snapshot.release(id).release;
}

/// The base first; a base that is none of ours is the agent's to compare with.
std::vector<Owner> owners_in(const Snapshot& snapshot, const plan::Plan& plan, const AdvanceQube& step)
{
    std::vector<Owner> owners;
    for (const auto& binding : step.next.bindings) {
        const auto& release = release_of(snapshot, plan, binding.release);
        if (release.view == View::shared) {
            owners.push_back({release.app.text(), release.tree.commit});
        }
    }
    const auto& qube = plan::require_qube(snapshot, step.name);
    if (!owners.empty() && qube.base_commit) {
        owners.insert(owners.begin(), {"base " + qube.base.text(), *qube.base_commit});
    }
    return owners;
}

} // namespace

std::optional<std::string> common_path(const ModuleTree& left, const ModuleTree& right)
{
    static constexpr std::array<std::string_view, 2> tops{"usr", "opt"};
    for (const auto top : tops) {
        const auto* mine = find(left, 0, top);
        const auto* theirs = find(right, 0, top);
        if (mine == nullptr || theirs == nullptr || mine->kind != NodeKind::directory ||
            theirs->kind != NodeKind::directory) {
            continue;
        }
        if (auto found = common_below(left, mine->index, right, theirs->index, "/" + std::string(top))) {
            return found;
        }
    }
    return std::nullopt;
}

void require_only_additions(const World& world, const Snapshot& snapshot, const plan::Plan& plan)
{
    for (const auto& change : plan.changes) {
        const auto* step = std::get_if<AdvanceQube>(&change);
        if (step == nullptr) {
            continue;
        }
        const auto owners = owners_in(snapshot, plan, *step);
        std::vector<std::unique_ptr<CommitReader>> trees;
        for (const auto& owner : owners) {
            trees.push_back(world.content.open_commit(owner.commit));
            for (std::size_t other = 0; other + 1 < trees.size(); ++other) {
                if (const auto path = common_path(trees.back()->tree(), trees[other]->tree())) {
                    throw Error(Code::conflict,
                                owner.name + " cannot be in " + step->name.text() + ": it has " + text::escaped(*path) +
                                    ", which " + owners[other].name + " has too",
                                "both are for the qube's own /usr and /opt, where a module may only add");
                }
            }
        }
    }
}

} // namespace qpkg::app

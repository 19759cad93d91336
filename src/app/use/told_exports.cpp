// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/use/told_exports.hpp"

#include "repo-format/guest/exports.hpp"
#include "repo-format/guest/first_start.hpp"

#include "qpkg/core/error.hpp"
#include "qpkg/core/text.hpp"
#include "qpkg/ports/object_reader.hpp"

#include <algorithm>
#include <optional>

namespace qpkg::app {
namespace {

using Entry = ModuleTree::Entry;

const Entry* find(const ModuleTree& tree, std::uint32_t directory, std::string_view name)
{
    const auto& entries = tree.directories.at(directory).entries;
    const auto found = std::ranges::lower_bound(entries, name, {}, &Entry::name);
    return found != entries.end() && found->name == name ? &*found : nullptr;
}

/// The content of a file; nothing when there is none at that path.
std::optional<std::string> file_at(const CommitReader& commit, std::string_view path)
{
    const auto& tree = commit.tree();
    std::uint32_t directory = 0;
    const Entry* entry = nullptr;
    for (const auto& part : text::split(path.substr(1), '/')) {
        if (entry != nullptr && entry->kind != NodeKind::directory) {
            return std::nullopt;
        }
        directory = entry == nullptr ? 0 : entry->index;
        entry = find(tree, directory, part);
        if (entry == nullptr) {
            return std::nullopt;
        }
    }
    if (entry == nullptr || entry->kind != NodeKind::file || tree.object_of(*entry).size > largest_exports) {
        return std::nullopt;
    }
    return commit.content_from(tree.files.at(entry->index).object, 0);
}

/// What the tree must hold; nothing for exports that no tree can.
std::optional<std::string> exports_told_by(const Release& release)
{
    try {
        return encode_exports(release.app, release.exports);
    } catch (const Error&) {
        return std::nullopt;
    }
}

/// What the tree must hold; nothing: no such file.
std::optional<std::string> first_start_told_by(const Release& release)
{
    return release.first_start.is_nothing() ? std::nullopt
                                            : std::optional(encode_first_start(release.app, release.first_start));
}

} // namespace

void require_told_exports(const World& world, const plan::Plan& plan)
{
    for (const auto& change : plan::all_changes(plan)) {
        const auto* learned = std::get_if<LearnRelease>(&change);
        if (learned == nullptr) {
            continue;
        }
        const auto& release = learned->release.release;
        const auto commit = world.content.open_commit(release.tree.commit);
        const auto read = file_at(*commit, exports_path(release.app));
        const bool shows_another = read && read != exports_told_by(release); // without one no qube shows the app
        if (shows_another || file_at(*commit, first_start_path(release.app)) != first_start_told_by(release)) {
            throw Error(Code::corrupt,
                        "cannot install " + release.app.text() + ' ' + release.version +
                            ": what it would show or do in a qube is not what its manifest says",
                        "tell its publisher; nothing was changed");
        }
    }
}

} // namespace qpkg::app

// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/use/extension_trees.hpp"

#include "repo-format/guest/points.hpp"

#include "qpkg/core/error.hpp"
#include "qpkg/core/text.hpp"
#include "qpkg/ports/object_reader.hpp"

#include <algorithm>
#include <functional>
#include <iterator>
#include <map>

namespace qpkg::app {
namespace {

/// A file or link of an extension.
struct Found {
    std::string path;
    Digest object;
    std::optional<std::string> target; ///< of a link
};

void walk(const CommitReader& commit, std::uint32_t directory, const std::string& path,
          const std::function<void(Found)>& visit)
{
    const auto& tree = commit.tree();
    for (const auto& entry : tree.directories.at(directory).entries) {
        auto place = path + '/' + entry.name;
        if (entry.kind == NodeKind::directory) {
            walk(commit, entry.index, place, visit);
            continue;
        }
        const auto object = tree.files.at(entry.index).object;
        const bool is_link = entry.kind == NodeKind::symlink;
        visit({std::move(place), tree.objects.at(object).id,
               is_link ? std::optional(commit.content_from(object, 0)) : std::nullopt});
    }
}

std::vector<std::string> folders_of(const Extends& extends, const std::vector<const Release*>& apps)
{
    if (is_of_qube(extends.point)) {
        const auto folders = folders_of_qube_point(extends.point.text());
        return {folders.begin(), folders.end()};
    }
    for (const auto* app : apps) {
        for (const auto& point : app->points) {
            if (point.name == extends.point) {
                return point.folders;
            }
        }
    }
    return {};
}

/// Of one qube: which file which extension has for which app. In the view one of two would be seen.
class FilesOfViews {
public:
    void add(const Release& extension, const std::string& path, const Digest& object)
    {
        const auto owner = std::string(owner_of(extension.extends->point));
        const auto [other, is_new] = seen_.try_emplace({owner, path}, object, extension.app);
        if (!is_new && other->second.first != object) {
            throw Error(Code::conflict, "cannot install " + extension.app.text() + ": " + other->second.second.text() +
                                            " has another " + text::escaped(path, 200) + " for " + owner);
        }
    }

private:
    std::map<std::pair<std::string, std::string>, std::pair<Digest, AppId>> seen_; ///< by app and path
};

/// The extensions of one qube.
class Checker {
public:
    Checker(const World& world, const std::vector<const KnownRelease*>& releases) : world_(world)
    {
        std::ranges::transform(releases, std::back_inserter(releases_),
                               [](const KnownRelease* known) { return &known->release; });
    }

    void check()
    {
        for (const auto* release : releases_) {
            if (release->extends) {
                check(*release);
            }
        }
    }

private:
    void check(const Release& release)
    {
        const auto folders = folders_of(*release.extends, releases_);
        const auto commit = world_.content.open_commit(release.tree.commit);
        walk(*commit, 0, "", [&](Found found) {
            if (const auto why =
                    complaint_about_extension(release.app, *release.extends, folders, {found.path, found.target})) {
                throw Error(Code::corrupt,
                            "cannot install " + release.app.text() + ' ' + release.version + ": it extends " +
                                release.extends->point.text() + " and holds " + text::escaped(found.path, 200) + ": " +
                                *why,
                            "tell its publisher; nothing was changed");
            }
            if (!is_of_qube(release.extends->point)) {
                files_.add(release, found.path, found.object);
            }
        });
    }

    const World& world_;
    std::vector<const Release*> releases_;
    FilesOfViews files_;
};

/// What each qube of the plan would have.
std::vector<std::vector<const KnownRelease*>> releases_of_qubes(const Snapshot& snapshot,
                                                                const std::vector<Change>& changes)
{
    std::map<ManifestId, const KnownRelease*> learned;
    std::vector<std::vector<const KnownRelease*>> qubes;
    for (const auto& change : changes) {
        if (const auto* known = std::get_if<LearnRelease>(&change)) {
            learned.emplace(known->release.id, &known->release);
        }
    }
    for (const auto& change : changes) {
        const auto* advance = std::get_if<AdvanceQube>(&change);
        if (advance == nullptr) {
            continue;
        }
        auto& releases = qubes.emplace_back();
        for (const auto& binding : advance->next.bindings) {
            const auto found = learned.find(binding.release);
            releases.push_back(found == learned.end() ? &snapshot.release(binding.release) : found->second);
        }
    }
    return qubes;
}

} // namespace

void require_extension_trees(const World& world, const Snapshot& snapshot, const plan::Plan& plan)
{
    const auto changes = plan::all_changes(plan);
    for (const auto& releases : releases_of_qubes(snapshot, changes)) {
        Checker(world, releases).check();
    }
}

void require_apart(const Snapshot& snapshot, const plan::Plan& plan, KnownDetails& details)
{
    const auto changes = plan::all_changes(plan);
    for (const auto& releases : releases_of_qubes(snapshot, changes)) {
        FilesOfViews files;
        for (const auto* known : releases) {
            const bool is_for_a_view = known->release.extends && !is_of_qube(known->release.extends->point);
            const auto* told = is_for_a_view ? details.of(*known) : nullptr;
            for (const auto& file : told == nullptr ? std::vector<Details::File>() : told->files) {
                files.add(known->release, file.path, file.object);
            }
        }
    }
}

} // namespace qpkg::app

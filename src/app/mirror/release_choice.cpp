// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/mirror/bundle_create.hpp"
#include "app/typed_app.hpp"

#include "qpkg/core/error.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

namespace qpkg::app {
namespace {

using Line = std::tuple<AppId, Arch, BaseOrNone, Channel>; ///< what one release follows another in

Line line_of(const trust::ListedRelease& release) { return {release.app, release.arch, release.base, release.channel}; }

bool contains(const std::vector<std::string>& words, const std::string& word)
{
    return std::ranges::find(words, word) != words.end();
}

bool is_installed(const Inventory& inventory, const trust::ListedRelease& release)
{
    return std::ranges::any_of(inventory.releases, [&](const Inventory::InstalledRelease& installed) {
        return installed.app == release.app && installed.base == release.base && installed.channel == release.channel;
    });
}

bool suits(const Inventory& inventory, const trust::ListedRelease& release)
{
    return release.arch == inventory.arch &&
           (release.base.is_none() ||
            std::ranges::any_of(inventory.bases, [&](const BaseId& base) { return release.base.fits(base); }));
}

} // namespace

std::vector<trust::ListedRelease> choose_releases(const std::vector<trust::ListedRelease>& listed,
                                                  const ReleaseChoice& choice,
                                                  const std::optional<Inventory>& inventory)
{
    std::vector<AppId> offered;
    for (const auto& release : listed) {
        offered.push_back(release.app);
    }
    std::set<AppId> named;
    for (const auto& typed : choice.apps) {
        named.insert(resolve_app(typed, offered, "see `qpkg search`"));
    }
    std::map<Line, const trust::ListedRelease*> newest;
    for (const auto& release : listed) {
        const bool in_channel = choice.channels.empty() || contains(choice.channels, release.channel.text());
        const bool wanted =
            named.contains(release.app) || (inventory ? is_installed(*inventory, release) : choice.apps.empty());
        if (!in_channel || !wanted || (inventory && !suits(*inventory, release))) {
            continue;
        }
        auto& best = newest[line_of(release)];
        if (best == nullptr || best->sequence < release.sequence) {
            best = &release;
        }
    }
    std::vector<trust::ListedRelease> chosen;
    for (const auto& [line, release] : newest) {
        chosen.push_back(*release);
    }
    for (const auto& app : named) {
        if (std::ranges::find(chosen, app, &trust::ListedRelease::app) == chosen.end()) {
            throw Error(Code::not_found, "there is no release of " + app.text() +
                                             " for what is asked: channel, base and architecture do not match");
        }
    }
    return chosen;
}

} // namespace qpkg::app

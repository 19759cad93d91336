// SPDX-License-Identifier: LGPL-2.1-or-later

// What a catalog as a whole tells: apps whose repository is gone, repositories that went back, a clock that is wrong.

#include "app/use/catalog_source.hpp"
#include "app/use/clock_doubts.hpp"
#include "signing/dates.hpp"

#include "qpkg/core/text.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <set>

namespace qpkg::app {

void Catalog::warn()
{
    warn_of_orphans();
    warn_of_older();
    warn_of_notices();
    warn_of_clock();
}

void Catalog::warn_of_orphans()
{
    std::set<AppId> apps;
    for (const auto& qube : snapshot_.qubes) {
        for (const auto& binding : qube.current_generation().bindings) {
            apps.insert(binding.app);
        }
    }
    for (const auto& app : apps) {
        const auto pin = world_.db.pinned(app);
        const auto offer = std::ranges::find(offers_, app, [](const Offer& one) { return one.release.app; });
        if (pin && offer != offers_.end() && std::ranges::count(repositories_, *pin, &RepositoryState::name) == 0) {
            warnings_.push_back(app.text() + " came from " + pin->text() + ", which is no repository any more; what " +
                                offer->repo.text() + " offers is not taken");
        }
    }
}

/// A repository that was reset, or added again from an old copy, offers what it has as if it were new.
void Catalog::warn_of_older()
{
    std::set<std::string> lines;
    for (const auto& qube : snapshot_.qubes) {
        const auto look = [&](const KnownRelease& known) {
            if (auto line = words_of_older(known, qube); !line.empty()) {
                lines.insert(std::move(line));
            }
        };
        if (const auto* base = snapshot_.base_of(qube.base()); base != nullptr && base->release) {
            look(snapshot_.release(*base->release));
        }
        for (const auto& binding : qube.current_generation().bindings) {
            look(snapshot_.release(binding.release));
        }
    }
    warnings_.insert(warnings_.end(), lines.begin(), lines.end());
}

std::string Catalog::words_of_older(const KnownRelease& known, const Qube& qube) const
{
    const auto& release = known.release;
    const auto* offer = newest(release.app, qube.base().id, release.channel);
    if (offer == nullptr || offer->repo != known.repo || offer->release.sequence >= release.sequence) {
        return {};
    }
    const auto gone = sources_.at(known.repo)->client->newest_withdrawn(release.app, release.arch, release.channel);
    const auto names = known.repo.text() + " offers " + release.app.text() + ' ' + offer->release.version +
                       " at most, and " + release.version + " is installed in " + qube.name.text();
    if (gone < release.sequence) {
        return names + " and was NOT withdrawn: what this repository serves is OLDER than what it served before. Ask "
                       "its publisher before you install from it";
    }
    const auto way_out = is_base(release) ? "qpkg rollback " + qube.name.text()
                                          : "qpkg install " + release.app.text() + " --into " + qube.name.text();
    return names + ", which was withdrawn; to take what is offered: " + way_out;
}

/// What publishers tell of apps that are installed.
void Catalog::warn_of_notices()
{
    std::set<std::string> lines;
    for (const auto& qube : snapshot_.qubes) {
        for (const auto& binding : qube.current_generation().bindings) {
            const auto& known = snapshot_.release(binding.release);
            const auto source = sources_.find(known.repo);
            const bool is_open = source != sources_.end() && source->second->client;
            const auto notice = is_open ? source->second->client->notice(binding.app) : std::nullopt;
            if (!notice) {
                continue;
            }
            if (!notice->end_of_life.empty()) {
                lines.insert(binding.app.text() +
                             " has come to its end, says its publisher: " + text::escaped(notice->end_of_life));
            }
            if (!notice->renamed.empty()) {
                lines.insert(binding.app.text() + " goes on as " + notice->renamed +
                             ", says its publisher: qpkg install " + notice->renamed + " --into " + qube.name.text());
            }
        }
    }
    warnings_.insert(warnings_.end(), lines.begin(), lines.end());
}

void Catalog::warn_of_clock()
{
    std::map<RepoName, std::int64_t> signed_at;
    for (const auto& [name, source] : sources_) {
        if (source->client) {
            signed_at.emplace(name, source->client->newest_signed());
        }
    }
    std::ranges::move(clock_doubts(world_.clock.now(), signed_at, trust::build_date()), std::back_inserter(warnings_));
}

} // namespace qpkg::app

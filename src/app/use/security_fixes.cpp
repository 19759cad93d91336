// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/use/security_fixes.hpp"

#include "engine/details.hpp"
#include "plan/mended.hpp"
#include "repo-format/repo/details.hpp"

#include "qpkg/base/log.hpp"
#include "qpkg/core/error.hpp"

namespace qpkg::app {
namespace {

/// The newest offer, where it is newer than `bound` and its manifest is here.
const KnownRelease* newer_known(const Snapshot& snapshot, const Catalog& catalog, const Qube& qube,
                                const Release& bound)
{
    const auto* offer = catalog.newest(bound.app, qube.base, bound.channel);
    if (offer == nullptr || offer->release.sequence <= bound.sequence) {
        return nullptr;
    }
    const auto known = snapshot.releases.find(offer->release.manifest);
    return known == snapshot.releases.end() ? nullptr : &known->second;
}

} // namespace

Details OfferedDetails::details_of(const KnownRelease& known)
{
    const auto& id = known.release.details.sha256;
    if (world_.content.has_details(id)) {
        return parse_details(world_.content.read_details(id));
    }
    auto found = brought_.find(id);
    if (found == brought_.end()) {
        auto& repository = catalog_.fetcher(known.repo);
        found = brought_.emplace(id, engine::fetch_details(known.release, repository, world_.unpack_file)).first;
    }
    return parse_details(found->second);
}

std::vector<std::string> OfferedDetails::mended(const KnownRelease& older, const KnownRelease& newer)
{
    const auto of_newer = details_of(newer);
    try {
        return plan::newly_mended(details_of(older), of_newer);
    } catch (const Error& error) { // what is lost here keeps nobody from the newer release
        if (error.code() == Code::interrupted) {
            throw;
        }
        log::warning("what the newer " + older.release.app.text() + " mends is not known: " + error.what());
        return {};
    }
}

std::vector<WaitingFix> waiting_fixes(const World& world, const Snapshot& snapshot, const Catalog& catalog)
{
    const auto read = [&](const KnownRelease& known) {
        return parse_details(world.content.read_details(known.release.details.sha256));
    };
    std::vector<WaitingFix> waiting;
    for (const auto& qube : snapshot.qubes) {
        for (const auto& binding : qube.current_generation().bindings) {
            const auto& bound = snapshot.release(binding.release);
            try {
                const auto* newest = newer_known(snapshot, catalog, qube, bound.release);
                if (newest == nullptr) {
                    continue;
                }
                auto ids = plan::newly_mended(read(bound), read(*newest));
                if (!ids.empty()) {
                    waiting.push_back(
                        {qube.name, binding.app, bound.release.version, newest->release.version, std::move(ids)});
                }
            } catch (const Error& error) { // lost or damaged: `verify` and `restore` say so
                log::debug("what " + binding.app.text() + " lacks is not known: " + error.what());
            }
        }
    }
    return waiting;
}

} // namespace qpkg::app

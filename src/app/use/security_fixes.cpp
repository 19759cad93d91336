// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/use/security_fixes.hpp"

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
    const auto* offer = catalog.newest(bound.app, qube.base().id, bound.channel);
    if (offer == nullptr || offer->release.sequence <= bound.sequence) {
        return nullptr;
    }
    const auto known = snapshot.releases.find(offer->release.manifest);
    return known == snapshot.releases.end() ? nullptr : &known->second;
}

} // namespace

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

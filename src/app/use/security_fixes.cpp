// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/use/security_fixes.hpp"

#include "plan/mended.hpp"
#include "plan/newer_base.hpp"

#include "qpkg/base/log.hpp"

#include <algorithm>

namespace qpkg::app {
namespace {

std::vector<std::string> mended_by(KnownDetails& details, const auto& older, const auto& newer, const std::string& name)
{
    const auto* before = details.of(older);
    const auto* after = details.of(newer);
    if (before == nullptr || after == nullptr) {
        log::warning("what the newer " + name + " mends is not known");
        return {};
    }
    return plan::newly_mended(*before, *after);
}

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

bool SecurityFixes::look(const KnownRelease& older, const KnownRelease& newer)
{
    return add(newer.release.tree.commit, mended_by(details_, older, newer, newer.release.app.text()));
}

bool SecurityFixes::look(const Base& older, const Base& newer)
{
    return add(newer.commit, mended_by(details_, older, newer, newer.id.text()));
}

bool SecurityFixes::add(const CommitId& newer, const std::vector<std::string>& ids)
{
    auto& mended = mended_[newer];
    mended.insert(mended.end(), ids.begin(), ids.end());
    std::ranges::sort(mended);
    const auto doubles = std::ranges::unique(mended);
    mended.erase(doubles.begin(), doubles.end());
    return !ids.empty();
}

std::vector<WaitingFix> waiting_fixes(World& world, const Snapshot& snapshot, Catalog& catalog)
{
    KnownDetails details(world, catalog);
    std::vector<WaitingFix> all;
    const auto look = [&](WaitingFix fix, const auto& now, const auto& newer) {
        const auto* before = details.of(now);
        const auto* after = details.of(newer);
        if (before != nullptr && after != nullptr) {
            fix.ids = plan::newly_mended(*before, *after);
        }
        if (!fix.ids.empty()) {
            all.push_back(std::move(fix));
        }
    };
    for (const auto& qube : snapshot.qubes) {
        const auto* base = snapshot.base_of(qube.base());
        const auto* newer_base = base == nullptr ? nullptr : plan::newer_base(snapshot, *base);
        if (newer_base != nullptr) {
            look({qube.name, base->id.text(), release_word(*base), release_word(*newer_base), {}}, *base, *newer_base);
        }
        for (const auto& binding : qube.current_generation().bindings) {
            const auto& bound = snapshot.release(binding.release);
            if (const auto* newer = newer_known(snapshot, catalog, qube, bound.release)) {
                look({qube.name, binding.app.text(), bound.release.version, newer->release.version, {}}, bound, *newer);
            }
        }
    }
    return all;
}

} // namespace qpkg::app

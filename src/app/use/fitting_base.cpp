// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/use/fitting_base.hpp"

#include "plan/fit.hpp"
#include "repo-format/repo/details.hpp"

#include "qpkg/base/log.hpp"
#include "qpkg/core/error.hpp"

#include <map>
#include <optional>

namespace qpkg::app {
namespace {

/// The base that the qube stands on, where that says what it gives.
const Base* known_base(const Snapshot& snapshot, const QubeName& name)
{
    const auto* base = snapshot.base_of(plan::require_qube(snapshot, name).base());
    return base != nullptr && base->details ? base : nullptr;
}

Details details_named(const World& world, const Digest& id) { return parse_details(world.content.read_details(id)); }

/// Nothing when it cannot be read any more: an app that perhaps does not fit is no reason to install none.
std::optional<Details> given_by(const World& world, const Base& base)
{
    try {
        return details_named(world, *base.details);
    } catch (const Error& error) {
        log::warning("whether apps fit base " + base.id.text() + " is not known: " + error.what());
        return std::nullopt;
    }
}

Error misfit_of(const plan::Effect& effect, const Base& base, const std::string& words)
{
    const auto& release = effect.to->release;
    return {Code::conflict,
            "cannot put " + release.app.text() + ' ' + release.version + " into " + effect.qube.text() +
                ": it does not fit base " + base.id.text() + ": " + words,
            "ask its publisher for a build on that base, or build it: qpkg build"};
}

void require_fit(const World& world, const plan::Effect& effect, const Base& base, const Details& given)
{
    const auto& release = effect.to->release;
    const auto misfits =
        plan::misfits(release, details_named(world, release.details.sha256), {base.id, base.level, base.commit, given});
    if (misfits.empty()) {
        return;
    }
    throw misfit_of(effect, base, plan::in_words(misfits));
}

} // namespace

void require_fitting_base(const Snapshot& snapshot, const plan::Plan& plan, KnownDetails& details)
{
    for (const auto& effect : plan.effects) {
        const auto* base = effect.kind == plan::Kind::add ? known_base(snapshot, effect.qube) : nullptr;
        if (base != nullptr) {
            if (const auto words = details.misfit(*effect.to, *base)) {
                throw misfit_of(effect, *base, *words);
            }
        }
    }
}

void require_fitting_base(const World& world, const Snapshot& snapshot, const plan::Plan& plan)
{
    std::map<CommitId, std::optional<Details>> given;
    for (const auto& effect : plan.effects) {
        const auto* base = effect.kind == plan::Kind::add ? known_base(snapshot, effect.qube) : nullptr;
        if (base == nullptr) {
            continue;
        }
        auto found = given.find(base->commit);
        if (found == given.end()) {
            found = given.emplace(base->commit, given_by(world, *base)).first;
        }
        if (found->second) {
            require_fit(world, effect, *base, *found->second);
        }
    }
}

} // namespace qpkg::app

// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/use/fitting_base.hpp"

#include "app/use/outside_roots.hpp"
#include "plan/fit.hpp"
#include "repo-format/repo/details.hpp"

#include "qpkg/base/log.hpp"
#include "qpkg/core/error.hpp"

#include <map>
#include <optional>

namespace qpkg::app {
namespace {

/// Nothing when it cannot be read any more: an app that perhaps does not fit is no reason to install none.
std::optional<Details> read_given(const World& world, const GivenBase& base)
{
    try {
        return parse_details(world.content.read_details(base.details));
    } catch (const Error& error) {
        log::warning("whether apps fit base " + base.id.text() + " is not known: " + error.what());
        return std::nullopt;
    }
}

Error misfit_of(const plan::Effect& effect, const BaseId& base, const std::string& words)
{
    const auto& release = effect.to->release;
    return {Code::conflict,
            "cannot put " + release.app.text() + ' ' + release.version + " into " + effect.qube.text() +
                ": it does not fit base " + base.text() + ": " + words,
            "ask its publisher for a build on that base, or build it: qpkg build"};
}

} // namespace

void require_fitting_base(const World& world, const Snapshot& snapshot, const plan::Plan& plan, KnownDetails& details)
{
    for (const auto& effect : plan.effects) {
        const auto base = effect.kind == plan::Kind::add ? base_given_to(world, snapshot, effect.qube) : std::nullopt;
        if (base) {
            if (const auto words = details.misfit(*effect.to, *base)) {
                throw misfit_of(effect, base->id, *words);
            }
        }
    }
}

void require_fitting_base(const World& world, const Snapshot& snapshot, const plan::Plan& plan)
{
    std::map<GivenBase, std::optional<Details>> given;
    for (const auto& effect : plan.effects) {
        const auto base = effect.kind == plan::Kind::add ? base_given_to(world, snapshot, effect.qube) : std::nullopt;
        if (!base) {
            continue;
        }
        auto found = given.find(*base);
        if (found == given.end()) {
            found = given.emplace(*base, read_given(world, *base)).first;
        }
        if (found->second) {
            const auto& release = effect.to->release;
            const auto misfits =
                plan::misfits(release, parse_details(world.content.read_details(release.details.sha256)),
                              {base->id, base->level, base->commit, *found->second});
            if (!misfits.empty()) {
                throw misfit_of(effect, base->id, plan::in_words(misfits));
            }
        }
    }
}

} // namespace qpkg::app

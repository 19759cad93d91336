// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plan/rebase.hpp"

#include "plan/editing.hpp"

#include "qpkg/core/error.hpp"
#include "qpkg/core/text.hpp"

#include <algorithm>
#include <map>

namespace qpkg::plan {
namespace {

/// The newest that fits; null: none does.
const KnownRelease* release_for(const KnownRelease& now, const Base& base, const std::vector<KnownRelease>& releases,
                                const MisfitWords& misfit)
{
    const auto fits = [&](const KnownRelease& one) {
        return one.release.base.is_none() ||
               (one.release.base.fits(base.id) && !(misfit && misfit(one, base).has_value()));
    };
    const KnownRelease* best = fits(now) ? &now : nullptr;
    for (const auto& one : releases) {
        const auto& release = one.release;
        const bool is_of_line = release.app == now.release.app && release.channel == now.release.channel &&
                                release.arch == now.release.arch;
        if (is_of_line && fits(one) && (best == nullptr || best->release.sequence < release.sequence)) {
            best = &one;
        }
    }
    return best;
}

} // namespace

bool stands_on(const Snapshot& snapshot, const Qube& qube, const Base& base)
{
    const auto* now = snapshot.base_of(qube.base());
    return now != nullptr && now->id == base.id && now->level == base.level;
}

Plan plan_rebase(const Snapshot& snapshot, const NewBase& base, const std::vector<KnownRelease>& releases,
                 const std::vector<QubeName>& qubes, const Occasion& occasion, const MisfitWords& misfit)
{
    Editing editing(snapshot, occasion);
    std::map<AppId, std::vector<std::string>> stranded; ///< with the qubes that have it
    for (const auto& name : qubes) {
        const auto& qube = require_qube(snapshot, name);
        if (stands_on(snapshot, qube, base.base)) {
            continue;
        }
        editing.stand_on(qube, base);
        for (const auto& binding : qube.current_generation().bindings) {
            const auto* next = release_for(snapshot.release(binding.release), base.base, releases, misfit);
            if (next == nullptr) {
                stranded[binding.app].push_back(name.text());
                continue;
            }
            place(editing, snapshot, qube, *next);
            editing.bindings(qube).at(binding.app).own_base.reset();
        }
    }
    if (!stranded.empty()) {
        std::vector<std::string> words;
        for (const auto& [app, where] : stranded) {
            words.push_back(app.text() + " (" + text::join(where, ", ") + ')');
        }
        throw Error(Code::conflict,
                    "cannot move to base " + release_name(base.base) +
                        ": no release of these fits it: " + text::join(words, ", "),
                    "remove them from these qubes, or build them on that base: qpkg build");
    }
    return editing.finish();
}

} // namespace qpkg::plan

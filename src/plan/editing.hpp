// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why edits are collected. Install, upgrade, remove, hold and layout all change the wanted bindings of some qubes, and
// then need the same: a new generation for each qube that really differs, names decided anew, volumes that are missing,
// rows for releases that were not known. `Editing` does this once, in `finish`; the commands only say what they bind.
//
// An edit that ends where it began makes no generation, so `install` of what is there plans nothing. A generation is
// never changed afterwards: the next one has a higher number, or rollback would have nothing to go back to. Rollback
// makes no generation itself, it points to one that exists.
#pragma once

#include "plan/plan.hpp"

#include <map>
#include <set>

namespace qpkg::plan {

/// Of the generation that a qube would get next. Generations are ascending, so a number is never used twice, also after
/// a rollback.
std::uint64_t next_number(const Qube& qube);

/// Collects what a plan does while the bindings of one or more qubes are edited.
class Editing {
public:
    Editing(const Snapshot& snapshot, const Occasion& occasion) : snapshot_(snapshot), occasion_(occasion)
    {
        plan_.starts_services = occasion.starts_services;
    }

    /// The wanted bindings of `qube` as edited so far, by app.
    std::map<AppId, Binding>& bindings(const Qube& qube);
    /// The qube will start from this release of its base, and what `base` says of it becomes known.
    void stand_on(const Qube& qube, const NewBase& base);
    void hold_base(const Qube& qube, bool held) { edit(qube).base.held = held; }
    /// The qube's apps will be laid out so.
    void lay_out(const Qube& qube, Layout layout);

    /// Why the extension would have no place in `qube` as edited so far; nothing: it fits, or is none.
    std::optional<std::string> misfit_of(const Qube& qube, const Release& extension);
    void note(ExtensionNote note) { plan_.extensions.push_back(std::move(note)); }
    void note(BaseNote note) { plan_.base_notes.push_back(std::move(note)); }
    void keep(KeptBase kept) { plan_.kept_bases.push_back(std::move(kept)); }
    void ask(ForeignCode code) { plan_.unagreed.push_back(std::move(code)); }

    void effect(Effect effect) { plan_.effects.push_back(std::move(effect)); }
    /// `release` is bound now, and must become usable in its qube.
    void learn(const KnownRelease& release);

    /// A new generation for each qube whose bindings or layout differ from its current ones, and what these need.
    Plan finish();

private:
    struct Edit {
        BaseBinding base;
        std::map<AppId, Binding> bindings;
        Layout layout;
    };

    Edit& edit(const Qube& qube);
    /// Extensions that fit no more go, and the plan says so.
    void drop_misfits(const Qube& qube, Edit& edit);
    ReleaseInQube releases_of(const Edit& edit) const;
    const KnownRelease& release(const ManifestId& id) const;
    bool is_composed(const Edit& edit) const;
    /// The apps of `edit` have these names in `next`, and the plan says what is new about them.
    void name(const Qube& qube, const std::vector<KnownRelease>& releases, Generation& next);

    const Snapshot& snapshot_;
    const Occasion& occasion_;
    std::map<QubeName, Edit> edited_;
    std::map<ManifestId, KnownRelease> learned_;
    std::map<CommitId, Base> new_bases_;
    std::map<ManifestId, KnownRelease> bases_to_bring_;
    Plan plan_;
};

/// Binds `release` in `qube` and says what that changes.
void place(Editing& editing, const Snapshot& snapshot, const Qube& qube, const KnownRelease& release,
           const ServiceWishes& wishes = {}, Systemd systemd = Systemd::there);

} // namespace qpkg::plan

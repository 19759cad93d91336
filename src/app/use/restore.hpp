// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why a restore begins by reading everything. What is missing is quickly seen; what is damaged shows only by its hash,
// and a damaged object makes a damaged volume however often one makes it. So damaged objects are removed first, then
// brought again from repositories, without the writer lock, and only then volumes are made. Nothing has to be trusted
// anew: each release is pinned by a manifest that was accepted when it was installed, so expired metadata does not
// stand in the way. What cannot be had again stays as it is, and is named at the end.
#pragma once

#include "app/use/change.hpp"
#include "app/use/fetching.hpp"
#include "plan/restore.hpp"

#include "qpkg/core/room.hpp"

#include <cstdint>
#include <set>
#include <string_view>
#include <vector>

namespace qpkg::app {

/// Makes what is recorded, and not there or damaged, as it was. In three steps: the first and the last under the lock,
/// the one between without it, for repositories take their time.
class Restoration {
public:
    /// Reads everything that is recorded, changes nothing.
    explicit Restoration(World& world);

    bool empty() const;
    const plan::Plan& plan() const { return change_.plan; }
    /// Files of the object store that lost theirs; what is damaged shows only after that.
    std::uint64_t attributes() const { return attributes_; }
    /// Damaged or not complete.
    const std::vector<CommitId>& commits() const { return commits_; }
    /// Damaged.
    const std::vector<VolumeId>& volumes() const { return volumes_; }

    /// Whose volume is not there, or damaged.
    const std::vector<plan::BaseVolume>& bases() const { return bases_; }
    /// What it may take, at most: of what is not there at all. What is damaged gives back what it takes.
    files::Room needed() const;

    /// Gives attributes back, and removes damaged objects, so that they can be brought again.
    void remove_damage();
    void bring();
    /// What cannot be had again stays as it is, and ends in Error partly after all else was done; where that was
    /// nothing, in the reason.
    engine::Prepared finish();

private:
    void find_damage();
    void plan_anew();
    void salvage();
    bool is_missed_by_a_base(const CommitId& commit) const;
    std::string name_of_base(const CommitId& commit) const;
    void bring(const plan::FetchCommit& step);
    void make_base(const plan::BaseVolume& base);
    void require_all() const;
    bool is_lost(const plan::Step& step) const;
    void lose(std::string_view what, const Error& why);

    World& world_;
    PreparedChange change_; ///< what is fetched and which volumes are made
    std::uint64_t attributes_;
    std::vector<CommitId> commits_;
    std::vector<VolumeId> volumes_;
    std::vector<Digest> details_; ///< damaged
    std::vector<plan::BaseVolume> bases_;
    Fetching fetching_;
    std::set<CommitId> salvaged_;    ///< commits that a volume gave back
    std::set<CommitId> missing_;     ///< commits that could not be brought
    std::set<ManifestId> unbrought_; ///< releases of which something could not be brought
    std::vector<Error> lost_;        ///< for each thing that stays damaged or missing, why
    bool has_mended_ = false;
};

} // namespace qpkg::app

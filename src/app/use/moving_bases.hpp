// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why a base has one origin. Whoever makes the base of a qube can do everything in it. So a base that was made here is
// moved by making it again, one that came from a repository by that repository alone; an id says nothing, for anybody
// can use it. A machine that publishes what it makes has both: the repository lists the very commit that is here, and
// that tells that the two are one.
#pragma once

#include "app/use/known_details.hpp"
#include "app/use/security_fixes.hpp"
#include "plan/base_choice.hpp"

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace qpkg::app {

/// A base that is offered, and not taken.
struct BaseLeftOut {
    AppId base;
    Error why;
};

/// The newest releases of the bases that qubes have, as this machine or repositories offer them.
class BaseOffers {
public:
    BaseOffers(World& world, const Snapshot& snapshot, Catalog& catalog, const Allowances& allow, KnownDetails& details,
               SecurityFixes& fixes, bool only_security)
        : world_(world), snapshot_(snapshot), catalog_(catalog), allow_(allow), details_(details), fixes_(fixes),
          only_security_(only_security)
    {
    }

    /// For what the qube starts from; foreign bases and those that are held have none.
    void look(const Qube& qube);

    const std::vector<plan::NewBase>& offers() const noexcept { return offers_; }
    /// Errors: conflict (another base under the same id), and as releases have them.
    const std::vector<BaseLeftOut>& left_out() const noexcept { return left_out_; }
    /// plan::BaseChoice::stays
    const std::map<CommitId, std::string>& stays() const noexcept { return stays_; }

private:
    /// Where a base comes from, and how that counts the release that is here.
    struct Origin {
        RepoName repo;
        std::uint64_t sequence;
    };

    void look(const Base& now);
    std::optional<plan::NewBase> made_here(const Base& now) const;
    std::optional<plan::NewBase> listed(const Base& now, const AppId& id);
    std::optional<Origin> origin_of(const Base& now, const std::vector<const Offer*>& offers);
    void leave_out(const AppId& id, const Error& why);

    World& world_;
    const Snapshot& snapshot_;
    Catalog& catalog_;
    const Allowances& allow_;
    KnownDetails& details_;
    SecurityFixes& fixes_;
    bool only_security_; ///< what mends nothing is not offered
    std::set<CommitId> seen_;
    std::vector<plan::NewBase> offers_;
    std::vector<BaseLeftOut> left_out_;
    std::map<CommitId, std::string> stays_;
};

/// The newest release of a base that a repository offers under this name, as typed; nothing: none does.
std::optional<plan::NewBase> offered_base(World& world, Catalog& catalog, const std::string& typed,
                                          const Allowances& allow, KnownDetails& details);

} // namespace qpkg::app

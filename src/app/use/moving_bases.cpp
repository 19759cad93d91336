// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/use/moving_bases.hpp"

#include "app/use/cost.hpp"
#include "app/use/upgrade.hpp"
#include "plan/newer_base.hpp"

#include "qpkg/core/error.hpp"
#include "qpkg/core/text.hpp"

#include <algorithm>

namespace qpkg::app {
namespace {

bool is_of_base(const Offer& offer) { return offer.release.base.text() == offer.release.app.text(); }

/// Of this id, for this machine, the newest first.
std::vector<const Offer*> offers_of(const Catalog& catalog, const AppId& id)
{
    std::vector<const Offer*> found;
    for (const auto& offer : catalog.offers()) {
        if (offer.release.app == id && is_of_base(offer) && offer.release.arch == native_arch()) {
            found.push_back(&offer);
        }
    }
    std::ranges::sort(found, std::ranges::greater(), [](const Offer* offer) { return offer->release.sequence; });
    return found;
}

/// What is recorded of it once it is here.
Base record_of(const World& world, const KnownRelease& known, const Details* details)
{
    const auto& release = known.release;
    return {.id = *release.base.base(),
            .commit = release.tree.commit,
            .volume = release.volume.root,
            .volume_size = release.volume.size,
            .level = release.base_level,
            .created = world.clock.now(),
            .packages = details == nullptr ? std::vector<Package>() : known_packages(*details),
            .details = release.details.sha256,
            .number = release.sequence,
            .release = known.id};
}

} // namespace

void BaseOffers::look(const Qube& qube)
{
    const auto* now = snapshot_.base_of(qube.base());
    if (now == nullptr || qube.base().held || !seen_.insert(now->commit).second) {
        return;
    }
    look(*now);
}

void BaseOffers::look(const Base& now)
{
    auto best = made_here(now);
    if (const auto id = AppId::parse(now.id.text())) {
        try {
            auto other = listed(now, *id);
            if (other && (!best || best->base.number < other->base.number)) {
                best = std::move(other);
            }
        } catch (const Error& error) {
            if (!is_of_the_release(error)) {
                throw;
            }
            leave_out(*id, error);
        }
    }
    if (!best) {
        return;
    }
    const bool mends = fixes_.look(now, best->base);
    if (mends || !only_security_) {
        offers_.push_back(*std::move(best));
    }
}

/// By `base build` again, or brought for another qube.
std::optional<plan::NewBase> BaseOffers::made_here(const Base& now) const
{
    const auto* best = plan::newer_base(snapshot_, now);
    return best == nullptr ? std::nullopt : std::optional(plan::NewBase{*best});
}

std::optional<BaseOffers::Origin> BaseOffers::origin_of(const Base& now, const std::vector<const Offer*>& offers)
{
    if (now.release) {
        const auto& known = snapshot_.release(*now.release);
        return Origin{known.repo, known.release.sequence};
    }
    for (const auto* offer : offers) { // also where what the qube has was not published yet
        const auto* here = snapshot_.find_base(catalog_.manifest(*offer).release.tree.commit);
        if (here != nullptr && here->id == now.id && here->number <= now.number) {
            return Origin{offer->repo, offer->release.sequence};
        }
    }
    return std::nullopt;
}

std::optional<plan::NewBase> BaseOffers::listed(const Base& now, const AppId& id)
{
    auto offers = offers_of(catalog_, id);
    const auto origin = offers.empty() ? std::nullopt : origin_of(now, offers);
    const auto stranger =
        std::ranges::find_if(offers, [&](const Offer* offer) { return !origin || offer->repo != origin->repo; });
    if (stranger != offers.end()) {
        leave_out(id, Error(Code::conflict,
                            "repository " + (*stranger)->repo.text() + " offers another base under the id of " +
                                release_name(now) + ", which " +
                                (origin ? "came from " + origin->repo.text() : "was made here"),
                            "if that one is wanted: make a new qube of it, under another id"));
    }
    std::optional<std::uint64_t> other_level;
    for (const auto* offer : offers) {
        if (!origin || offer->repo != origin->repo || offer->release.sequence <= origin->sequence) {
            continue;
        }
        const auto known = catalog_.release(*offer, allow_);
        if (known.release.base_level != now.level) {
            other_level = known.release.base_level;
            continue;
        }
        if (const auto* here = snapshot_.find_base(known.release.tree.commit)) {
            return plan::NewBase{*here};
        }
        details_.bring(known);
        auto base = record_of(world_, known, details_.of(known));
        base.number = std::max(base.number, snapshot_.find_base(base.id)->number + 1); // where releases were made here
        return plan::NewBase{std::move(base), known};
    }
    if (other_level) {
        stays_.emplace(now.commit, release_name(now) + " is of level " + std::to_string(now.level) +
                                       ", and newer releases are of level " + std::to_string(*other_level) +
                                       " alone: they are for new qubes");
    }
    return std::nullopt;
}

void BaseOffers::leave_out(const AppId& id, const Error& why)
{
    const auto is_known = std::ranges::any_of(left_out_, [&](const BaseLeftOut& one) { return one.base == id; });
    if (!is_known) {
        left_out_.push_back({id, why});
    }
}

std::optional<plan::NewBase> offered_base(World& world, Catalog& catalog, const std::string& typed,
                                          const Allowances& allow, KnownDetails& details)
{
    std::set<AppId> meant;
    for (const auto& offer : catalog.offers()) {
        if (is_of_base(offer) && (offer.release.app.text() == typed || short_name(offer.release.app) == typed)) {
            meant.insert(offer.release.app);
        }
    }
    const auto offers = meant.size() == 1 ? offers_of(catalog, *meant.begin()) : std::vector<const Offer*>();
    if (offers.empty()) {
        return std::nullopt;
    }
    const auto& newest = *offers.front();
    const auto stranger = std::ranges::find_if(offers, [&](const Offer* offer) { return offer->repo != newest.repo; });
    if (stranger != offers.end()) {
        throw Error(Code::conflict, "base " + newest.release.app.text() + " is offered by " + newest.repo.text() +
                                        " and by " + (*stranger)->repo.text());
    }
    const auto known = catalog.release(newest, allow);
    details.bring(known);
    return plan::NewBase{record_of(world, known, details.of(known)), known};
}

PreparedChange prepare_base(World& world, const std::string& typed, Reach reach)
{
    auto snapshot = engine::take_snapshot(world.db, world.content, world.volumes);
    auto catalog = std::make_unique<Catalog>(world, snapshot, reach);
    KnownDetails details(world, *catalog);
    const auto found = offered_base(world, *catalog, typed, {}, details);
    auto plan =
        plan::plan_base(snapshot, found ? *found : plan::NewBase{plan::require_base(snapshot, BaseId::require(typed))});
    PreparedChange change{std::move(snapshot), std::move(plan), {}, 0, 0, std::move(catalog)};
    change.details = details.fetched();
    estimate_costs(world, change);
    return change;
}

} // namespace qpkg::app

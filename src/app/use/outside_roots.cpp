// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/use/outside_roots.hpp"

#include "app/use/adoption.hpp"
#include "repo-format/repo/details.hpp"
#include "repo-format/repo/root_description.hpp"

#include "qpkg/base/log.hpp"
#include "qpkg/core/error.hpp"
#include "qpkg/core/fault.hpp"

#include <algorithm>

namespace qpkg::app {
namespace {

constexpr std::uint64_t first_level = 1;

/// Nothing also where the backend cannot say: what is not known hinders nothing.
std::optional<OutsideRoot> root_of(const World& world, const QubeName& qube)
{
    try {
        return world.hypervisor.outside_root(qube);
    } catch (const Error& error) {
        if (error.code() == Code::interrupted) {
            throw;
        }
        log::debug("the root of " + qube.text() + " is not known: " + error.what());
        return std::nullopt;
    }
}

OutsideRoot require_root(World& world, const QubeName& name)
{
    auto root = world.hypervisor.outside_root(name);
    if (!root) {
        throw Error(Code::unsupported, "this backend's qubes start from bases that qpkg knows",
                    "to make or bring one: qpkg base build BASE, qpkg repo add");
    }
    if (root->name != name) {
        throw Error(Code::usage, name.text() + " starts from " + root->name.text() + ", and is no root itself",
                    "say it of that: qpkg base adopt " + root->name.text() + " --as BASE");
    }
    return *std::move(root);
}

/// That most likely is meant: of what is in the qubes already and was built on the base.
std::uint64_t level_in(const Snapshot& snapshot, const std::vector<QubeName>& qubes, const BaseId& base)
{
    std::uint64_t level = first_level;
    for (const auto& name : qubes) {
        for (const auto& binding : snapshot.find_qube(name)->current_generation().bindings) {
            const auto& release = snapshot.release(binding.release).release;
            if (release.base.base() == base) {
                level = std::max(level, release.base_level);
            }
        }
    }
    return level;
}

void refuse_other_base(const Snapshot& snapshot, const std::vector<QubeName>& qubes, const AdoptPlan& plan)
{
    for (const auto& name : qubes) {
        const auto& stands_on = snapshot.find_qube(name)->base().id;
        if (stands_on != plan.base) {
            throw Error(Code::conflict,
                        name.text() + " starts from " + plan.root.name.text() + ", and its apps are for base " +
                            stands_on.text(),
                        "say so: qpkg base adopt " + plan.root.name.text() + " --as " + stands_on.text());
        }
    }
}

} // namespace

const AdoptedBase* adopted_word(const Snapshot& snapshot, const OutsideRoot& root)
{
    const auto found = std::ranges::find(snapshot.adopted, root.name, &AdoptedBase::root);
    return found != snapshot.adopted.end() && found->identity == root.identity && found->updated == root.updated
               ? &*found
               : nullptr;
}

std::optional<GivenBase> base_given_to(const World& world, const Snapshot& snapshot, const QubeName& qube)
{
    const auto* recorded = snapshot.find_qube(qube);
    if (recorded == nullptr) {
        return std::nullopt;
    }
    if (const auto* base = snapshot.base_of(recorded->base())) {
        return given_by(*base);
    }
    const auto root = snapshot.adopted.empty() ? std::nullopt : root_of(world, qube);
    const auto* word = root ? adopted_word(snapshot, *root) : nullptr;
    return word == nullptr ? std::nullopt
                           : std::optional(GivenBase{word->id, word->level, std::nullopt, word->details});
}

std::vector<FoundMisfit> misfits_in(const Snapshot& snapshot, const Qube& qube, const Generation& generation,
                                    const GivenBase& base, KnownDetails& details)
{
    std::vector<FoundMisfit> found;
    for (const auto& binding : generation.bindings) {
        const auto& known = snapshot.release(binding.release);
        if (const auto words = binding.own_base ? std::nullopt : details.misfit(known, base)) {
            found.push_back({qube.name, binding.app, known.release.version, *words});
        }
    }
    return found;
}

AdoptPlan plan_adopt(World& world, const AdoptRequest& request)
{
    const auto base = BaseId::require(request.base);
    const auto snapshot = state_of(world);
    AdoptPlan plan{require_root(world, QubeName::require(request.root)), base, first_level, {}};
    for (const auto& qube : snapshot.qubes) {
        if (const auto root = root_of(world, qube.name); root && root->name == plan.root.name) {
            plan.qubes.push_back(qube.name);
        }
    }
    refuse_other_base(snapshot, plan.qubes, plan);
    plan.level = request.level.value_or(level_in(snapshot, plan.qubes, base));
    return plan;
}

AdoptReport adopt_base(World& world, const AdoptPlan& plan)
{
    const auto& name = plan.root.name;
    const auto description = with_context("the answer of " + name.text(), [&] {
        auto answer = parse_root_description(world.hypervisor.describe_root(name));
        if (answer.root != name) {
            throw Error(Code::corrupt, "it speaks of " + answer.root.text());
        }
        return answer;
    });
    const auto details =
        with_context("the answer of " + name.text(), [&] { return parse_details(description.details); });
    world.content.add_details(description.details);
    fault_point("adopt.details");
    AdoptReport report{{name, plan.root.identity, plan.base, plan.level, sha256(description.details), world.clock.now(),
                        plan.root.updated},
                       details.packages.size(),
                       details.files.size(),
                       {}};
    const Change change = AdoptBase{report.adopted};
    world.db.commit({&change, 1});
    fault_point("adopt.recorded");
    world.hypervisor.name_base(name, plan.base);
    const auto snapshot = state_of(world);
    Catalog catalog(world, snapshot, Reach::offline);
    KnownDetails known(world, catalog);
    for (const auto& qube : plan.qubes) {
        const auto* recorded = snapshot.find_qube(qube);
        const auto given = recorded == nullptr ? std::nullopt : base_given_to(world, snapshot, qube);
        if (given) {
            std::ranges::move(misfits_in(snapshot, *recorded, recorded->current_generation(), *given, known),
                              std::back_inserter(report.misfits));
        }
    }
    return report;
}

} // namespace qpkg::app

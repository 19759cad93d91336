// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/own/setup.hpp"

#include "app/make/base.hpp"
#include "app/make/sources.hpp"
#include "app/publish/keys.hpp"
#include "app/publish/publish.hpp"
#include "app/use/qubes.hpp"
#include "app/use/repositories.hpp"
#include "build/base_recipe.hpp"
#include "plan/plan.hpp"

#include "qpkg/core/fault.hpp"
#include "qpkg/core/files.hpp"

#include <algorithm>

namespace qpkg::app {
namespace {

namespace fs = std::filesystem;

/// The distribution's own name of a base that is to be made; nothing where one is here.
std::optional<std::string> base_to_make(const World& world, const Snapshot& snapshot, const std::string& typed)
{
    if (!typed.empty()) {
        const bool is_here = plan::known_base(snapshot, BaseId::require(typed)) != nullptr;
        return is_here ? std::nullopt : std::optional(typed);
    }
    if (!snapshot.bases.empty()) {
        return std::nullopt;
    }
    const auto makeable = makeable_bases(world.package_sources);
    if (makeable.empty()) {
        throw Error(Code::unsupported, "this qpkg can make no base", "import one: qpkg base import TAR");
    }
    return makeable.front();
}

bool has_files(const fs::path& directory) { return fs::is_directory(directory) && !fs::is_empty(directory); }

void refuse_other_repository(const World& world, const Snapshot& snapshot)
{
    const auto other = std::ranges::find(snapshot.repositories, own_repository(), &Repository::name);
    if (other != snapshot.repositories.end() && !is_publisher(world, snapshot)) {
        throw Error(Code::conflict,
                    "the name " + own_repository().text() + " is for this machine's own repository, but the one at " +
                        other->location + " has it",
                    "give that one another name: qpkg repo remove " + own_repository().text() +
                        ", then qpkg repo add NAME " + other->location);
    }
}

void add_own_repository(World& world, const OwnPlace& place, const Turns& turns)
{
    const auto found = find_repository(world, {.name = own_repository().text(),
                                               .location = place.site.string(),
                                               .fingerprint = show_keys(place.keys).fingerprint,
                                               .namespaces = {}});
    verify_repository(world, found);
    turns.begin();
    record_repository(world, found);
    turns.end();
}

} // namespace

SetupPlan plan_setup(World& world, const SetupRequest& request)
{
    const auto snapshot = world.db.snapshot();
    const auto place = own_place(world);
    const auto makes = base_to_make(world, snapshot, request.base);
    const auto base = makes                  ? plan_base(world, {.id = *makes, .mirror = {}, .as = {}, .out = {}})
                      : request.base.empty() ? snapshot.bases.front().id
                                             : plan::require_base(snapshot, BaseId::require(request.base)).id;
    const auto qube = QubeName::require(request.qube);
    const auto updates = updates_of(world);
    refuse_other_repository(world, snapshot);
    const bool has_keys = has_files(place.keys);
    const bool has_site = fs::exists(place.site / "tuf/timestamp.json");
    if (has_site && !has_keys) {
        throw Error(Code::not_found,
                    "this machine's own repository is in " + place.site.string() + ", but its keys are not in " +
                        place.keys.string(),
                    "put them back; without them nothing more can be published there");
    }
    return {.base = base,
            .qube = qube,
            .makes_base = makes,
            .makes_keys = !has_keys,
            .makes_site = !has_site,
            .adds_repository = !is_publisher(world, snapshot),
            .makes_qube = world.hypervisor.capabilities().makes_qubes && snapshot.find_qube(qube) == nullptr,
            .updates = request.updates.value_or(updates),
            .sets_updates = request.updates.value_or(updates) != updates};
}

std::string set_up(World& world, const SetupPlan& plan, const SetupRequest& request,
                   const std::optional<std::string>& passphrase, const Turns& turns)
{
    const auto place = own_place(world);
    if (plan.makes_base) {
        files::make_directories(place.bases);
        files::write(own_base_recipe(world, plan.base),
                     build::encode_base_recipe({.id = plan.base, .of = *plan.makes_base}));
        build_base(world, {.id = *plan.makes_base, .mirror = {}, .as = {}, .out = {}}, turns.begin);
        turns.end();
    }
    fault_point("setup.base");
    if (plan.makes_keys) {
        files::make_directories(place.keys.parent_path());
        new_keys({.directory = place.keys, .passphrase = passphrase});
    }
    fault_point("setup.keys");
    if (plan.makes_site) {
        publish(world, {.modules = {},
                        .withdrawals = {},
                        .repository = place.site,
                        .keys = place.keys,
                        .passphrase = passphrase,
                        .command = request.reason});
    }
    fault_point("setup.site");
    if (plan.adds_repository) {
        add_own_repository(world, place, turns);
    }
    fault_point("setup.repository");
    if (plan.makes_qube) {
        turns.begin();
        create_qube(world, plan_qube(world, plan.qube.text(), plan.base.text(), Layout::separate, request.reason));
        turns.end();
    }
    fault_point("setup.qube");
    if (plan.sets_updates) {
        turns.begin();
        set_updates(world, plan.updates);
        turns.end();
    }
    return show_keys(place.keys).fingerprint;
}

} // namespace qpkg::app

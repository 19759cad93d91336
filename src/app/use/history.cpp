// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/use/installed_packages.hpp"
#include "app/use/query.hpp"
#include "plan/plan.hpp"

#include <algorithm>
#include <map>

namespace qpkg::app {
namespace {

/// Two versions of one thing, either of which may be missing.
struct Versions {
    std::string from;
    std::string to;
};

std::map<AppId, std::pair<const Release*, const Release*>> pair_up(const Snapshot& snapshot, const Generation& from,
                                                                   const Generation& to)
{
    std::map<AppId, std::pair<const Release*, const Release*>> pairs;
    for (const auto& binding : from.bindings) {
        pairs[binding.app].first = &snapshot.release(binding.release).release;
    }
    for (const auto& binding : to.bindings) {
        pairs[binding.app].second = &snapshot.release(binding.release).release;
    }
    return pairs;
}

std::string line(const std::string& name, const Versions& change)
{
    if (change.from.empty()) {
        return "+ " + name + ' ' + change.to;
    }
    if (change.to.empty()) {
        return "- " + name + ' ' + change.from;
    }
    return "~ " + name + ' ' + change.from + " → " + change.to;
}

std::string version_of(const Release* release) { return release == nullptr ? std::string() : release->version; }

std::vector<std::string> package_lines(const std::vector<Package>& from, const std::vector<Package>& to)
{
    std::map<std::string, Versions> changes;
    for (const auto& package : from) {
        changes[package.name].from = package.version;
    }
    for (const auto& package : to) {
        changes[package.name].to = package.version;
    }
    std::vector<std::string> lines;
    for (const auto& [name, change] : changes) {
        if (change.from != change.to) {
            lines.push_back(line(name, change));
        }
    }
    return lines;
}

/// Of what the two start from.
std::vector<BaseDifference> base_differences(const Snapshot& snapshot, const Generation& older, const Generation& newer)
{
    if (older.base.commit == newer.base.commit) {
        return {};
    }
    const auto* from = snapshot.base_of(older.base);
    const auto* to = snapshot.base_of(newer.base);
    const auto packages = [](const Base* base) { return base == nullptr ? std::vector<Package>() : base->packages; };
    const auto word = [](const Base* base) { return base == nullptr ? std::string() : release_word(*base); };
    return {{newer.base.id, word(from), word(to), package_lines(packages(from), packages(to))}};
}

const Generation& require_generation(const Qube& qube, std::uint64_t number)
{
    const auto found = std::find_if(qube.generations.begin(), qube.generations.end(),
                                    [&](const Generation& generation) { return generation.number == number; });
    if (found == qube.generations.end()) {
        throw Error(Code::not_found, "qube " + qube.name.text() + " has no generation " + std::to_string(number),
                    "see `qpkg history " + qube.name.text() + "`");
    }
    return *found;
}

} // namespace

std::vector<GenerationChange> history(World& world, const std::string& name)
{
    const auto snapshot = world.db.snapshot();
    const auto wanted = QubeName::require(name);
    const auto& qube = plan::require_qube(snapshot, wanted);
    std::vector<GenerationChange> changes;
    const Generation nothing{0, 0, "", qube.generations.front().base, {}};
    const auto* before = &nothing;
    for (const auto& generation : qube.generations) {
        const bool gone = generation.number > 0 && (before == &nothing || before->number + 1 != generation.number);
        GenerationChange change{
            generation.number, generation.number == qube.current, generation.created, generation.reason, {}, gone};
        for (const auto& base : base_differences(snapshot, *before, generation)) {
            if (!gone) {
                change.changes.push_back(line("base " + base.base.text(), {base.from, base.to}));
            }
        }
        for (const auto& [app, pair] : pair_up(snapshot, *before, generation)) {
            if (!gone && pair.first != pair.second) {
                change.changes.push_back(line(short_name(app), {version_of(pair.first), version_of(pair.second)}));
            }
        }
        changes.push_back(std::move(change));
        before = &generation;
    }
    return changes;
}

DiffReport diff(World& world, const std::string& name, std::optional<std::uint64_t> from,
                std::optional<std::uint64_t> to)
{
    const auto snapshot = world.db.snapshot();
    const auto wanted = QubeName::require(name);
    const auto& qube = plan::require_qube(snapshot, wanted);
    const auto& newer = require_generation(qube, to.value_or(qube.current));
    if (!from) {
        for (const auto& generation : qube.generations) {
            if (generation.number < newer.number) {
                from = generation.number;
            }
        }
    }
    const auto& older = require_generation(qube, from.value_or(newer.number));

    DiffReport report{qube.name, older.number, newer.number, base_differences(snapshot, older, newer), {}};
    for (const auto& [app, pair] : pair_up(snapshot, older, newer)) {
        if (pair.first != pair.second) {
            report.apps.push_back({app, version_of(pair.first), version_of(pair.second),
                                   package_lines(packages_of(world, pair.first), packages_of(world, pair.second))});
        }
    }
    return report;
}

} // namespace qpkg::app

// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/publish/retention.hpp"

#include "repo-format/repo/manifest.hpp"
#include "repo-format/repo/sequence.hpp"
#include "signing/dates.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace qpkg::app {
namespace {

std::string point_word(const PointName& name, const std::string& abi) { return "point " + name.text() + ' ' + abi; }

bool has_any(const ReleaseAge& one, const std::set<std::string>& words)
{
    return std::ranges::any_of(one.gives, [&](const std::string& word) { return words.contains(word); });
}

std::set<std::string> words_of(const std::vector<const ReleaseAge*>& kept, std::vector<std::string> ReleaseAge::*which)
{
    std::set<std::string> words;
    for (const auto* one : kept) {
        words.insert((one->*which).begin(), (one->*which).end());
    }
    return words;
}

/// The newest of what somebody who is kept needs and nobody who is kept gives; nothing when that is all there.
const ReleaseAge* next_needed(const std::vector<const ReleaseAge*>& kept, const std::vector<const ReleaseAge*>& others)
{
    auto missing = words_of(kept, &ReleaseAge::needs);
    for (const auto& word : words_of(kept, &ReleaseAge::gives)) {
        missing.erase(word);
    }
    const ReleaseAge* found = nullptr;
    for (const auto* one : others) {
        if (has_any(*one, missing) && (found == nullptr || found->sequence < one->sequence)) {
            found = one;
        }
    }
    return found;
}

} // namespace

ReleaseAge age_of_release(const std::string& path, const tuf::Target& target, const Release& release)
{
    const auto found = target.custom.find("published");
    const auto* published = found == target.custom.end() ? nullptr : found->second.get_if<std::uint64_t>();
    return age_of_release(path, published == nullptr ? 0 : static_cast<std::int64_t>(*published), release);
}

ReleaseAge age_of_release(const std::string& path, std::int64_t published, const Release& release)
{
    ReleaseAge kept{.path = path,
                    .app = release.app.text(),
                    .line = std::string(tuf::line_of(target_path(release.app, release.arch, release.channel, 0))),
                    .sequence = release.sequence,
                    .published = published,
                    .gives = {},
                    .needs = {}};
    if (is_base(release)) {
        kept.gives.push_back("base " + release.tree.commit.hex());
    } else if (release.inputs.base) {
        kept.needs.push_back("base " + release.inputs.base->hex());
    }
    for (const auto& point : release.points) {
        kept.gives.push_back(point_word(point.name, point.abi));
    }
    if (release.extends) {
        kept.needs.push_back(point_word(release.extends->point, release.extends->abi));
    }
    return kept;
}

std::vector<std::string> retired(const std::vector<ReleaseAge>& list, const Retention& retention, std::int64_t now)
{
    std::map<std::string, std::vector<const ReleaseAge*>> lines;
    for (const auto& one : list) {
        lines[one.line].push_back(&one);
    }
    const auto since = now - static_cast<std::int64_t>(retention.days) * trust::day;
    std::vector<const ReleaseAge*> kept;
    std::vector<const ReleaseAge*> others;
    for (auto& [name, line] : lines) {
        std::ranges::sort(line, std::ranges::greater(), &ReleaseAge::sequence);
        for (std::size_t i = 0; i < line.size(); ++i) {
            (i < retention.releases || line[i]->published >= since ? kept : others).push_back(line[i]);
        }
    }
    while (const auto* needed = next_needed(kept, others)) {
        kept.push_back(needed);
        std::erase(others, needed);
    }
    std::vector<std::string> paths;
    std::ranges::transform(others, std::back_inserter(paths), &ReleaseAge::path);
    std::ranges::sort(paths);
    return paths;
}

} // namespace qpkg::app

// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/completion.hpp"

#include "app/use/catalog.hpp"
#include "cli/place.hpp"

#include "qpkg/core/text.hpp"

#include <algorithm>
#include <iterator>

namespace qpkg::cli {
namespace {

std::vector<std::string> words_of(const Rules& rules, const Program& program, const KnownNames& names)
{
    if (!rules.one_of.empty()) {
        return rules.one_of;
    }
    return rules.completes == Names::commands ? words_behind(program, "") : names(rules.completes);
}

std::vector<std::string> candidates(const Program& program, const Place& place, std::string_view word,
                                    const KnownNames& names)
{
    if (place.beyond) {
        return {};
    }
    if (place.waiting) {
        return words_of(*place.waiting, program, names);
    }
    const auto options = options_at(program, place);
    if (word.starts_with('-')) {
        std::vector<std::string> found;
        for (const auto& option : options) {
            std::ranges::copy_if(option_names(option), std::back_inserter(found),
                                 [](const std::string& name) { return name.starts_with("--"); });
        }
        return found;
    }
    if (auto words = words_behind(program, place.name); !words.empty()) {
        return words;
    }
    const auto argument = std::ranges::find_if(options, &Option::is_argument);
    return argument == options.end() ? std::vector<std::string>() : words_of(argument->rules, program, names);
}

template <class Things, class Name>
std::vector<std::string> names_of(const Things& things, Name name)
{
    std::vector<std::string> names;
    std::ranges::transform(things, std::back_inserter(names), name);
    const auto repeated = std::ranges::unique(names); // of a base there may be several releases
    names.erase(repeated.begin(), repeated.end());
    return names;
}

} // namespace

std::vector<std::string> known_names(app::World& world, Names kind)
{
    const auto snapshot = world.db.snapshot();
    switch (kind) {
    case Names::apps:
        return names_of(app::Catalog(world, snapshot, app::Reach::offline).offers(),
                        [](const auto& offer) { return short_name(offer.release.app); });
    case Names::bases:
        return names_of(snapshot.bases, [](const auto& base) { return base.id.text(); });
    case Names::qubes:
        return names_of(snapshot.qubes, [](const auto& qube) { return qube.name.text(); });
    case Names::repositories:
        return names_of(snapshot.repositories, [](const auto& repository) { return repository.name.text(); });
    case Names::commands:
    case Names::none:
        break;
    }
    return {};
}

std::vector<std::string> completions(const Program& program, std::span<const std::string> words,
                                     const KnownNames& names)
{
    if (words.empty()) {
        return {};
    }
    const auto& word = words.back();
    auto found = candidates(program, place_behind(program, words.first(words.size() - 1)), word, names);
    std::erase_if(found, [&](const std::string& candidate) { return !candidate.starts_with(word); });
    std::ranges::sort(found);
    found.erase(std::unique(found.begin(), found.end()), found.end());
    return found;
}

} // namespace qpkg::cli

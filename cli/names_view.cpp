// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/names_view.hpp"

#include "qpkg/core/text.hpp"

namespace qpkg::cli {
namespace {

constexpr const char* base_word = "the base";
constexpr const char* nobody_word = "nobody";

std::string short_names(const std::vector<AppId>& apps)
{
    std::vector<std::string> names;
    for (const auto& app : apps) {
        names.push_back(short_name(app));
    }
    return qpkg::text::join(names, ", ");
}

std::vector<std::string> full_names(const std::vector<AppId>& apps)
{
    std::vector<std::string> names;
    for (const auto& app : apps) {
        names.push_back(app.text());
    }
    return names;
}

std::string holder_words(const plan::NameEffect& effect)
{
    if (!effect.to) {
        return effect.is_free ? nobody_word : base_word;
    }
    return effect.stands_for.empty() ? short_name(*effect.to)
                                     : short_name(*effect.to) + " (its " + effect.stands_for + ')';
}

Value holder_of(const plan::NameEffect& effect)
{
    return shown_as(text(effect.to ? effect.to->text() : ""), holder_words(effect));
}

Value former_holder_of(const plan::NameEffect& effect)
{
    const bool moves = effect.from && effect.from != effect.to;
    return moves ? app_value(*effect.from) : text("");
}

} // namespace

Value app_value(const AppId& app) { return shown_as(text(app.text()), short_name(app)); }

void describe_names(Document& out, const std::vector<plan::NameEffect>& names, Telling telling)
{
    using plan::NameEffect;
    const bool changes = telling == Telling::as_a_change;
    const auto apps = [](const std::vector<AppId>& some) {
        return shown_as(list(full_names(some)), short_names(some));
    };
    out.table("names", names, column("qube", "QUBE", &NameEffect::qube),
              column("name", "NAME", &NameEffect::key, &NameKey::name),
              column("kind", "KIND", &NameEffect::key, &NameKey::kind, word_of),
              column("holder", changes ? "GOES TO" : "BELONGS TO", holder_of),
              column("from", changes ? "FROM" : "", former_holder_of),
              column("without", "GIVES WAY", &NameEffect::without, apps),
              column("stands_for", "", &NameEffect::stands_for));
}

} // namespace qpkg::cli

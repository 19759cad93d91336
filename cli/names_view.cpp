// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/names_view.hpp"

#include "qpkg/core/text.hpp"

namespace qpkg::cli {
namespace {

constexpr const char* base_word = "the base";

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
        return base_word;
    }
    return effect.stands_for.empty() ? short_name(*effect.to)
                                     : short_name(*effect.to) + " (its " + effect.stands_for + ')';
}

Value app_value(const std::optional<AppId>& app, const std::string& shown)
{
    return shown_as(text(app ? app->text() : ""), shown);
}

} // namespace

void describe_names(Document& out, const std::vector<plan::NameEffect>& names, Telling telling)
{
    std::vector<std::vector<Value>> rows;
    for (const auto& effect : names) {
        const bool moves = effect.from && effect.from != effect.to;
        rows.push_back({text(effect.qube.text()), text(effect.key.name), text(std::string(word_of(effect.key.kind))),
                        app_value(effect.to, holder_words(effect)),
                        app_value(moves ? effect.from : std::nullopt, moves ? short_name(*effect.from) : ""),
                        shown_as(list(full_names(effect.without)), short_names(effect.without)),
                        text(effect.stands_for)});
    }
    const bool changes = telling == Telling::as_a_change;
    out.table("names",
              {{"qube", "QUBE"},
               {"name", "NAME"},
               {"kind", "KIND"},
               {"holder", changes ? "GOES TO" : "BELONGS TO"},
               {"from", changes ? "FROM" : ""},
               {"without", "GIVES WAY"},
               {"stands_for", ""}},
              std::move(rows));
}

void add_name_options(CLI::App& command, app::NameRequest& request)
{
    command
        .add_option("--prefer", request.prefer, "gets each name that other apps of the qube ask for, too; repeatable")
        ->type_name("APP");
    command
        .add_option("--alias", request.aliases,
                    "in these qubes the app's command or menu entry NAME is called OTHER; repeatable")
        ->type_name("OTHER=APP:NAME");
}

} // namespace qpkg::cli

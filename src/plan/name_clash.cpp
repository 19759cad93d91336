// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plan/name_clash.hpp"

#include "qpkg/core/text.hpp"

namespace qpkg::plan {
namespace {

constexpr std::size_t most_told = 3;

std::string_view word_for(ExportKind kind)
{
    switch (kind) {
    case ExportKind::command:
        return "command";
    case ExportKind::desktop:
        return "menu entry";
    case ExportKind::icon:
        return "icon";
    case ExportKind::dbus:
        return "D-Bus name";
    case ExportKind::service:
        return "service";
    case ExportKind::mime:
        return "file of MIME types";
    }
    return {};
}

} // namespace

std::string words_for(const NameKey& key) { return std::string(word_for(key.kind)) + " \"" + key.name + '"'; }

bool can_have_alias(ExportKind kind) { return kind == ExportKind::command || kind == ExportKind::desktop; }

Error clash_error(const QubeName& qube, const std::vector<NameClash>& clashes,
                  const std::function<bool(const AppId&)>& is_new)
{
    const auto& first = clashes.front();
    const bool comes_second = is_new(first.other) || !is_new(first.one);
    const auto& newer = comes_second ? first.other : first.one;
    const auto& older = comes_second ? first.one : first.other;
    std::vector<std::string> names;
    std::size_t of_both = 0;
    std::string alias;
    for (const auto& clash : clashes) {
        if (clash.one != first.one || clash.other != first.other) {
            continue;
        }
        if (++of_both <= most_told) {
            names.push_back("the " + words_for(clash.key));
        }
        if (alias.empty() && can_have_alias(clash.key.kind)) {
            alias = "; or call one otherwise: --alias OTHER=" + newer.text() + ':' + clash.key.name;
        }
    }
    auto words = text::join(names, ", ");
    if (of_both > most_told) {
        words += " and " + std::to_string(of_both - most_told) + " more";
    }
    return {Code::conflict,
            "cannot put " + newer.text() + " into " + qube.text() + ": " + older.text() + " has " + words + " already",
            "say who gets what both have: --prefer " + newer.text() + " or --prefer " + older.text() + alias};
}

} // namespace qpkg::plan

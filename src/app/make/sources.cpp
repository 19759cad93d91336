// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/make/sources.hpp"

#include "qpkg/core/error.hpp"
#include "qpkg/core/text.hpp"

#include <algorithm>

namespace qpkg::app {

std::optional<NamedPackage> named_package(PackageSources sources, std::string_view text)
{
    const auto word = text.substr(0, text.find(':'));
    const auto row = std::ranges::find(sources, word, &PackageSourceRow::word);
    if (row == sources.end() || word.size() == text.size()) {
        return std::nullopt;
    }
    return NamedPackage{&*row, std::string(text.substr(word.size() + 1))};
}

std::string named_package_form(PackageSources sources)
{
    std::vector<std::string> forms;
    for (const auto& row : sources) {
        forms.push_back(std::string(row.word) + ":NAME");
    }
    return text::join(forms, " or ");
}

Workshop workshop_for(World& world, const Base& base, const std::filesystem::path& scratch)
{
    return {.sandbox = world.sandbox,
            .progress = world.progress,
            .base_image = world.volumes.path(base.volume),
            .scratch = scratch,
            .cache = world.root / "cache" / base.id.text()};
}

MakeableBase require_makeable(PackageSources sources, const std::string& typed)
{
    for (const auto& row : sources) {
        auto source = row.make();
        for (const auto& base : source->bases()) {
            if (base.id.text() == typed || local_id(base.id) == typed) {
                return {std::move(source), base};
            }
        }
    }
    const auto names = makeable_bases(sources);
    throw Error(
        Code::not_found, "qpkg does not know how to build a base \"" + text::escaped(typed) + '"',
        text::hint_for(typed, names,
                       "it knows " + text::join(names, ", ") + "; others can be imported: qpkg base import TAR"));
}

std::string local_id(const BaseId& known) { return "local." + known.text(); }

std::vector<std::string> makeable_bases(PackageSources sources)
{
    std::vector<std::string> names;
    for (const auto& row : sources) {
        for (const auto& base : row.make()->bases()) {
            names.push_back(base.id.text());
        }
    }
    return names;
}

} // namespace qpkg::app

// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/use/names_wished.hpp"

#include "app/typed_app.hpp"
#include "app/use/catalog.hpp"
#include "plan/activation.hpp"
#include "plan/name_clash.hpp"
#include "repo-format/guest/announcement.hpp"

#include "qpkg/core/text.hpp"

#include <algorithm>

namespace qpkg::app {
namespace {

constexpr const char* alias_form = "write OTHER=APP:NAME: what it shall be called, the app, and what that calls it";

Error bad_alias(const std::string& typed, const std::string& complaint)
{
    return {Code::usage, "--alias " + text::escaped(typed) + ": " + complaint, alias_form};
}

Alias alias_of(const std::string& typed, const std::vector<AppId>& apps)
{
    const auto equals = typed.find('=');
    const auto colon = equals == std::string::npos ? equals : typed.find(':', equals);
    if (colon == std::string::npos) {
        throw bad_alias(typed, "is not of that form");
    }
    const auto called = typed.substr(0, equals);
    const auto app = resolve_app(typed.substr(equals + 1, colon - equals - 1), apps, "see `qpkg list`");
    const auto name = typed.substr(colon + 1);
    if (!is_export_name(called) || !is_export_name(name)) {
        throw bad_alias(typed, "a name is at most 64 letters, digits and . _ + @ -, and begins with neither . nor -");
    }
    const bool is_entry = name.ends_with(".desktop");
    if (is_entry != called.ends_with(".desktop")) {
        throw bad_alias(typed, "the name of a menu entry ends in .desktop, that of a command does not");
    }
    return {app, {is_entry ? ExportKind::desktop : ExportKind::command, name}, called};
}

/// All names that the tree has in the folders where a qube looks for them.
std::set<NameKey> names_in(const ModuleTree& tree)
{
    std::set<NameKey> names;
    each_path(tree, [&](const std::string& path, const ModuleTree::Entry&) {
        if (auto name = name_in_base(path)) {
            names.insert(*std::move(name));
        }
    });
    return names;
}

} // namespace

plan::NameWishes wishes_of(const NameRequest& request, const std::vector<AppId>& apps)
{
    plan::NameWishes wishes;
    for (const auto& typed : request.prefer) {
        wishes.preferred.push_back(resolve_app(typed, apps, "see `qpkg list`"));
    }
    for (const auto& typed : request.aliases) {
        wishes.aliases.push_back(alias_of(typed, apps));
    }
    return wishes;
}

plan::BaseNames base_names(const World& world, const Snapshot& snapshot, const std::vector<QubeName>& qubes)
{
    plan::BaseNames names;
    for (const auto& name : qubes) {
        for (const auto& generation : plan::require_qube(snapshot, name).generations) {
            const auto& commit = generation.base.commit;
            if (commit && !names.contains(*commit) && world.content.has_commit(*commit)) {
                names.emplace(*commit, names_in(world.content.open_commit(*commit)->tree()));
            }
        }
    }
    return names;
}

void add_base_names(const World& world, plan::BaseNames& names, const CommitId& base, const Details* details)
{
    if (names.contains(base)) {
        return;
    }
    if (world.content.has_commit(base)) {
        names.emplace(base, names_in(world.content.open_commit(base)->tree()));
        return;
    }
    for (const auto& file : details == nullptr ? std::vector<Details::File>() : details->files) {
        if (auto name = name_in_base(file.path)) {
            names[base].insert(*std::move(name));
        }
    }
}

void require_tellable(const Snapshot& snapshot, const plan::Plan& plan)
{
    auto then = snapshot;
    const auto changes = plan::all_changes(plan);
    for (const auto& change : changes) {
        if (const auto* learned = std::get_if<LearnRelease>(&change)) {
            then.releases.emplace(learned->release.id, learned->release);
        } else if (const auto* base = std::get_if<SetBase>(&change)) {
            then.bases.push_back(base->base);
        }
    }
    for (const auto& change : changes) {
        if (const auto* step = std::get_if<AdvanceQube>(&change)) {
            for (const auto& slot : plan::slots_of(then, step->next)) {
                encode_slot(slot);
            }
        }
    }
}

} // namespace qpkg::app

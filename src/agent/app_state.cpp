// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/app_state.hpp"

#include "agent/accounts.hpp"
#include "agent/lasting_place.hpp"
#include "agent/small_files.hpp"
#include "agent/view_accounts.hpp"
#include "core/user_entry.hpp"
#include "repo-format/guest/first_start.hpp"

#include "qpkg/core/error.hpp"
#include "qpkg/core/foreign_tree.hpp"
#include "qpkg/core/mounts.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

namespace qpkg::agent {
namespace {

constexpr const char* states_folder = "qpkg/state";
constexpr unsigned closed_mode = 0700; ///< no other app comes to a state by its path
constexpr unsigned state_mode = 0755;

/// Root's is one whose making was cut short: no state belongs to root.
void make_folder(const ForeignTree& place, const std::string& name, const StateOwner& owner)
{
    const auto info = place.look(name);
    if (info && !S_ISDIR(info->st_mode)) {
        throw Error(Code::conflict, "in place of the state " + name + " lies something that is no folder");
    }
    if (info && info->st_uid != 0) {
        return;
    }
    place.make_directory(name);
    const auto node = place.open_node(name);
    if (::fchownat(node.get(), "", owner.uid, owner.gid, AT_EMPTY_PATH) != 0) {
        throw system_error("give the state " + name + " to " + owner.name, errno);
    }
    place.set_mode(name, state_mode);
}

ForeignTree made_place(const QubePaths& layout, const AppId& app)
{
    const auto top = lasting_place(layout);
    fs::create_directories(top);
    const ForeignTree tree(top);
    const auto place = states_folder + ('/' + app.text());
    tree.make_directories(place);
    tree.set_mode(states_folder, closed_mode);
    return ForeignTree(tree.open_node(place));
}

} // namespace

std::optional<FirstStart> first_start_in(const QubePaths& layout, const AppId& app)
{
    const auto volume = layout.volume(app);
    const auto path = fs::path(first_start_path(app)).relative_path();
    if (!fs::exists(fs::symlink_status(volume / path))) {
        return std::nullopt;
    }
    return parse_first_start(read_file_within(volume, path, largest_first_start), app);
}

StateOwner state_owner(const QubePaths& layout, const AppId& app, const FirstStart& first)
{
    const auto tree = layout.view(app);
    const auto passwd = read_file_within(tree, "etc/passwd", largest_account_table);
    const auto entry = program::find_user(passwd, "", first.user);
    if (first.user == qube_user_name) {
        if (!entry || entry->uid == 0) {
            throw Error(Code::failed, "the qube has no user \"user\"");
        }
        return {entry->name, entry->uid, entry->gid, entry->home};
    }
    const auto id = own_account(layout, app, first.user);
    if (!id || !entry || entry->uid != *id) {
        throw Error(Code::corrupt, "its state is for the account " + first.user + ", which is none of the module's");
    }
    return {entry->name, *id, *id, entry->home};
}

fs::path state_place(const QubePaths& layout, const AppId& app)
{
    return lasting_place(layout) / states_folder / app.text();
}

void require_own_state(const QubePaths& layout, const FirstStart& first)
{
    for (const auto& name : first.state) {
        if (fs::exists(fs::symlink_status(layout.base() / "var/lib" / name))) {
            throw Error(Code::conflict, "its state /var/lib/" + name + " is the base's own");
        }
    }
}

void forget_state(const QubePaths& layout, const AppId& app)
{
    if (fs::exists(layout.view(app))) {
        throw Error(Code::conflict, app.text() + " is in this qube");
    }
    const auto top = lasting_place(layout);
    if (fs::is_directory(top)) {
        ForeignTree(top).remove(states_folder + ('/' + app.text()));
    }
}

void show_state(const QubePaths& layout, const AppId& app, const FirstStart& first, const StateOwner& owner)
{
    const auto place = made_place(layout, app);
    for (const auto& name : first.state) {
        make_folder(place, name, owner);
        const auto shown = layout.view(app) / "var/lib" / name;
        if (!mounts::is_mount_point(shown)) {
            mounts::bind(state_place(layout, app) / name, shown);
        }
    }
}

} // namespace qpkg::agent

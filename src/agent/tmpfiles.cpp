// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/tmpfiles.hpp"

#include "agent/accounts.hpp"
#include "agent/small_files.hpp"
#include "agent/view_accounts.hpp"
#include "core/user_entry.hpp"
#include "repo-format/guest/tmpfiles.hpp"

#include "qpkg/core/error.hpp"
#include "qpkg/core/foreign_tree.hpp"
#include "qpkg/core/text.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <map>
#include <optional>

namespace qpkg::agent {
namespace {

constexpr std::size_t longest_claim = 1024;
constexpr uid_t ordinary_user = 1000;
constexpr gid_t lowest_ordinary_group = 1000;
constexpr std::array<const char*, 2> places{"usr/lib/tmpfiles.d", "etc/tmpfiles.d"};

/// What a qube has below /run whether or not it is there already: the agent comes early.
constexpr std::array<std::string_view, 12> of_the_qube{"credentials", "dbus",  "host", "initctl", "lock", "mount",
                                                       "qpkg",        "qubes", "shm",  "systemd", "udev", "user"};

/// File → its text. One in /etc takes the place of one in /usr/lib with its name.
std::map<std::string, std::string> files_of(const fs::path& tree)
{
    std::map<std::string, std::string> files;
    for (const auto* place : places) {
        if (!fs::is_directory(fs::symlink_status(tree / place))) {
            continue;
        }
        for (const auto& name : names_in(tree / place)) {
            if (name.ends_with(".conf")) {
                files[name] = read_file_within(tree, fs::path(place) / name, largest_tmpfiles);
            }
        }
    }
    return files;
}

/// The number in a row of the table; nothing when there is none of that name.
std::optional<gid_t> group_in(std::string_view table, std::string_view name)
{
    for (const auto& row : text::split(table, '\n')) {
        const auto fields = text::split(row, ':');
        gid_t number = 0;
        if (fields.size() > 2 && fields[0] == name &&
            std::from_chars(fields[2].data(), fields[2].data() + fields[2].size(), number).ec == std::errc()) {
            return number;
        }
    }
    return std::nullopt;
}

struct Tables {
    std::string passwd;
    std::string group;
};

Tables tables_of(const fs::path& tree)
{
    const auto read = [&](const char* file) {
        return fs::exists(fs::symlink_status(tree / file)) ? read_file_within(tree, file, largest_account_table)
                                                           : std::string();
    };
    return {read("etc/passwd"), read("etc/group")};
}

/// Who may own what an app asks for.
class Owners {
public:
    Owners(const QubePaths& layout, const AppId& app)
        : layout_(layout), app_(app), base_(tables_of(layout.base())), view_(tables_of(layout.view(app)))
    {
    }

    /// Root, the qube's user or an account of the app.
    uid_t user(const std::string& name) const
    {
        const auto entry = program::find_user(view_.passwd, view_.group, name);
        const bool is_own = entry && entry->uid == own_account(layout_, app_, name);
        if (name == "root" || (entry && (entry->uid == ordinary_user || is_own))) {
            return name == "root" ? 0 : entry->uid;
        }
        throw Error(Code::unsupported, "the user " + name + " is neither root nor the app's own");
    }

    /// Those of such users, and the system groups of the base.
    gid_t group(const std::string& name) const
    {
        const auto number = group_in(view_.group, name);
        const bool is_own = number && number == own_account(layout_, app_, name);
        const bool is_of_base = number && number == group_in(base_.group, name) &&
                                (*number < lowest_ordinary_group || *number == ordinary_user);
        if (name == "root" || is_own || is_of_base) {
            return name == "root" ? 0 : *number;
        }
        throw Error(Code::unsupported, "the group " + name + " is none that an app may give");
    }

private:
    const QubePaths& layout_;
    const AppId& app_;
    Tables base_;
    Tables view_;
};

/// The app that has a first folder, and the folder.
std::vector<std::string> claim_in(const fs::path& file)
{
    auto lines = text::split(read_file(file, longest_claim), '\n');
    lines.resize(2);
    return lines;
}

class Maker {
public:
    Maker(const QubePaths& layout, const AppId& app) : layout_(layout), app_(app), owners_(layout, app)
    {
        for (const auto& [name, text] : files_of(layout.base())) {
            for (auto& path : tmpfiles_paths(text)) {
                base_paths_.push_back(std::move(path));
            }
        }
    }

    void make(const Tmpfile& wanted)
    {
        const auto top = std::string(first_folder(wanted.path));
        const auto parent = fs::path(top).parent_path();
        const bool is_state = parent == "/var/lib"; // of this app: the parser saw to that
        if (!is_state) {
            require_own(top);
        }
        const ForeignTree tree(is_state           ? layout_.view(app_) / "var/lib"
                               : parent == "/run" ? layout_.run.parent_path()
                                                  : layout_.root / parent.relative_path());
        const auto path = wanted.path.substr(parent.string().size());
        const auto user = owners_.user(wanted.user);
        const auto group = owners_.group(wanted.group);
        make_way(tree, path, user);
        if (!tree.look(path)) {
            make_new(tree, path, wanted, user, group);
        } else if (wanted.kind == Tmpfile::Kind::directory && !tree.has_directory(path)) {
            throw Error(Code::conflict, "something else is there");
        }
        if (!is_state) {
            claim(top);
        }
    }

private:
    /// Where the app that has a first folder is written down.
    fs::path claim_file(const std::string& top) const
    {
        auto name = top.substr(1);
        std::ranges::replace(name, '/', '.');
        return layout_.run / "tmpfiles" / name;
    }

    void require_own(const std::string& top) const
    {
        const auto name = top.substr(top.rfind('/') + 1);
        const auto file = claim_file(top);
        if (fs::exists(file)) {
            if (const auto owner = claim_in(file).front(); owner != app_.text()) {
                throw Error(Code::conflict, top + " is of " + owner);
            }
            return;
        }
        const bool is_in_base = std::ranges::any_of(
            base_paths_, [&](const std::string& path) { return path == top || path.starts_with(top + '/'); });
        const auto place =
            top.starts_with("/run/") ? layout_.run.parent_path() / name : layout_.root / fs::path(top).relative_path();
        const bool is_of_qube = top.starts_with("/run/") && std::ranges::find(of_the_qube, name) != of_the_qube.end();
        if (is_in_base || is_of_qube || fs::exists(fs::symlink_status(place))) {
            throw Error(Code::conflict, top + " is the qube's own");
        }
    }

    void claim(const std::string& top) const
    {
        const auto file = claim_file(top);
        if (!fs::exists(file)) {
            fs::create_directories(file.parent_path());
            write_file(file, app_.text() + '\n' + top);
        }
    }

    /// Folders on the way that nobody asked for are root's. In one of a user only that user gets something: who may
    /// rename what is in there could put it in the place of anything.
    static void make_way(const ForeignTree& tree, const std::string& path, uid_t user)
    {
        for (auto end = path.find('/', 1); end != std::string::npos; end = path.find('/', end + 1)) {
            const auto folder = path.substr(0, end);
            tree.make_directory(folder);
            const auto info = tree.look(folder);
            const bool is_for_all = info && (info->st_mode & S_IWOTH) != 0;
            if (!info || (info->st_uid != 0 && info->st_uid != user) || (is_for_all && user == 0)) {
                throw Error(Code::conflict, "it would lie in a folder of another user");
            }
        }
    }

    static void make_new(const ForeignTree& tree, const std::string& path, const Tmpfile& wanted, uid_t user,
                         gid_t group)
    {
        if (wanted.kind == Tmpfile::Kind::link) {
            tree.make_symlink(path, wanted.target);
            return;
        }
        if (wanted.kind == Tmpfile::Kind::directory) {
            tree.make_directory(path);
        } else {
            tree.make_file(path, wanted.mode);
        }
        const auto node = tree.open_node(path);
        if (::fchownat(node.get(), "", user, group, AT_EMPTY_PATH) != 0) {
            throw system_error("give " + wanted.path + " to " + wanted.user, errno);
        }
        tree.set_mode(path, wanted.mode); // last: who changes the owner takes setgid away
    }

    const QubePaths& layout_;
    const AppId& app_;
    Owners owners_;
    std::vector<std::string> base_paths_;
};

} // namespace

std::vector<std::string> folders_of(const QubePaths& layout, const AppId& app)
{
    std::vector<std::string> folders;
    const auto claims = layout.run / "tmpfiles";
    if (!fs::exists(claims)) {
        return folders;
    }
    for (const auto& name : names_in(claims)) {
        if (const auto claim = claim_in(claims / name); claim.front() == app.text()) {
            folders.push_back(claim.back());
        }
    }
    return folders;
}

std::vector<std::string> make_tmpfiles(const QubePaths& layout, const AppId& app, const std::vector<std::string>& state)
{
    std::vector<std::string> refused;
    const auto files = files_of(layout.volume(app));
    if (files.empty()) {
        return refused;
    }
    Maker maker(layout, app);
    for (const auto& [name, text] : files) {
        const auto tmpfiles = parse_tmpfiles(text, state);
        for (const auto& line : tmpfiles.refused) {
            refused.emplace_back(name).append(1, ' ').append(line);
        }
        for (const auto& wanted : tmpfiles.made) {
            try {
                maker.make(wanted);
            } catch (const Error& error) {
                refused.push_back(name + ": " + wanted.path + ": " + error.what());
            }
        }
    }
    return refused;
}

} // namespace qpkg::agent

// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/own_tables.hpp"

#include "agent/accounts.hpp"
#include "agent/small_files.hpp"

#include "qpkg/core/error.hpp"
#include "qpkg/core/files.hpp"
#include "qpkg/core/mounts.hpp"

#include <fcntl.h>

namespace qpkg::agent {
namespace {

void show_made(const fs::path& made, const fs::path& place, const std::string& text)
{
    fs::create_directories(made.parent_path());
    write_file(made, text, 0644);
    mounts::bind(made, place);
}

/// Adds rows in one step for whoever reads. The file is another than what `show_table` shows: the base's tables, which
/// were bound aside, hold no account of an app.
void add_rows(const QubePaths& layout, const fs::path& place, const std::string& rows)
{
    const auto made = layout.run / "own-etc/with-accounts" / place.filename();
    if (!fs::exists(made)) {
        auto text = read_file(place, largest_account_table);
        if (!text.empty() && !text.ends_with('\n')) {
            text += '\n';
        }
        show_made(made, place, text);
    }
    const auto file = files::open(made, O_WRONLY | O_APPEND);
    files::write_all(file.get(), rows);
}

} // namespace

void show_table(const QubePaths& layout, const fs::path& place, const std::string& text)
{
    show_made(layout.run / "own-etc" / place.filename(), place, text);
}

std::string name_in_qube(unsigned id) { return "qpkg-" + std::to_string(id); }

void know_accounts(const QubePaths& layout, const std::set<unsigned>& ids)
{
    const auto passwd = layout.root / "etc/passwd";
    const auto group = layout.root / "etc/group";
    std::string users;
    std::string groups;
    for (const auto id : ids) {
        const auto name = name_in_qube(id);
        const auto number = std::to_string(id);
        if (!account_row(read_file(passwd, largest_account_table), name)) {
            users += name + ":x:" + number + ':' + number + "::/:/usr/sbin/nologin\n";
        }
        if (!account_row(read_file(group, largest_account_table), name)) {
            groups += name + ":x:" + number + ":\n";
        }
    }
    if (!groups.empty()) {
        add_rows(layout, group, groups);
    }
    if (!users.empty()) {
        add_rows(layout, passwd, users);
    }
}

} // namespace qpkg::agent

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

fs::path made_table(const QubePaths& layout, const fs::path& place)
{
    return layout.run / "own-etc" / place.filename();
}

/// Adds to what is shown already, in one step for whoever reads.
void add_rows(const QubePaths& layout, const fs::path& place, const std::string& rows)
{
    auto text = read_file(place, largest_account_table);
    if (!fs::exists(made_table(layout, place))) {
        if (!text.empty() && !text.ends_with('\n')) {
            text += '\n';
        }
        show_table(layout, place, text);
    }
    const auto file = files::open(made_table(layout, place), O_WRONLY | O_APPEND);
    files::write_all(file.get(), rows);
}

} // namespace

void show_table(const QubePaths& layout, const fs::path& place, const std::string& text)
{
    const auto made = made_table(layout, place);
    fs::create_directories(made.parent_path());
    write_file(made, text, 0644);
    mounts::bind(made, place);
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

// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/view_accounts.hpp"

#include "agent/lasting_place.hpp"
#include "agent/small_files.hpp"
#include "agent/sysusers.hpp"

#include "qpkg/core/error.hpp"
#include "qpkg/core/files.hpp"

#include <vector>

namespace qpkg::agent {
namespace {

constexpr const char* sysusers_folder = "usr/lib/sysusers.d";

AccountIds read_ids(const QubePaths& layout)
{
    const auto file = accounts_file(layout);
    return with_context(file.string(), [&] {
        const auto bytes = files::read_if_exists(file, largest_account_ids);
        return bytes ? parse_account_ids(*bytes) : AccountIds();
    });
}

void write_ids(const QubePaths& layout, const AccountIds& ids)
{
    const auto file = accounts_file(layout);
    files::make_directories(file.parent_path());
    files::write(file, encode_account_ids(ids));
}

std::vector<std::string> sysusers_of(const fs::path& volume)
{
    std::vector<std::string> texts;
    const auto status = fs::symlink_status(volume / sysusers_folder);
    if (!fs::exists(status)) {
        return texts;
    }
    if (!fs::is_directory(status)) {
        throw Error(Code::corrupt, (volume / sysusers_folder).string() + " is not a directory");
    }
    for (const auto& name : names_in(volume / sysusers_folder)) {
        if (name.ends_with(".conf")) {
            texts.push_back(read_file_within(volume, fs::path(sysusers_folder) / name, largest_account_table));
        }
    }
    return texts;
}

} // namespace

std::optional<Accounts> accounts_of_view(const QubePaths& layout, const AppId& app)
{
    const auto texts = sysusers_of(layout.volume(app));
    if (texts.empty()) {
        return std::nullopt;
    }
    const Accounts base{read_file_within(layout.base(), "etc/passwd", largest_account_table),
                        read_file_within(layout.base(), "etc/group", largest_account_table)};
    const auto kept = read_ids(layout);
    ViewAccounts view{base, kept};
    for (const auto& text : texts) {
        view = with_accounts(base, app, std::move(view), text);
    }
    if (view.ids != kept) {
        write_ids(layout, view.ids);
    }
    return std::move(view.tables);
}

std::optional<unsigned> own_account(const QubePaths& layout, const AppId& app, const std::string& account)
{
    return read_ids(layout).of(app, account);
}

} // namespace qpkg::agent

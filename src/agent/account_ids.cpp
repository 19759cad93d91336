// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/account_ids.hpp"

#include "repo-format/guest/account_rules.hpp"

#include "qpkg/core/error.hpp"

#include <algorithm>
#include <array>

namespace qpkg::agent {
namespace {

constexpr std::string_view first_line = "qpkg-accounts-1";

Error broken_ids(std::size_t line, std::string_view what)
{
    return {Code::corrupt, "line " + std::to_string(line) + ": " + std::string(what)};
}

std::array<std::string_view, 3> three_words(std::string_view line, std::size_t number)
{
    const auto first = line.find(' ');
    const auto second = first == std::string_view::npos ? first : line.find(' ', first + 1);
    if (second == std::string_view::npos) {
        throw broken_ids(number, "expected a number, an app and an account");
    }
    return {line.substr(0, first), line.substr(first + 1, second - first - 1), line.substr(second + 1)};
}

unsigned kept_number(std::string_view word, std::size_t line)
{
    const auto id = account_number(word);
    if (!id || *id < lowest_kept_id || *id > highest_kept_id || std::to_string(*id) != word) {
        throw broken_ids(line, "expected a number from 58000 to 59999");
    }
    return *id;
}

bool is_of_base(const Accounts& base, unsigned id)
{
    return has_account_number(base.passwd, id) || has_account_number(base.group, id);
}

} // namespace

std::optional<unsigned> AccountIds::of(const AppId& app, std::string_view account) const
{
    const auto found = by_account_.find({app, std::string(account)});
    return found == by_account_.end() ? std::nullopt : std::optional(found->second);
}

unsigned AccountIds::deal(const AppId& app, const std::string& account, const Accounts& base)
{
    if (const auto kept = of(app, account)) {
        if (is_of_base(base, *kept)) {
            throw Error(Code::conflict, "the base has an account with the number " + std::to_string(*kept) +
                                            ", which this qube keeps for " + account + " of " + app.text());
        }
        return *kept;
    }
    const auto own = std::ranges::count_if(by_account_, [&](const auto& row) { return row.first.first == app; });
    if (static_cast<std::size_t>(own) >= most_kept_accounts) {
        throw Error(Code::no_space, "an app has at most " + std::to_string(most_kept_accounts) + " accounts in a qube");
    }
    for (unsigned id = lowest_kept_id; id <= highest_kept_id; ++id) {
        if (!by_id_.contains(id) && !is_of_base(base, id)) {
            by_id_.emplace(id, Key{app, account});
            by_account_.emplace(Key{app, account}, id);
            return id;
        }
    }
    throw Error(Code::conflict, "no number from 58000 to 59999 is left for " + account + " of " + app.text());
}

AccountIds parse_account_ids(std::string_view bytes)
{
    AccountIds ids;
    if (bytes.size() > largest_account_ids) {
        throw broken_ids(1, "the file is larger than 1 MiB");
    }
    for (std::size_t number = 1; number == 1 || !bytes.empty(); ++number) {
        const auto end = bytes.find('\n');
        if (end == std::string_view::npos) { // also of a file that was cut off
            throw broken_ids(number, "does not end");
        }
        const auto line = bytes.substr(0, end);
        bytes.remove_prefix(end + 1);
        if (number == 1) {
            if (line != first_line) {
                throw broken_ids(number, "expected " + std::string(first_line));
            }
            continue;
        }
        const auto words = three_words(line, number);
        const auto id = kept_number(words[0], number);
        const auto app = AppId::parse(words[1]);
        if (!app || !is_account_name(words[2])) {
            throw broken_ids(number, app ? "expected the name of an account" : "expected an app id");
        }
        AccountIds::Key key{*app, std::string(words[2])};
        if (!ids.by_id_.empty() && ids.by_id_.rbegin()->first >= id) {
            throw broken_ids(number, "the numbers do not ascend");
        }
        if (!ids.by_account_.emplace(key, id).second) {
            throw broken_ids(number, "the account has a number already");
        }
        ids.by_id_.emplace(id, std::move(key));
    }
    return ids;
}

std::string encode_account_ids(const AccountIds& ids)
{
    auto text = std::string(first_line) + '\n';
    for (const auto& [id, account] : ids.all()) {
        text += std::to_string(id) + ' ' + account.first.text() + ' ' + account.second + '\n';
    }
    return text;
}

} // namespace qpkg::agent

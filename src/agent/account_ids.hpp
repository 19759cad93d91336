// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why numbers of accounts are kept in the qube. Files belong to numbers. Were these dealt out anew at each start,
// around those that the base has, another base would shift them, and files of one account would be another's. So
// whoever got a number keeps it for good, also when the app is gone: its files may still lie somewhere.
//
// A number belongs to an app's account, not to a name: two apps with an account "postgres" are strangers, and one must
// not get what the other wrote. *Not taken:* a number computed from the name, for 2,000 numbers are too few for that.
#pragma once

#include "agent/accounts.hpp"

#include "qpkg/model/id.hpp"

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace qpkg::agent {

inline constexpr unsigned lowest_kept_id = 58000;
inline constexpr unsigned highest_kept_id = 59999;
inline constexpr std::size_t most_kept_accounts = 64;           ///< of one app
inline constexpr std::size_t largest_account_ids = 1024 * 1024; ///< bytes

/// The numbers that accounts of apps have in this qube. One is the user's and the group's of that name.
class AccountIds {
public:
    using Key = std::pair<AppId, std::string>; ///< app and account

    std::optional<unsigned> of(const AppId& app, std::string_view account) const;

    /// The number of this account, now or from now on: the lowest that nobody had before and the base does not use.
    /// Errors: conflict when the base has the kept number, or no number is left; no_space above the limit of an app.
    unsigned deal(const AppId& app, const std::string& account, const Accounts& base);

    const std::map<unsigned, Key>& all() const { return by_id_; }

    friend bool operator==(const AccountIds&, const AccountIds&) = default;

private:
    friend AccountIds parse_account_ids(std::string_view bytes);

    std::map<unsigned, Key> by_id_{};
    std::map<Key, unsigned> by_account_{};
};

/// The file of a qube. Normative text: packaging/agent/README.md. Error corrupt "line 3: …": whoever may have lost
/// lines must not deal out anything.
AccountIds parse_account_ids(std::string_view bytes);
std::string encode_account_ids(const AccountIds& ids);

} // namespace qpkg::agent

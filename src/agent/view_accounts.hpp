// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "agent/accounts.hpp"
#include "agent/qube_paths.hpp"

#include <optional>
#include <string>

namespace qpkg::agent {

/// The tables that a view needs for the accounts of its module; nothing where it has none. Their numbers are written
/// down in the qube before anybody gets one. Errors as with_accounts; corrupt or failed, naming the file, when what the
/// qube kept cannot be read or written: then nobody gets a number.
std::optional<Accounts> accounts_of_view(const QubePaths&, const AppId&);

/// The number of an account of the app; nothing when it never had one of that name.
std::optional<unsigned> own_account(const QubePaths&, const AppId&, const std::string& account);

} // namespace qpkg::agent
